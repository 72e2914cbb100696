"""Training of the bundled encoder: one vector per stem, a text is the mean of its words'.

Arabic rows start at random; English rows as the lexicon-weighted mean of their translations; rare words count more
(smooth inverse frequency: Arora, Liang and Ma 2017). Then in-batch negatives over pairs of one meaning and questions with
their passages, where either side may be translated word by word through the lexicon.
"""

import logging
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
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
    sif: float = 1e-3
    steps: int = 3000
    batch: int = 1024
    rate: float = 3e-3
    scale: float = 20.0
    seed: int = 7
    mix: tuple[tuple[str, float], ...] = (("sentence", 0.3), ("word", 0.1), ("question", 0.3), ("cloze", 0.3))
    translate: float = 0.5


def frequencies(bags: Sequence[Bag], size: int) -> NDArray[np.float64]:
    """Share of each row among all tokens, smoothed by one half."""
    counts = np.bincount(np.concatenate(bags), minlength=size) + 0.5
    return np.asarray(counts / counts.sum())


def initial(vocabulary: Vocabulary, lexicon: Lexicon, share: NDArray[np.float64], recipe: Recipe) -> NDArray[np.float32]:
    """(rows, dimensions): unit vectors times SIF weights; translations lie together, row 0 is zero."""
    rng = np.random.default_rng(recipe.seed)
    size = len(vocabulary.stems)
    vectors = rng.standard_normal((size, recipe.dimensions)).astype(np.float32) / math.sqrt(recipe.dimensions)
    row = vocabulary.row_of_stem()
    tied = vectors.copy()
    for number, stems in enumerate(vocabulary.stems):
        if len(stems) == 1 and not is_arabic(stems[0]) and stems[0][0].isalpha():
            found = [(row[t], w) for t, w in lexicon.translations(stems[0], "ar") if t in row]
            if found:
                mean = sum(w * vectors[r] for r, w in found)
                tied[number] = mean / np.linalg.norm(mean)
    tied *= (recipe.sif / (recipe.sif + share)).astype(np.float32)[:, None]
    tied[0] = 0
    return tied


class Corpus:
    """Texts as bags of rows, in groups of pairs that mean the same."""

    def __init__(self, vocabulary: Vocabulary, lexicon: Lexicon) -> None:
        self._row = vocabulary.row_of_stem()
        self._stems = vocabulary.stems
        self._lexicon = lexicon
        self._choices: dict[int, tuple[list[int], list[float]]] = {}
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

    def translate(self, bag: Bag, rng: random.Random) -> Bag:
        """Every word exchanged for a translation drawn from the lexicon; words without one stay."""
        out = []
        for row in bag.tolist():
            if row not in self._choices:
                stem = self._stems[row][0]
                target = "en" if is_arabic(stem) else "ar"
                found = [(self._row[t], w) for t, w in self._lexicon.translations(stem, target) if t in self._row]  # type: ignore[arg-type]
                self._choices[row] = ([r for r, _ in found], [w for _, w in found])
            rows, weights = self._choices[row]
            out.append(rng.choices(rows, weights)[0] if rows else row)
        return np.array(out, np.int64)


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
    rng = random.Random(recipe.seed)
    totals = {name: list(np.cumsum(corpus.weights[name])) for name, _ in recipe.mix}
    for _ in range(recipe.steps):
        first: list[Bag] = []
        second: list[Bag] = []
        for name, share in recipe.mix:
            for a, b in rng.choices(corpus.groups[name], cum_weights=totals[name], k=int(share * recipe.batch)):
                if name in ("question", "cloze"):
                    a = rng.choice(np.array_split(a, 1)) if len(a) < 40 else a
                    if rng.random() < recipe.translate:
                        if rng.random() < 0.5:
                            a = corpus.translate(a, rng)
                        else:
                            b = corpus.translate(b, rng)
                first.append(a)
                second.append(b)
        yield first, second


def _pool(bags: Sequence[Bag], table: torch.nn.EmbeddingBag) -> torch.Tensor:
    offsets = np.cumsum([0, *(len(bag) for bag in bags[:-1])])
    pooled = table(torch.from_numpy(np.concatenate(bags)), torch.from_numpy(offsets))
    return functional.normalize(pooled, dim=1)


def train(vectors: NDArray[np.float32], corpus: Corpus, recipe: Recipe) -> NDArray[np.float32]:
    """`vectors` after training with in-batch negatives in both directions."""
    torch.manual_seed(recipe.seed)
    table = torch.nn.EmbeddingBag.from_pretrained(torch.from_numpy(vectors.copy()), freeze=False, mode="mean", sparse=True)
    optimiser = torch.optim.SparseAdam(table.parameters(), lr=recipe.rate)
    for step, (first, second) in enumerate(_batches(corpus, recipe)):
        for group in optimiser.param_groups:
            group["lr"] = recipe.rate * min(1.0, (step + 1) / 100) * max(0.02, 1 - step / recipe.steps)
        scores = recipe.scale * _pool(first, table) @ _pool(second, table).T
        target = torch.arange(len(first))
        loss = (functional.cross_entropy(scores, target) + functional.cross_entropy(scores.T, target)) / 2
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if step % 100 == 0:
            logger.info("step %d loss %.3f", step, loss.item())
    trained = table.weight.detach().numpy().copy()
    trained[0] = 0
    return np.asarray(trained, np.float32)
