"""Latency percentiles and throughput.

A percentile is the smallest time that at least that share of the questions did not exceed (nearest rank). Failures have none.
Latency is that of one question from call to return while no other question runs. Throughput is how many questions `workers`
finish in a second while all of them are asking: workers * questions / sum of their times. Time spent on judging is left out.

>>> times = [10.0, 20.0, 30.0, 40.0]
>>> point(percentile(times, 50), 4), point(percentile(times, 95), 4)
(20.0, 40.0)
>>> throughput([100.0, 100.0, 50.0, 50.0], workers=2)
26.666666666666668
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


def throughput(times: Sequence[float | None], workers: int) -> float | None:
    """Questions a second, from times in milliseconds."""
    known = [time for time in times if time is not None]
    return 1000 * workers * len(known) / sum(known) if known and sum(known) > 0 else None
