"""Which words of a statement have a counterpart in a text, in one language or across the two.

A word has one where its stem, a translation of it, or a word that the bundled encoder puts near it stands in the text.
What a word weighs is the length of its vector there, which is greater for rarer words (Arora, Liang and Ma 2017).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from index.article import Language
from index.crosslingual.query import lexicon
from index.embedding.encoder import BUNDLED_PATH
from index.embedding.static import StaticEncoder
from index.language.folding import fold
from index.language.stemming import is_stop_word, stem, words

_LATIN = re.compile(r"[a-z]")
_FLATTEN = 0.5  # as in queries: the likeliest translation elsewhere may not be the one here


@dataclass(frozen=True, slots=True)
class Alignment:
    """For each content word of a statement: its weight, and from 0 to 1 how well its best counterpart fits."""

    words: tuple[str, ...]
    weights: NDArray[np.float32]
    scores: NDArray[np.float32]

    @property
    def share(self) -> float:
        """The weighted mean of the scores; 0 without words."""
        total = float(self.weights.sum())
        return float(self.weights @ self.scores) / total if total else 0.0


@lru_cache(maxsize=1)
def encoder() -> StaticEncoder:
    """The bundled encoder, read once."""
    return StaticEncoder.load(BUNDLED_PATH)


def vectors(found: Sequence[str]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Directions (n, dimensions) and lengths (n,) of folded words; zero where the encoder does not know them."""
    raw = encoder().word_vectors(found)
    lengths = np.linalg.norm(raw, axis=1)
    return np.divide(raw, lengths[:, None], out=np.zeros_like(raw), where=lengths[:, None] > 0), lengths


def content_words(text: str) -> list[str]:
    """The folded words of a text that say something, numbers left out."""
    return [word for word in words(fold(text)) if not is_stop_word(word) and not word[0].isdigit()]


class Counterparts:
    """The words of one text, ready to be looked for."""

    def __init__(self, text: str) -> None:
        self.words = list(dict.fromkeys(content_words(text)))
        self._stems = {stem(word) for word in self.words}
        self._directions, _ = vectors(self.words)

    def scores(self, found: Sequence[str]) -> NDArray[np.float32]:
        """(len(found),): how well the best counterpart of each folded word fits, 0 to 1."""
        if not found or not self.words:
            return np.zeros(len(found), np.float32)
        directions, _ = vectors(found)
        # Not a matrix product: BLAS would start threads for a few words.
        near = np.einsum("id,jd->ij", directions, self._directions).max(axis=1)
        known = np.array([self._translated(word) for word in found], np.float32)
        return np.asarray(np.clip(np.maximum(near, known), 0, 1), np.float32)

    def _translated(self, word: str) -> float:
        term = stem(word)
        if term in self._stems:
            return 1.0
        target: Language = "ar" if _LATIN.match(word) else "en"
        weights = [weight for other, weight in lexicon().of_word(word, term, target) if other in self._stems]
        return float(max(weights, default=0.0) ** _FLATTEN)


def align(statement: str, text: str) -> Alignment:
    """The content words of `statement` against `text`."""
    found = content_words(statement)
    _, lengths = vectors(found)
    known = lengths[lengths > 0]
    # A word that the encoder does not know weighs as much as the usual one here.
    weights = np.where(lengths > 0, lengths, np.median(known) if len(known) else 1.0).astype(np.float32)
    return Alignment(tuple(found), weights, Counterparts(text).scores(found))
