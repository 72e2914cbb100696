"""What every encoder offers, and the one way to get one."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.shared import MODELS

BUNDLED = "bundled"
BUNDLED_PATH = Path(__file__).parent / "model"


class Encoder(Protocol):
    """Texts to vectors. Rows have length 1, or are all zero where the text holds nothing the encoder knows."""

    @property
    def name(self) -> str:
        """What the index stores, so that another encoder is noticed: the name and whatever changes the vectors."""

    @property
    def dimensions(self) -> int:
        """The width of a vector."""

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(len(texts), dimensions)."""

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(len(texts), dimensions)."""


def load_encoder(
    name: str = BUNDLED, *, query_prefix: str | None = None, passage_prefix: str | None = None, device: str | None = None
) -> Encoder:
    """The bundled encoder, or any sentence-transformers model by its name or folder; loaded once for the process.

    Prefixes left at `None` are the model's own; the bundled encoder has none. Raises `ModelError` where the model cannot be
    loaded, `MissingExtra` where sentence-transformers is not installed.
    """
    return MODELS.get(
        ("encoder", name, query_prefix, passage_prefix, device), lambda: _load(name, query_prefix, passage_prefix, device)
    )


def _load(name: str, query_prefix: str | None, passage_prefix: str | None, device: str | None) -> Encoder:
    if name == BUNDLED:
        from index.embedding.static import StaticEncoder  # either kind is imported alone: torch costs seconds

        return StaticEncoder.load(BUNDLED_PATH)
    from index.embedding.sentence import SentenceEncoder

    return SentenceEncoder.load(name, query_prefix=query_prefix, passage_prefix=passage_prefix, device=device)
