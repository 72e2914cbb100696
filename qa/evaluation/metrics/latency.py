"""Latency percentiles and throughput.

A percentile is the smallest time that at least that share of the questions did not exceed (nearest rank). Failures have none.
Latency is that of one question from call to return while `workers` questions run at once; throughput is questions finished by
all workers together in a second of wall-clock. For the latency of an idle system run with one worker.

>>> times = [10.0, 20.0, 30.0, 40.0]
>>> point(percentile(times, 50), 4), point(percentile(times, 95), 4)
(20.0, 40.0)
>>> throughput(questions=30, wall_s=1.5)
20.0
"""

from collections.abc import Sequence

import numpy as np

from qa.evaluation.intervals import Statistic, Values, as_values, point

__all__ = ["percentile", "point", "throughput"]


def percentile(times: Sequence[float | None], percent: float) -> Statistic:
    """The nearest-rank percentile of the times that are known."""
    array = as_values(times)
    order = np.argsort(array)  # NaN comes last
    order = order[: int((~np.isnan(array)).sum())]
    ordered = array[order]

    def statistic(weights: Values) -> Values:
        if not len(order):
            return np.full(len(weights), np.nan)
        reached = np.cumsum(weights[:, order], axis=1)
        total = reached[:, -1:]
        at = np.argmax(reached >= total * percent / 100 - 1e-9, axis=1)
        return np.where(total[:, 0] > 0, ordered[at], np.nan)

    return statistic


def throughput(*, questions: int, wall_s: float) -> float | None:
    """Questions in a second of wall-clock."""
    return questions / wall_s if questions and wall_s > 0 else None
