"""Two small linear models over what was found: which sentence answers, and how sure that is.

Their weights stand in `weights.json`, made by `python -m qa.reading.training`.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from index.retrieval import Query
from qa.reading.sentences import FEATURES, Candidate

_COPIED = (
    "coverage",
    "coverage_rare",
    "coverage_near",
    "coverage_article",
    "coverage_local",
    "coverage_local_near",
    "missing_rarest",
    "closeness",
    "cosine",
    "article_lexical",
    "article_dense",
    "offers",
)
CONFIDENCE_FEATURES = (
    *_COPIED,
    "rank_score",
    "rank_lead",  # over the best sentence of another article that says something else
    "question_words",  # log of the number of content words of the question
    "crosses",  # question and sentence are of two languages
    "crosses_coverage",
    "crosses_article",
    "crosses_local",
    "crosses_score",
)


_SAME = 0.6  # share of the shorter sentence's words
_KNOWN = 0.6  # share of the question's weight below which confidence shrinks


@dataclass(frozen=True, slots=True)
class Linear:
    """A logistic model: `probability = 1 / (1 + exp(-(weights @ features + bias)))`."""

    weights: NDArray[np.float64]
    bias: float

    def score(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Scores (n,) of features (n, f), before the logistic function."""
        return np.asarray(features @ self.weights + self.bias)


def probability(score: float) -> float:
    """The logistic function."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


@cache
def _models() -> dict[str, Linear]:
    stored = json.loads(files(__package__).joinpath("weights.json").read_text(encoding="utf-8"))
    names = {"ranker": FEATURES, "confidence": CONFIDENCE_FEATURES}
    return {
        key: Linear(np.array([stored[key]["weights"][name] for name in features]), stored[key]["bias"])
        for key, features in names.items()
    }


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate and its score."""

    candidate: Candidate
    score: float


def rank(candidates: Sequence[Candidate], model: Linear | None = None) -> list[Ranked]:
    """Candidates with their scores, best first; ties in order of the passages."""
    if not candidates:
        return []
    scores = (model or _models()["ranker"]).score(np.array([candidate.features for candidate in candidates]))
    ranked = [Ranked(candidate, float(score)) for candidate, score in zip(candidates, scores, strict=True)]
    return sorted(ranked, key=lambda item: -item.score)


def _disagrees(one: Candidate, other: Candidate) -> bool:
    """Whether two sentences of two articles say different things: another outlet's report of the same is no rival."""
    if one.found.hit.article_id == other.found.hit.article_id:
        return False
    left, right = set(one.sentence.terms), set(other.sentence.terms)
    return len(left & right) < _SAME * min(len(left), len(right))


def confidence_features(query: Query, ranked: Sequence[Ranked]) -> NDArray[np.float64]:
    """What the confidence of the best candidate is judged by, in order of `CONFIDENCE_FEATURES`."""
    best = ranked[0]
    hit = best.candidate.found.hit
    rival = next((item.score for item in ranked if _disagrees(item.candidate, best.candidate)), best.score - 5)
    words = query.words.get(hit.language, [])
    crosses = float(hit.language != query.language)
    values = {name: best.candidate.feature(name) for name in _COPIED}
    values["rank_score"] = best.score
    values["rank_lead"] = min(5.0, best.score - rival)
    values["question_words"] = float(np.log1p(len(words)))
    values["crosses"] = crosses
    values["crosses_coverage"] = crosses * values["coverage_near"]
    values["crosses_article"] = crosses * values["coverage_article"]
    values["crosses_local"] = crosses * values["coverage_local"]
    values["crosses_score"] = crosses * best.score
    return np.array([values[name] for name in CONFIDENCE_FEATURES])


def confidence(query: Query, ranked: Sequence[Ranked]) -> float:
    """The probability that the answer made of the best candidates answers the question, 0 where there is none.

    It shrinks where the collection does not know most of the question: nothing is said of what stands in no article. (In the
    training sets nearly every word stands somewhere, so this cannot be learned there.)
    """
    if not ranked:
        return 0.0
    words = query.words.get(ranked[0].candidate.found.hit.language, [])
    total = sum(word.weight for word in words) or 1.0
    known = sum(word.weight for word in words if word.known) / total
    features = confidence_features(query, ranked)[None, :]
    return min(1.0, known / _KNOWN) * probability(float(_models()["confidence"].score(features)[0]))
