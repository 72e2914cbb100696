"""Training of the bundled encoder: one vector per stem, a text is the mean of its words'.

English rows start as a sentence model sees the words, Arabic rows as the lexicon-weighted mean of their translations; rare
words count more (smooth inverse frequency: Arora, Liang and Ma 2017). Then in-batch negatives over pairs of one meaning and
questions with their passages, where either side may be translated word by word through the lexicon.
"""

import logging
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from torch.nn import functional

from index.crosslingual.lexicon import Lexicon
from index.embedding.training.sources import Pair
from index.embedding.training.vocabulary import Vocabulary, is_arabic
from index.language.stemming import terms

logger = logging.getLogger(__name__)
Bag = NDArray[np.int64]


@dataclass(frozen=True)
class Recipe:
    """What may be turned in training; see the model card for what helped."""

    dimensions: int = 256
    sif: float = 1e-4
    steps: int = 500
    batch: int = 1024
    rate: float = 1.5e-3
    scale: float = 20.0
    seed: int = 7
    mix: tuple[tuple[str, float], ...] = (("sentence", 0.3), ("word", 0.1), ("question", 0.3), ("cloze", 0.3))
    translate: float = 0.5


def frequencies(bags: Sequence[Bag], size: int) -> NDArray[np.float64]:
    """Share of each row among all tokens, smoothed by one half."""
    counts = np.bincount(np.concatenate(bags), minlength=size) + 0.5
    return np.asarray(counts / counts.sum())


def initial(
    vocabulary: Vocabulary, lexicon: Lexicon, taught: NDArray[np.float32], share: NDArray[np.float64], recipe: Recipe
) -> NDArray[np.float32]:
    """(rows, dimensions): unit vectors times SIF weights; translations lie together, row 0 is zero.

    `taught` (rows, dimensions) holds the English rows, zero elsewhere.
    """
    rng = np.random.default_rng(recipe.seed)
    vectors = rng.standard_normal((len(vocabulary.stems), recipe.dimensions)).astype(np.float32) / math.sqrt(recipe.dimensions)
    known = np.asarray(taught.any(axis=1), bool)
    vectors[known] = taught[known]
    row = vocabulary.row_of_stem()
    for number, stems in enumerate(vocabulary.stems):
        if len(stems) == 1 and is_arabic(stems[0]):
            found = [(row[term], weight) for term, weight in lexicon.translations(stems[0], "en") if known[row.get(term, 0)]]
            if found:
                mean = sum(weight * vectors[other] for other, weight in found)
                vectors[number] = mean / max(float(np.linalg.norm(mean)), 1e-9)
    vectors *= (recipe.sif / (recipe.sif + share)).astype(np.float32)[:, None]
    vectors[0] = 0
    return vectors


class Corpus:
    """Texts as bags of rows, in groups of pairs that mean the same."""

    def __init__(self, vocabulary: Vocabulary, lexicon: Lexicon) -> None:
        self._row = vocabulary.row_of_stem()
        self._stems = vocabulary.stems
        self._lexicon = lexicon
        self._table: tuple[NDArray[np.int64], NDArray[np.float64]] | None = None
        self.groups: dict[str, list[tuple[Bag, Bag]]] = {}
        self.weights: dict[str, list[float]] = {}

    def bag(self, text: str) -> Bag:
        """The rows of the known words of `text`."""
        row = self._row
        return np.array([row[t] for t in terms(text) if t in row], np.int64)

    def add(self, group: str, first: str, second: str, weight: float = 1.0) -> None:
        """One pair of texts; `weight` is how often it is drawn, next to others of its group."""
        bags = self.bag(first), self.bag(second)
        if all(map(len, bags)):
            self.groups.setdefault(group, []).append(bags)
            self.weights.setdefault(group, []).append(weight)

    def translate(self, bag: Bag, rng: np.random.Generator) -> Bag:
        """Every word exchanged for a translation drawn from the lexicon; words without one stay."""
        if self._table is None:
            self._table = self._translations()
        rows, bounds = self._table
        return np.asarray(rows[bag, (rng.random((len(bag), 1)) > bounds[bag]).sum(axis=1)], np.int64)

    def _translations(self, options: int = 6) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """For each row up to `options` rows of the other language, and the cumulative chances that choose between them."""
        rows = np.repeat(np.arange(len(self._stems))[:, None], options + 1, axis=1)
        bounds = np.full((len(self._stems), options), 2.0)
        for number, stems in enumerate(self._stems):
            if len(stems) != 1 or not stems[0][0].isalpha():
                continue
            found = self._lexicon.translations(stems[0], "en" if is_arabic(stems[0]) else "ar")
            known = [(self._row[term], weight) for term, weight in found if term in self._row][:options]
            if known:
                rows[number, : len(known)] = [row for row, _ in known]
                chances = np.cumsum([weight for _, weight in known])
                bounds[number, : len(known)] = chances / chances[-1] + 1e-9
        return rows, bounds


