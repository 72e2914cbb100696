"""Each model that the settings name, loaded and run once."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from index.article import Language
from index.embedding import load_encoder
from index.errors import DalilError
from index.reranking import load_reranker
from qa.judges import load_judge
from qa.models.base import never
from qa.parts import Part
from qa.settings import Settings
from qa.translation.sequences import SequenceTranslator

_QUESTION = "متى افتتح الجسر؟"
_RELEVANT = "افتتح الوزير الجسر الجديد يوم الأحد. The minister opened the new bridge on Sunday."
_CLAIM = "The minister opened the new bridge on Sunday."
_SENTENCES: dict[Language, str] = {"ar": "افتتح الوزير الجسر الجديد يوم الأحد.", "en": _CLAIM}
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


def _try_judge(settings: Settings) -> tuple[bool, str]:
    judge = load_judge(settings.judge)
    near, far = (judge.supports(_RELEVANT, said) for said in (_CLAIM, _OTHER))
    if not np.isfinite([near, far]).all():
        return False, "its verdicts are no numbers: the weights are damaged, or not for this device"
    return True, f"a true claim {'above' if near > far else 'below'} a false one ({near:.3g}, {far:.3g})"


def _try_translator(settings: Settings, target: Language | None = None) -> tuple[bool, str]:
    assert settings.translator is not None
    translator = SequenceTranslator(settings.translator, settings.translator_device)
    ways: list[tuple[Language, Language]] = [("ar", "en"), ("en", "ar")]
    said = [
        written
        for source, to in ways
        if target in (None, to) and (written := translator.translate(_SENTENCES[source], source, to, stopped=never))
    ]
    return bool(said), f"it says {' / '.join(said)[:80]!r}" if said else "it says nothing in either language"


_TRIALS: dict[str, Callable[[Settings], tuple[bool, str]]] = {
    "encoder": _try_encoder,
    "reranker": _try_reranker,
    "language model": _try_language_model,
    "judge": _try_judge,
    "translator": _try_translator,
    "translator to English": partial(_try_translator, target="en"),
    "translator to Arabic": partial(_try_translator, target="ar"),
}
