"""Refusals: does the system know when it does not know?

- `refused_unanswerable`: share of unanswerable questions that were refused (high is good);
- `refused_answerable`: share of answerable questions that were refused (low is good);
- `auroc`: the chance that an answerable question gets a higher `confidence` than an unanswerable one, ties half (Fawcett 2006,
  "An introduction to ROC analysis");
- risk-coverage: when only the most confident share (coverage) is kept, the share of it that is not correct (risk); `aurc` is
  the area under that curve, lower is better (El-Yaniv and Wiener 2010; Geifman and El-Yaniv 2017). Not correct are wrong
  answers, all unanswerable questions, and answerable ones that were refused: nothing that a lower threshold would bring is
  counted on.

Worked: confidences 0.9, 0.8, 0.3 for answerable and 0.5, 0.3 for unanswerable questions. Of the 6 pairs, 4 are the right way
round, one (0.3 against 0.5) the wrong way, one is a tie: AUROC = 4.5 / 6.

>>> point(auroc([0.9, 0.8, 0.3, 0.5, 0.3], [True, True, True, False, False]), 5)
0.75
>>> errors = [0.0, 1.0, 0.0, 1.0]
>>> [(step["coverage"], round(step["risk"], 3)) for step in risk_coverage([0.9, 0.8, 0.7, 0.6], errors)]
[(0.25, 0.0), (0.5, 0.5), (0.75, 0.333), (1.0, 0.5)]
>>> round(point(aurc([0.9, 0.8, 0.7, 0.6], errors), 4), 4)
0.3333
"""

from collections.abc import Sequence

import numpy as np

from qa.evaluation.intervals import Statistic, Values, as_values, divide, point, ratio

__all__ = ["aurc", "auroc", "point", "refused_share", "risk_coverage"]

_CURVE_POINTS = 200


def refused_share(refused: Sequence[bool | None], answerable: Sequence[bool | None], *, among: bool) -> Statistic:
    """The share of refusals among the questions whose `answerable` is `among`; `None` in `refused` is a failure, no refusal."""
    chosen = [float(item is among) for item in answerable]
    return ratio([float(bool(item)) * weight for item, weight in zip(refused, chosen, strict=True)], chosen)


def auroc(confidence: Sequence[float | None], positive: Sequence[bool | None]) -> Statistic:
    """Area under the ROC curve of `confidence`; questions without confidence or label are left out."""
    scores = as_values(confidence)
    labels = as_values([None if item is None else float(item) for item in positive])
    kept = np.flatnonzero(~(np.isnan(scores) | np.isnan(labels)))
    order = kept[np.argsort(scores[kept], kind="stable")]
    starts = _group_starts(scores[order])
    label = labels[order]

    def statistic(weights: Values) -> Values:
        if not len(order):
            return np.full(len(weights), np.nan)
        ordered = weights[:, order]
        positives = np.add.reduceat(ordered * label, starts, axis=1)
        negatives = np.add.reduceat(ordered * (1 - label), starts, axis=1)
        below = np.cumsum(negatives, axis=1) - negatives
        wins = (positives * (below + negatives / 2)).sum(axis=1)
        return divide(wins, positives.sum(axis=1) * negatives.sum(axis=1))

    return statistic


def aurc(confidence: Sequence[float | None], errors: Sequence[float | None]) -> Statistic:
    """Area under the risk-coverage curve; equal confidences are one step, so that the order of questions does not matter."""
    order, starts, _, error = _by_confidence(confidence, errors)

    def statistic(weights: Values) -> Values:
        if not len(order):
            return np.full(len(weights), np.nan)
        ordered = weights[:, order]
        size = np.add.reduceat(ordered, starts, axis=1)
        wrong = np.cumsum(np.add.reduceat(ordered * error, starts, axis=1), axis=1)
        risk = divide(wrong, np.cumsum(size, axis=1))
        return divide((size * np.nan_to_num(risk)).sum(axis=1), size.sum(axis=1))

    return statistic


def risk_coverage(confidence: Sequence[float | None], errors: Sequence[float | None]) -> list[dict[str, float]]:
    """The curve by falling confidence, at most 200 points: `coverage`, `risk`, and the `threshold` of confidence."""
    order, starts, score, error = _by_confidence(confidence, errors)
    if not len(order):
        return []
    ends = np.append(starts[1:], len(order))
    wrong = np.cumsum(error)[ends - 1]
    steps = range(len(ends)) if len(ends) <= _CURVE_POINTS else np.linspace(0, len(ends) - 1, _CURVE_POINTS).round().astype(int)
    return [
        {
            "coverage": float(ends[at] / len(order)),
            "risk": float(wrong[at] / ends[at]),
            "threshold": float(score[ends[at] - 1]),
        }
        for at in steps
    ]


def _by_confidence(
    confidence: Sequence[float | None], errors: Sequence[float | None]
) -> tuple[np.ndarray[tuple[int], np.dtype[np.intp]], np.ndarray[tuple[int], np.dtype[np.intp]], Values, Values]:
    scores, error = as_values(confidence), as_values(errors)
    kept = np.flatnonzero(~(np.isnan(scores) | np.isnan(error)))
    order = kept[np.argsort(-scores[kept], kind="stable")]
    return order, _group_starts(scores[order]), scores[order], error[order]


def _group_starts(ordered: Values) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    if not len(ordered):
        return np.array([], dtype=np.intp)
    return np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
