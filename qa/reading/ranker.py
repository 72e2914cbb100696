"""Small linear models over what was found, and the first look at every sentence.

Their weights stand in `model/weights.json`, made by `python -m qa.reading.training`.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from qa.reading.sentences import Candidate


@dataclass(frozen=True, slots=True)
class Linear:
    """A logistic model: `probability = 1 / (1 + exp(-(weights @ features + bias)))`."""

    weights: NDArray[np.float64]
    bias: float

    def score(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Scores (n,) of features (n, f), before the logistic function."""
        return np.asarray(features @ self.weights + self.bias)


@cache
def models() -> dict[str, Linear]:
    """The shipped linear models by name: `first`, `ranker`, `confidence`."""
    stored = json.loads(files(__package__).joinpath("model", "weights.json").read_text(encoding="utf-8"))
    return {name: Linear(np.array(list(one["weights"].values())), one["bias"]) for name, one in stored.items()}


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate and its score."""

    candidate: Candidate
    score: float


def rank(candidates: Sequence[Candidate], model: Linear | None = None) -> list[Ranked]:
    """Candidates with their scores, best first; ties in order of the passages. A first look: see `qa.reading.reader`."""
    if not candidates:
        return []
    scores = (model or models()["first"]).score(np.array([candidate.features for candidate in candidates]))
    ranked = [Ranked(candidate, float(score)) for candidate, score in zip(candidates, scores, strict=True)]
    return sorted(ranked, key=lambda item: -item.score)
