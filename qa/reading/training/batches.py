"""Questions with their candidates, as the network is trained on them, and padded batches of them."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from qa.reading.inputs import LONGEST, QUESTION_FEATURES, RELATION_FEATURES, WORD_FEATURES, Inputs
from qa.reading.network import LONGEST_SPAN
from qa.reading.training.torch_network import Batch

_MOST_RIGHT = 2  # right sentences shown in one training step


@dataclass
class Sample:
    """A question and candidates: what the network sees, and where gold answers stand: sentence, first and last word in it.

    Features are kept as bytes, 255 for 1. `weight` is the chance to be drawn in an epoch,
    which `fades` away towards the end where that is set. `asked`, `read`: numbers of words.
    """

    kind: int
    asked: NDArray[np.int32]
    asked_hashes: NDArray[np.int16]
    asked_features: NDArray[np.float32]
    read: NDArray[np.int32]
    hashes: NDArray[np.int16]
    features: NDArray[np.uint8]
    piece: NDArray[np.int16]
    starts: NDArray[np.int32]
    lacking: NDArray[np.float32]
    evidence: NDArray[np.float32]
    gold: tuple[tuple[int, int, int], ...]
    weight: float
    fades: bool = False

    @classmethod
    def of(
        cls,
        inputs: Inputs,
        evidence: NDArray[np.float64],
        gold: Sequence[tuple[int, int, int]],
        weight: float,
        vocabulary: dict[str, int],
        fades: bool = False,
    ) -> "Sample":
        """From the inputs; words that are new join the vocabulary."""

        def numbers(forms: tuple[str, ...]) -> NDArray[np.int32]:
            return np.array([vocabulary.setdefault(form, len(vocabulary)) for form in forms], np.int32)

        return cls(
            inputs.kind,
            numbers(inputs.asked),
            inputs.asked_hashes,
            inputs.asked_features,
            numbers(inputs.read),
            inputs.hashes,
            np.round(inputs.features * 255).astype(np.uint8),
            inputs.piece,
            inputs.starts,
            inputs.lacking,
            evidence.astype(np.float32),
            tuple((at, first, last) for at, first, last in gold if last < LONGEST and last - first < LONGEST_SPAN),
            weight,
            fades,
        )

    def fewer(self, most: int, rng: random.Random) -> "Sample":
        """With at most `most` sentences: right ones and, by chance, rather the better ones of the others."""
        count = len(self.starts) - 1
        if count <= most:
            return self
        right = sorted({at for at, _, _ in self.gold})[:_MOST_RIGHT]
        wrong = sorted((at for at in range(count) if at not in right), key=lambda at: at + 6 * rng.random())
        chosen = sorted(right + wrong[: most - len(right)])
        rows = np.concatenate([np.arange(self.starts[at], self.starts[at + 1]) for at in chosen])
        return Sample(
            self.kind,
            self.asked,
            self.asked_hashes,
            self.asked_features,
            self.read[rows],
            self.hashes[rows],
            self.features[rows],
            self.piece[rows],
            np.cumsum([0, *(self.starts[at + 1] - self.starts[at] for at in chosen)]).astype(np.int32),
            self.lacking[chosen],
            self.evidence[chosen],
            tuple((chosen.index(at), first, last) for at, first, last in self.gold if at in chosen),
            self.weight,
            self.fades,
        )


def padded(samples: Sequence[Sample], vectors: torch.Tensor) -> tuple[Batch, torch.Tensor]:
    """The batch, and the gold spans (n, 4): question, sentence, first word in the padded sentence, length less one.

    `vectors` (words, dimensions) are those of the vocabulary.
    """
    count = len(samples)
    sentences = max(len(one.starts) for one in samples) - 1
    longest = max(int(np.diff(one.starts).max()) for one in samples)
    asked = max(len(one.asked) for one in samples)
    a = np.zeros((count, asked), np.int64)
    a_hashes, a_features = np.zeros((*a.shape, 3), np.int64), np.zeros((*a.shape, QUESTION_FEATURES), np.float32)
    a_mask, lacking = np.zeros(a.shape, np.float32), np.zeros((count, sentences, 3, asked), np.float32)
    r = np.zeros((count, sentences, longest), np.int64)
    hashes = np.zeros((*r.shape, 3), np.int64)
    features = np.zeros((*r.shape, WORD_FEATURES + RELATION_FEATURES), np.float32)
    mask, inside = np.zeros(r.shape, np.float32), np.zeros(r.shape, bool)
    evidence = np.zeros((count, sentences, samples[0].evidence.shape[1]), np.float32)
    gold = []
    for n, one in enumerate(samples):
        m, k = len(one.asked), len(one.starts) - 1
        a[n, :m], a_hashes[n, :m], a_features[n, :m], a_mask[n, :m] = one.asked, one.asked_hashes, one.asked_features, 1
        lacking[n, :k, :, :m], evidence[n, :k] = one.lacking, one.evidence
        for at in range(k):
            rows = slice(one.starts[at], one.starts[at + 1])
            to = (n, at, slice(0, one.starts[at + 1] - one.starts[at]))
            r[to], hashes[to], features[to], mask[to] = one.read[rows], one.hashes[rows], one.features[rows] / 255, 1
            inside[to] = one.piece[rows] >= 0
        for at, first, last in one.gold:
            begins = int(np.argmax(one.piece[one.starts[at] : one.starts[at + 1]] == 0))
            gold.append((n, at, begins + first, last - first))
    used, number = np.unique(np.concatenate([a.ravel(), r.ravel()]), return_inverse=True)
    a, r = number[: a.size].reshape(a.shape), number[a.size :].reshape(r.shape)
    t = torch.from_numpy
    kinds = torch.tensor([one.kind for one in samples])
    shown = (t(r), t(hashes), t(features), t(mask), t(inside), t(lacking), t(evidence))
    batch = Batch(vectors[t(used)], t(a), t(a_hashes), t(a_features), t(a_mask), kinds, *shown)
    return batch, torch.tensor(gold, dtype=torch.long).reshape(-1, 4)
