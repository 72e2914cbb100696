"""A second look at the passages that were found: a cross-encoder reads the question and each passage together.

The order of both is mixed: the cross-encoder's logits and retrieval's scores, each brought to 0..1 over the passages it read,
are added with fixed weights (a convex combination: Bruch, Gai, Ingber 2023, "An Analysis of Fusion Functions for Hybrid
Retrieval"), and brought back to the range that retrieval's scores had, which readers know.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.errors import MissingExtra, ModelError
from index.hits import Hit
from index.loading import load_model, why_not
from index.retrieval import Found
from index.shared import MODELS

_SHARE = 0.8  # of the cross-encoder in the order; not tuned
_BATCH = 16
_LONGEST = 1024  # tokens of question and passage: a passage is far shorter, and attention grows with the square


class Reranker(Protocol):
    """Judges how well passages answer a question."""

    @property
    def name(self) -> str:
        """The model."""

    def logits(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """(len(texts),): higher is better; comparable within one call."""


class CrossEncoderReranker:
    """Any sequence-classification cross-encoder with one logit, or with two of which the second means relevant."""

    def __init__(self, model: Any, name: str, folder: Path, longest: int) -> None:
        self._model = model
        self._folder = folder
        self._lock = threading.Lock()  # fast tokenizers refuse two threads at once
        self.name = name
        self.max_tokens = longest

    @classmethod
    def load(cls, name: str, *, device: str | None = None) -> "CrossEncoderReranker":
        """Load a model by folder or by its name on the Hub. Raises `ModelError` or `MissingExtra`."""
        return load_model(name, "reranker", lambda folder: cls._load(folder, name, device))

    @classmethod
    def _load(cls, folder: str, name: str, device: str | None) -> "CrossEncoderReranker":
        try:
            from sentence_transformers import CrossEncoder  # costs seconds: only where a reranker is set
        except ImportError as error:
            raise MissingExtra("the reranker setting needs sentence-transformers: pip install sentence-transformers") from error
        _check_kind(Path(folder), name)
        model = CrossEncoder(folder, device=device, local_files_only=True)
        longest = _longest(model)
        model.max_seq_length = longest
        return cls(model, name, Path(folder), longest)

    def logits(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """(len(texts),). A pair beyond `max_tokens` tokens loses the end of the longer text."""
        if not texts:
            return np.zeros(0, np.float32)
        from torch import nn

        pairs = [(question, text) for text in texts]
        try:
            with self._lock:
                scores = self._model.predict(
                    pairs, batch_size=_BATCH, activation_fn=nn.Identity(), convert_to_numpy=True, show_progress_bar=False
                )
        except RuntimeError as error:
            raise ModelError(f"the reranker {self.name!r} failed: {why_not(error, self._folder)}") from error
        given = np.asarray(scores, np.float32).reshape(len(texts), -1)
        return given[:, 0] if given.shape[1] == 1 else given[:, 1] - given[:, 0]


def _check_kind(folder: Path, name: str) -> None:
    """Raises `ModelError` for a model without a trained head: it would load, with a head of random numbers."""
    from transformers import AutoConfig

    if (folder / "modules.json").exists() and not (folder / "config.json").exists():
        raise ModelError(f"{name!r} is an encoder, no reranker: set it as the encoder")
    config = AutoConfig.from_pretrained(folder, local_files_only=True)
    kinds = getattr(config, "architectures", None) or ["no named architecture"]
    if not kinds[0].endswith("ForSequenceClassification"):
        raise ModelError(
            f"{name!r} is no reranker but {kinds[0]}: name a cross-encoder with one logit, such as BAAI/bge-reranker-v2-m3"
        )
    if config.num_labels > 2:
        labels = ", ".join(str(label) for label in config.id2label.values())
        raise ModelError(f"{name!r} is no reranker: it tells {config.num_labels} labels apart ({labels}) where one is needed")


def _longest(model: Any) -> int:
    """Tokens of a pair: what the tokenizer says it may have, what the model has positions for, and no more than we need."""
    positions = getattr(model.model.config, "max_position_embeddings", None) or _LONGEST
    padding = getattr(model.model.config, "pad_token_id", None) or 0
    # RoBERTa counts positions from behind the padding token's number.
    reserved = padding + 1 if "roberta" in str(model.model.config.model_type) else 0
    return int(min(_LONGEST, positions - reserved, model.tokenizer.model_max_length))


def load_reranker(name: str, *, device: str | None = None) -> Reranker:
    """The reranker of that name, loaded once for the process. Raises `ModelError` or `MissingExtra`."""
    return MODELS.get(("reranker", name, device), lambda: CrossEncoderReranker.load(name, device=device))


class Reranking:
    """Puts the first `first` passages in the order that retrieval and reranker give together; loads when first used."""

    def __init__(self, load: Callable[[], Reranker], first: int) -> None:
        self._load = load
        self._first = first

    def apply(self, question: str, found: Sequence[Found]) -> list[Found]:
        """All of `found`, best first, with the fused scores. Raises `ModelError` where the model cannot be used."""
        head, tail = found[: self._first], found[self._first :]
        if len(head) < 2:
            return list(found)
        logits = self._load().logits(question, [shown(item.hit) for item in head]).astype(np.float64)
        scores = fuse(logits, np.array([item.hit.score for item in head]))
        order = sorted(range(len(head)), key=lambda at: (-scores[at], at))
        return [replace(head[at], hit=replace(head[at].hit, score=round(float(scores[at]), 6))) for at in order] + list(tail)


def shown(hit: Hit) -> str:
    """What the reranker reads of a passage: the article's title says what a passage from its middle is about."""
    return f"{hit.title}\n{hit.text}" if hit.title and not hit.text.startswith(hit.title) else hit.text


def fuse(logits: NDArray[np.float64], scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Fused scores (n,) within the range of `scores` (n,). Logits that are no numbers leave retrieval's order."""
    if not np.isfinite(logits).all():
        return scores
    low, high = float(scores.min()), float(scores.max())
    return low + (high - low) * (_SHARE * _unit(logits) + (1 - _SHARE) * _unit(scores))


def _unit(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values brought to 0..1; all zero where they are equal."""
    span = float(np.ptp(values))
    return (values - values.min()) / span if span > 0 else np.zeros_like(values)
