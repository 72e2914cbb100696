"""Expected calibration error: does a confidence of 0.8 mean right in 80 of 100?

Source: Naeini, Cooper and Hauskrecht 2015; Guo et al. 2017, "On Calibration of Modern Neural Networks". Answers are put into
ten bins of equal width by confidence; in each, the gap between mean confidence and share of correct answers counts by the bin's
size. Only questions that were answered and can be graded take part: confidence speaks of the cited text, and a refusal cites
none. An answer to an unanswerable question is not correct.

Worked: two answers at 0.9, one right (gap 0.4), and two at 0.2, none right (gap 0.2): (2 * 0.4 + 2 * 0.2) / 4 = 0.3.

>>> round(point(expected_calibration_error([0.9, 0.9, 0.2, 0.2], [1.0, 0.0, 0.0, 0.0]), 4), 4)
0.3
>>> calibration_curve([0.9, 0.9], [1.0, 0.0])
[{'low': 0.9, 'high': 1.0, 'count': 2.0, 'confidence': 0.9, 'accuracy': 0.5}]
"""

from collections.abc import Sequence

import numpy as np

from qa.evaluation.intervals import Statistic, Values, as_values, divide, point

__all__ = ["calibration_curve", "expected_calibration_error", "point"]

BINS = 10


def expected_calibration_error(confidence: Sequence[float | None], correct: Sequence[float | None]) -> Statistic:
    """The figure over questions that have both values."""
    scores, right, bins = _binned(confidence, correct)

    def statistic(weights: Values) -> Values:
        gaps = np.abs(weights @ (bins * (scores - right)[:, None]))
        return divide(gaps.sum(axis=1), (weights @ bins).sum(axis=1))

    return statistic


def calibration_curve(confidence: Sequence[float | None], correct: Sequence[float | None]) -> list[dict[str, float]]:
    """The bins that hold something: bounds, how many, mean confidence, share correct."""
    scores, right, bins = _binned(confidence, correct)
    return [
        {
            "low": at / BINS,
            "high": (at + 1) / BINS,
            "count": float(inside.sum()),
            "confidence": float(scores[inside].mean()),
            "accuracy": float(right[inside].mean()),
        }
        for at in range(BINS)
        if (inside := bins[:, at] > 0).any()
    ]


def _binned(confidence: Sequence[float | None], correct: Sequence[float | None]) -> tuple[Values, Values, Values]:
    scores, right = as_values(confidence), as_values(correct)
    known = ~(np.isnan(scores) | np.isnan(right))
    scores, right = np.where(known, scores, 0.0), np.where(known, right, 0.0)
    at = np.clip(np.floor(scores * BINS + 1e-9).astype(int), 0, BINS - 1)
    bins = np.zeros((len(scores), BINS))
    bins[np.arange(len(scores)), at] = known
    return scores, right, bins
