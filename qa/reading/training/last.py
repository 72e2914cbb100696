"""The last ranker and the confidence, from held-out questions that the network has read."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.retrieval import Query
from qa.extractive import choose
from qa.reading.confidence import CONFIDENCE_FEATURES, confidence_features
from qa.reading.ranker import Linear
from qa.reading.reader import Close, Look, looked_at, scored
from qa.reading.spans import few_words
from qa.reading.training.asking import Asked, answers
from qa.reading.training.examples import Example
from qa.reading.training.linear import FOLDS, fit_listwise, fit_logistic, folds_of
from qa.reading.training.written import NEWS

_NEWS = 4.0  # what a question counts that was written on news, with or without an answer there
_AWAY = 0.3  # and one whose article was left out: the easy ones would decide
_PEOPLE = 20.0  # what a question counts in scaling that people asked: those written for this project are plainer
ANSWERABLE = 0.8  # share of questions with an answer for which confidence is learned
_FEWEST = 30  # questions of a kind that are reported
_REFUSED = 0.1  # share of the answerable questions that a threshold is printed for


@dataclass
class _Row:
    """One question, read and judged."""

    source: str
    kind: str
    case: str
    features: NDArray[np.float64]
    right: bool
    few: str | None
    gold: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unread:
    """An unseen question as the network will be shown it."""

    example: Example
    query: Query
    case: str
    look: Look | None  # which is no longer needed when it was read


def unread(asked: Asked, first: Linear) -> Unread:
    """What is kept of a question that was asked."""
    return Unread(asked.example, asked.query, asked.case, looked_at(asked.query, asked.pool, first))


def fit_last(read: Sequence[tuple[Unread, Close]]) -> tuple[Linear, Linear]:
    """The ranker and the confidence, from questions that were read by a network that has not seen them.

    Learned from all; printed is how those learned from three folds do on the fourth.
    """
    held, closes = [one for one, _ in read], [close for _, close in read]
    folds = folds_of([one.example.title for one in held])
    rows: list[_Row] = []
    for fold in range(FOLDS):
        ranker = _ranker(
            [one for one, at in zip(held, folds, strict=True) if at != fold],
            [c for c, at in zip(closes, folds, strict=True) if at != fold],
        )
        rows += [_row(one, scored(close, ranker)) for one, close, at in zip(held, closes, folds, strict=True) if at == fold]
    order = np.argsort(np.concatenate([np.flatnonzero(folds == fold) for fold in range(FOLDS)]))
    rows = [rows[at] for at in order]
    sure = np.zeros(len(rows))
    for fold in range(FOLDS):
        inside = folds != fold
        score = _confidence([row for row, at in zip(rows, inside, strict=True) if at])
        sure[~inside] = 1 / (1 + np.exp(-score.score(np.array([row.features for row in rows])[~inside])))
    report(rows, sure)
    return _ranker(held, closes), _confidence(rows)


def _ranker(held: Sequence[Unread], closes: Sequence[Close]) -> Linear:
    pairs = [(one, close) for one, close in zip(held, closes, strict=True) if one.case == "whole" and one.example.answers]
    right = [np.array([answers(one.example, read.candidate.sentence) for read in close.reads], bool) for one, close in pairs]
    return fit_listwise([np.array([read.features for read in close.reads]) for _, close in pairs], right)


def _row(one: Unread, close: Close) -> _Row:
    shown = choose(close.reads)
    source = one.example.source
    case = one.case if one.example.answers else source.rpartition("-")[2]
    right = case == "whole" and any(answers(one.example, read.candidate.sentence) for read in shown)
    kind = f"{one.query.language}->{close.reads[0].candidate.sentence.hit.language}"
    few = few_words(one.query, close.reads[0])
    return _Row(source, kind, case, confidence_features(one.query, close, shown), right, few, one.example.answers)


def _confidence(rows: Sequence[_Row]) -> Linear:
    """Linear in the features: what tells questions with an answer from others, scaled to the probability of being right.

    Told from each other half and half, scaled for a world in which `ANSWERABLE` of the questions have an answer.
    """
    features, right = np.array([row.features for row in rows]), np.array([row.right for row in rows])
    whole = np.array([row.case == "whole" for row in rows])
    counts = np.array([_count(row) for row in rows])
    answerable = fit_logistic(features, whole, _shares(whole, counts, 0.5))
    crosses = CONFIDENCE_FEATURES.index("crosses")
    peoples = np.array([not row.source.endswith("written") for row in rows])
    scaled = fit_logistic(
        np.stack([answerable.score(features), features[:, crosses]], axis=1),
        right,
        _shares(whole, np.where(peoples, _PEOPLE, 1.0) * counts, ANSWERABLE),
        strength=10.0,
    )
    weights = scaled.weights[0] * answerable.weights
    weights[crosses] += scaled.weights[1]
    return Linear(weights, scaled.weights[0] * answerable.bias + scaled.bias)


def _count(row: _Row) -> float:
    if row.case == "away":
        return _AWAY
    return _NEWS if row.source in NEWS and row.case != "without" else 1.0


def _shares(whole: NDArray[np.bool_], counts: NDArray[np.float64], answerable: float) -> NDArray[np.float64]:
    """What each row counts, so that this share of the questions can be answered; 1 on average."""
    there = counts[whole].sum() / len(counts), counts[~whole].sum() / len(counts)
    return np.asarray(counts * np.where(whole, answerable / there[0], (1 - answerable) / there[1]))


def report(rows: Sequence[_Row], sure: NDArray[np.float64]) -> None:
    """Print how the held-out questions were answered and refused."""
    from sklearn.metrics import roc_auc_score

    from qa.evaluation.metrics.f1 import f1

    kinds = np.array([f"{row.source.split('-')[0]} {row.kind}" for row in rows])
    cases = np.array([row.case for row in rows])
    right = np.array([row.right for row in rows])
    few = np.array([f1(row.few or "", row.gold, row.kind[-2:]) if row.gold else 0.0 for row in rows])
    for kind in sorted(set(kinds)):
        whole = (kinds == kind) & (cases == "whole")
        if whole.sum() < _FEWEST:
            continue
        print(f"{kind}: {whole.sum()} questions, answer right {right[whole].mean():.3f}, F1 of short {few[whole].mean():.3f}")
        threshold = np.quantile(sure[whole], _REFUSED)
        error = _calibration_error(sure[whole], right[whole], np.ones(int(whole.sum())))
        print(f"    expected calibration error of the answerable {error:.3f}", end="")
        asked = whole | ((kinds == kind) & (cases == ("written" if "written" in cases[kinds == kind] else "without")))
        error = _calibration_error(sure[asked], right[asked], _shares(whole[asked], np.ones(int(asked.sum())), ANSWERABLE))
        print(f", of these with a fifth that has no answer {error:.3f}")
        for case in sorted(set(cases) - {"whole"}):
            lacking = (kinds == kind) & (cases == case)
            if lacking.sum() >= _FEWEST:
                auroc = roc_auc_score(cases[whole | lacking] == "whole", sure[whole | lacking])
                refused = np.mean(sure[lacking] < threshold)
                print(f"    {lacking.sum()} {case}: AUROC {auroc:.3f}, {refused:.2f} refused below {threshold:.2f}")


def _calibration_error(sure: NDArray[np.float64], right: NDArray[np.bool_], counts: NDArray[np.float64]) -> float:
    """The expected calibration error in ten bins (Guo et al. 2017), where each answer counts so much."""
    bins = np.minimum(9, (sure * 10).astype(int))
    apart = counts * (sure - right)
    return float(sum(abs(apart[bins == one].sum()) for one in range(10)) / counts.sum())
