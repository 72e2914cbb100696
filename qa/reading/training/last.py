"""The last ranker and the confidence, from held-out questions that the network has read."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.embedding.static import StaticEncoder
from qa.extractive import choose
from qa.reading.confidence import CONFIDENCE_FEATURES, confidence_features
from qa.reading.network import Network
from qa.reading.ranker import Linear
from qa.reading.reader import RANKER_FEATURES, Close, read_closely, scored
from qa.reading.spans import few_words
from qa.reading.training.asking import Asked, answers
from qa.reading.training.linear import FOLDS, fit_listwise, fit_logistic, folds_of

ANSWERABLE = 0.8  # share of questions with an answer for which confidence is learned
_FEWEST = 30  # questions of a kind that are reported
_REFUSED = 0.1  # share of the answerable questions that a threshold is printed for


@dataclass
class _Row:
    """One question, read and judged."""

    kind: str
    case: str
    features: NDArray[np.float64]
    right: bool
    few: str | None
    gold: tuple[str, ...]


def fit_last(held: Sequence[Asked], first: Linear, network: Network, encoder: StaticEncoder) -> tuple[Linear, Linear]:
    """The ranker and the confidence, learned from all; printed is how those learned from three folds do on the fourth."""
    held = [one for one in held if one.pool]
    unranked = Linear(np.zeros(len(RANKER_FEATURES)), 0.0)
    return fit_read(
        held, [read_closely(one.query, one.pool, encoder, first=first, network=network, ranker=unranked) for one in held]
    )


def fit_read(held: Sequence[Asked], closes: Sequence[Close]) -> tuple[Linear, Linear]:
    """As `fit_last`, for questions that were read already."""
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
    features, right = np.array([row.features for row in rows]), np.array([row.right for row in rows])
    cases = np.array([row.case for row in rows])
    sure = np.zeros(len(rows))
    for fold in range(FOLDS):
        inside = folds != fold
        score = _confidence(features[inside], cases[inside], right[inside]).score(features[~inside])
        sure[~inside] = 1 / (1 + np.exp(-score))
    report(rows, sure)
    return _ranker(held, closes), _confidence(features, cases, right)


def _ranker(held: Sequence[Asked], closes: Sequence[Close]) -> Linear:
    pairs = [(one, close) for one, close in zip(held, closes, strict=True) if one.case == "whole" and one.example.answers]
    right = [np.array([answers(one.example, read.candidate.sentence) for read in close.reads], bool) for one, close in pairs]
    return fit_listwise([np.array([read.features for read in close.reads]) for _, close in pairs], right)


def _row(one: Asked, close: Close) -> _Row:
    shown = choose(close.reads)
    case = one.case if one.example.answers else one.example.source.rpartition("-")[2]
    right = case == "whole" and any(answers(one.example, read.candidate.sentence) for read in shown)
    kind = f"{one.query.language}->{close.reads[0].candidate.sentence.hit.language}"
    few = few_words(one.query, close.reads[0])
    return _Row(kind, case, confidence_features(one.query, close, shown), right, few, one.example.answers)


def _confidence(features: NDArray[np.float64], cases: NDArray[np.str_], right: NDArray[np.bool_]) -> Linear:
    """Linear in the features: what tells questions with an answer from others, scaled to the probability of being right.

    Told from each other half and half, scaled for a world in which `ANSWERABLE` of the questions have an answer.
    """
    whole = cases == "whole"
    answerable = fit_logistic(features, whole, _shares(whole, 0.5))
    crosses = CONFIDENCE_FEATURES.index("crosses")
    scaled = fit_logistic(
        np.stack([answerable.score(features), features[:, crosses]], axis=1), right, _shares(whole, ANSWERABLE), strength=10.0
    )
    weights = scaled.weights[0] * answerable.weights
    weights[crosses] += scaled.weights[1]
    return Linear(weights, scaled.weights[0] * answerable.bias + scaled.bias)


def _shares(whole: NDArray[np.bool_], answerable: float) -> NDArray[np.float64]:
    """What each row counts, so that this share of the questions can be answered."""
    return np.asarray(np.where(whole, answerable / whole.mean(), (1 - answerable) / (1 - whole.mean())))


def report(rows: Sequence[_Row], sure: NDArray[np.float64]) -> None:
    """Print how the held-out questions were answered and refused."""
    from sklearn.metrics import roc_auc_score

    from qa.evaluation.metrics.f1 import f1

    kinds, cases = np.array([row.kind for row in rows]), np.array([row.case for row in rows])
    right = np.array([row.right for row in rows])
    few = np.array([f1(row.few or "", row.gold, row.kind[-2:]) if row.gold else 0.0 for row in rows])
    for kind in sorted(set(kinds)):
        whole = (kinds == kind) & (cases == "whole")
        if whole.sum() < _FEWEST:
            continue
        print(f"{kind}: {whole.sum()} questions, answer right {right[whole].mean():.3f}, F1 of short {few[whole].mean():.3f}")
        threshold = np.quantile(sure[whole], _REFUSED)
        for case in sorted(set(cases) - {"whole"}):
            lacking = (kinds == kind) & (cases == case)
            if lacking.sum() >= _FEWEST:
                auroc = roc_auc_score(cases[whole | lacking] == "whole", sure[whole | lacking])
                refused = np.mean(sure[lacking] < threshold)
                print(f"    {lacking.sum()} {case}: AUROC {auroc:.3f}, {refused:.2f} refused below {threshold:.2f}")
    known = cases == "whole"
    bins = np.minimum(9, (sure[known] * 10).astype(int))
    error = sum(abs((sure[known] - right[known])[bins == one].sum()) for one in range(10)) / known.sum()
    print(f"expected calibration error of the answerable {error:.3f}", flush=True)
