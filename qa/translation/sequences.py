"""Translating by a transformers model that turns one text into another, such as Marian: a name on the hub, or a folder."""

import re
from collections.abc import Callable
from pathlib import PurePath
from threading import Lock
from typing import Any

from index.article import Language
from index.errors import MissingExtra, ModelError
from index.hub import first_line
from index.language.sentences import sentence_spans
from index.loading import load_model
from index.shared import MODELS
from qa.models.base import Usage

_DIRECTION = re.compile(r"(?<![^\W_])(ar|en)[-_](ar|en)\Z")
_CODES: dict[str, Language] = {"ar": "ar", "ara": "ar", "en": "en", "eng": "en"}
# What models of several target languages want before the text.
_TARGETS: dict[Language, tuple[str, ...]] = {"ar": (">>ara<<", ">>ar<<"), "en": (">>eng<<", ">>en<<")}
_LONGEST = 512  # tokens of a sentence
_TAKE_TURNS_S = 0.05


class SequenceTranslator:
    """`{from}` and `{to}` in the name stand for `ar` and `en`, so that one setting serves both directions."""

    asks_chat = False

    def __init__(self, pattern: str, device: str | None = None) -> None:
        self._pattern, self._device = pattern, device
        self._lock = Lock()

    def model(self, source: Language, target: Language) -> str | None:
        """The name or folder of the model for this direction; `None` where the name says that it is for another one."""
        name = self._pattern.replace("{from}", source).replace("{to}", target)
        says = _DIRECTION.search(name.rstrip("/"))
        return None if says and (says[1], says[2]) != (source, target) else name

    def name(self, source: Language, target: Language) -> str:
        """The model's name on the hub, or that of its folder."""
        model = self.model(source, target) or self._pattern
        return model if re.fullmatch(r"[\w.-]+/[\w.-]+", model) else PurePath(model).name

    def translate(
        self, text: str, source: Language, target: Language, *, stopped: Callable[[], bool], spent: Usage | None = None
    ) -> str | None:
        """See `Translator.translate`: sentence by sentence, for these models were trained on sentences.

        Raises `ModelError`, `MissingExtra`.
        """
        name = self.model(source, target)
        if name is None:
            return None
        while not self._lock.acquire(timeout=_TAKE_TURNS_S):
            if stopped():
                return None
        try:
            tokenizer, model = load(name, self._device)
            if not _may_serve(tokenizer, source, target):
                return None
            written = [_written(tokenizer, model, text[start:end], target, stopped) for start, end in sentence_spans(text)]
        except (RuntimeError, ValueError, IndexError) as error:  # out of memory, a device that is gone
            raise ModelError(f"the translator {name!r} failed ({type(error).__name__}: {first_line(error)})") from error
        finally:
            self._lock.release()
        return " ".join(filter(None, written)) if all(written) else None


def load(name: str, device: str | None) -> tuple[Any, Any]:
    """Tokenizer and model, once for the process. Raises `ModelError`, `MissingExtra`."""

    def read(folder: str) -> tuple[Any, Any]:
        import torch
        from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

        chosen = device or ("cuda" if torch.cuda.is_available() else "cpu")
        try:
            tokenizer = AutoTokenizer.from_pretrained(folder)
        except ImportError as error:
            raise MissingExtra(
                f"the translator {name!r} needs sentencepiece and sacremoses: pip install 'dalil[translate]'"
            ) from error
        model: Any = AutoModelForSeq2SeqLM.from_pretrained(folder, dtype=torch.float32 if chosen == "cpu" else "auto")
        return tokenizer, model.to(chosen).eval()

    return MODELS.get(("translator", name, device), lambda: load_model(name, "translator", read))


def _may_serve(tokenizer: Any, source: Language, target: Language) -> bool:
    """Whether the tokenizer says nothing against this direction."""
    wanted = {"source_lang": source, "target_lang": target}
    return all(_CODES.get(getattr(tokenizer, side, None) or "", one) == one for side, one in wanted.items())


def _written(tokenizer: Any, model: Any, sentence: str, target: Language, stopped: Callable[[], bool]) -> str | None:
    """One sentence translated; `None` where it is too long for the model, or it was stopped."""
    import torch
    from transformers import StoppingCriteriaList

    if stopped():
        return None
    known = set(getattr(tokenizer, "supported_language_codes", ()))
    code = next((code for code in _TARGETS[target] if code in known), None)
    tensors = tokenizer([" ".join(filter(None, (code, sentence.strip())))], return_tensors="pt").to(model.device)
    longest = min(_LONGEST, getattr(model.config, "max_position_embeddings", None) or _LONGEST)
    length = tensors["input_ids"].shape[1]
    if length > longest:
        return None

    def stop(ids: Any, scores: Any, **_: Any) -> Any:
        return torch.full((ids.shape[0],), stopped(), device=ids.device, dtype=torch.bool)

    with torch.inference_mode():
        ids = model.generate(
            **tensors,
            do_sample=False,
            max_length=None,
            max_new_tokens=min(longest - 1, 2 * length + 20),
            stopping_criteria=StoppingCriteriaList([stop]),
        )
    said: str = tokenizer.decode(ids[0], skip_special_tokens=True)
    return None if stopped() else said
