"""How sure it is that the chosen sentences answer the question."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.retrieval import Query
from qa.reading.question import Asks, asks_for
from qa.reading.ranker import Linear, models
from qa.reading.reader import Close, Read
from qa.reading.sentences import Candidate

_COPIED = (
    "coverage",
    "coverage_rare",
    "coverage_near",
    "coverage_article",
    "coverage_local",
    "coverage_local_near",
    "missing_rarest",
    "closeness",
    "focus_near",
    "focus_article",
    "cosine",
    "article_lexical",
    "article_dense",
    "offers",
)
CONFIDENCE_FEATURES = (
    *_COPIED,
    "silence",  # of the network, as log odds
    "share",  # of the best sentence, as the ranker's features have it
    "expected",
    "score",  # of the best sentence
    "gathered",  # probability of all that is shown
    "lead",  # over the best sentence of another article that says something else
    "question_words",  # log of the number of content words of the question
    "crosses",  # question and sentence are of two languages
    "crosses_coverage",
    "crosses_article",
    "crosses_silence",
    "crosses_score",
    *(f"asks_{kind}" for kind in Asks),
)
_SAME = 0.6  # share of the shorter sentence's words
_KNOWN = 0.6  # share of the question's weight below which confidence shrinks


def probability(score: float) -> float:
    """The logistic function."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def disagrees(one: Candidate, other: Candidate) -> bool:
    """Whether two sentences of two articles say different things: another outlet's report of the same is no rival."""
    if one.found.hit.article_id == other.found.hit.article_id:
        return False
    left, right = set(one.sentence.terms), set(other.sentence.terms)
    return len(left & right) < _SAME * min(len(left), len(right))


def confidence_features(query: Query, close: Close, shown: Sequence[Read]) -> NDArray[np.float64]:
    """What the confidence in the `shown` sentences, best first, is judged by, in order of `CONFIDENCE_FEATURES`."""
    best = shown[0]
    hit = best.candidate.found.hit
    rival = next((read.score for read in close.reads if disagrees(read.candidate, best.candidate)), best.score - 5)
    crosses = float(hit.language != query.language)
    asks = asks_for(query.text)
    quiet = min(1 - 1e-6, max(1e-6, close.silence))
    values = {name: best.candidate.feature(name) for name in _COPIED}
    values["silence"] = math.log(quiet / (1 - quiet))
    values["share"], values["expected"] = best.features[-2:]
    values["score"] = best.score
    values["gathered"] = sum(read.probability for read in shown)
    values["lead"] = min(5.0, best.score - rival)
    values["question_words"] = float(np.log1p(len(query.words.get(hit.language, []))))
    values["crosses"] = crosses
    values["crosses_coverage"] = crosses * values["coverage_near"]
    values["crosses_article"] = crosses * values["coverage_article"]
    values["crosses_silence"] = crosses * values["silence"]
    values["crosses_score"] = crosses * best.score
    values |= {f"asks_{kind}": float(kind is asks) for kind in Asks}
    return np.array([values[name] for name in CONFIDENCE_FEATURES])


def confidence(query: Query, close: Close, shown: Sequence[Read], model: Linear | None = None) -> float:
    """The probability that the `shown` sentences answer the question, 0 where there are none.

    It shrinks where the collection does not know most of the question: nothing is said of what stands in no article. (In the
    training sets nearly every word stands somewhere, so this cannot be learned there.)
    """
    if not shown:
        return 0.0
    words = query.words.get(shown[0].candidate.found.hit.language, [])
    total = sum(word.weight for word in words) or 1.0
    known = sum(word.weight for word in words if word.known) / total
    features = confidence_features(query, close, shown)[None, :]
    return min(1.0, known / _KNOWN) * probability(float((model or models()["confidence"]).score(features)[0]))