def add_clozes(corpus: Corpus, texts: Sequence[str], cut: int = 3) -> None:
    """Each text with three sentences or more: one sentence asks for the others (inverse cloze)."""
    for text in texts:
        parts = [part for part in text.replace("؟", ".").replace("\n", ".").split(". ") if len(part) > 25]
        if len(parts) >= cut:
            for at in range(min(len(parts), 4)):
                corpus.add("cloze", parts[at], ". ".join(parts[:at] + parts[at + 1 :]))


def add_pairs(corpus: Corpus, pairs: Sequence[Pair]) -> None:
    """Sentences and words of one meaning."""
    for pair in pairs:
        if pair.kind != "name":
            group = "word" if pair.kind == "word" else "sentence"
            corpus.add(group, pair.english, pair.arabic, max(pair.weight, 0.02))


def _batches(corpus: Corpus, recipe: Recipe) -> Iterator[tuple[list[Bag], list[Bag]]]:
    rng, draw = random.Random(recipe.seed), np.random.default_rng(recipe.seed)
    totals = {name: list(np.cumsum(corpus.weights[name])) for name, _ in recipe.mix}
    for _ in range(recipe.steps):
        first: list[Bag] = []
        second: list[Bag] = []
        for name, share in recipe.mix:
            for a, b in rng.choices(corpus.groups[name], cum_weights=totals[name], k=int(share * recipe.batch)):
                if name in ("question", "cloze") and rng.random() < recipe.translate:
                    if rng.random() < 0.5:
                        a = corpus.translate(a, draw)
                    else:
                        b = corpus.translate(b, draw)
                first.append(a)
                second.append(b)
        yield first, second


class _Table:
    """Rows that are trained by Adam, of which a batch touches few: only those are gathered, moved and remembered."""

    def __init__(self, vectors: NDArray[np.float32]) -> None:
        self.rows = torch.from_numpy(vectors.copy())
        self._first = torch.zeros_like(self.rows)
        self._second = torch.zeros_like(self.rows)
        self._times = torch.zeros(len(vectors), 1)

    def batch(self, bags: Sequence[Bag]) -> tuple[torch.Tensor, csr_matrix]:
        """Numbers of the rows in `bags`, and the sparse (bags, rows) matrix of counts."""
        used, column = np.unique(np.concatenate(bags), return_inverse=True)
        starts = np.cumsum([0, *map(len, bags)])
        counts = csr_matrix((np.ones(len(column), np.float32), column, starts), shape=(len(bags), len(used)))
        return torch.from_numpy(used), counts

    def step(self, numbers: torch.Tensor, gradient: torch.Tensor, rate: float) -> None:
        """One step of Adam (Kingma and Ba 2015) for these rows; each row counts its own steps."""
        times = self._times[numbers] + 1
        first = 0.9 * self._first[numbers] + 0.1 * gradient
        second = 0.999 * self._second[numbers] + 0.001 * gradient**2
        self._times[numbers], self._first[numbers], self._second[numbers] = times, first, second
        corrected = (second / (1 - 0.999**times)).sqrt() + 1e-8
        self.rows[numbers] -= rate * first / (1 - 0.9**times) / corrected


def train(vectors: NDArray[np.float32], corpus: Corpus, recipe: Recipe) -> NDArray[np.float32]:
    """`vectors` after training with in-batch negatives in both directions."""
    table = _Table(vectors)
    for step, (first, second) in enumerate(_batches(corpus, recipe)):
        numbers, counts = table.batch([*first, *second])
        sums = torch.from_numpy(counts @ table.rows[numbers].numpy()).requires_grad_()
        pooled = functional.normalize(sums, dim=1)
        scores = recipe.scale * pooled[: len(first)] @ pooled[len(first) :].T
        target = torch.arange(len(first))
        loss = (functional.cross_entropy(scores, target) + functional.cross_entropy(scores.T, target)) / 2
        (gradient,) = torch.autograd.grad(loss, sums)
        table.step(
            numbers,
            torch.from_numpy(counts.T @ gradient.numpy()),
            recipe.rate * min(1.0, (step + 1) / 100) * max(0.02, 1 - step / recipe.steps),
        )
        if step % 100 == 0:
            logger.info("step %d loss %.3f", step, loss.item())
    trained = np.asarray(table.rows.numpy(), np.float32)
    trained[0] = 0
    return trained
