"""Each model that the settings name, loaded and run once."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from index.embedding import load_encoder
from index.errors import DalilError
from index.reranking import load_reranker
from qa.parts import Part
from qa.settings import Settings

_QUESTION = "متى افتتح الجسر؟"
_RELEVANT = "افتتح الوزير الجسر الجديد يوم الأحد. The minister opened the new bridge on Sunday."
_OTHER = "تحتاج أشجار الليمون إلى ماء كثير في الصيف. Lemon trees need a lot of water in summer."


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of it: `said` is what it gave, or why it failed; `seconds` is loading and one run together."""

    role: str
    name: str
    ok: bool
    said: str
    seconds: float


def try_part(part: Part, settings: Settings) -> Trial:
    """Load the model of a part and run it once. What goes wrong is in the trial."""
    began = time.perf_counter()
    try:
        ok, said = _TRIALS[part.role](settings)
    except DalilError as error:
        ok, said = False, str(error)
    return Trial(part.role, part.name or "", ok, said, round(time.perf_counter() - began, 2))


def to_try(found: Sequence[Part]) -> list[Part]:
    """The parts that are on."""
    return [part for part in found if part.status != "off"]


def _try_encoder(settings: Settings) -> tuple[bool, str]:
    prefixes = {"query_prefix": settings.query_prefix, "passage_prefix": settings.passage_prefix}
    encoder = load_encoder(settings.encoder, **prefixes, device=settings.device)
    question = encoder.encode_queries([_QUESTION])[0]
    near, far = (float(question @ row) for row in encoder.encode_passages([_RELEVANT, _OTHER]))
    if not np.isfinite([near, far]).all():
        return False, "its vectors are no numbers: the weights are damaged, or not for this device"
    return True, f"{encoder.dimensions} dimensions; {_order(near, far)}"


def _try_reranker(settings: Settings) -> tuple[bool, str]:
    assert settings.reranker is not None
    near, far = load_reranker(settings.reranker, device=settings.reranker_device).logits(_QUESTION, [_RELEVANT, _OTHER])
    if not np.isfinite([near, far]).all():
        return False, "its scores are no numbers: the weights are damaged, or not for this device"
    return True, _order(float(near), float(far))


def _order(near: float, far: float) -> str:
    return f"a passage that answers {'above' if near > far else 'below'} one that does not ({near:.3g}, {far:.3g})"


def _try_language_model(settings: Settings) -> tuple[bool, str]:
    from qa.models import Message, complete, load_chat_model

    model = load_chat_model(settings)
    assert model is not None
    try:
        said = complete(model, [Message("user", "What is the capital of France? One word.")], 16)
    finally:
        model.close()
    return bool(said.strip()), f"it says {said.strip()[:60]!r}" if said.strip() else "it says nothing"


_TRIALS: dict[str, Callable[[Settings], tuple[bool, str]]] = {
    "encoder": _try_encoder,
    "reranker": _try_reranker,
    "language model": _try_language_model,
}
