"""How sure a figure is: bootstrap intervals, and tests of the difference between two runs.

A figure is a `Statistic`: a function from weights of the questions, one row a resample, to one value a row. With all weights 1
it gives the figure itself, with multinomial weights its bootstrap distribution (Efron 1979), so that shares, ratios, areas
under curves and percentiles all get their interval in the same vectorised way. Comparing two runs on the same questions is
paired: the randomisation test flips the sign of each question's difference (Fisher; as in Smucker, Allan and Carterette 2007).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Statistic = Callable[[Values], Values]
"""Weights of shape (resamples, questions) to values of shape (resamples,); NaN where a resample has nothing to measure."""

_CELLS = 4_000_000
"""Weights kept in memory at once."""
_MOST_CELLS = 40_000_000
_LEAST_RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its interval; `None` where there is nothing to measure."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Difference:
    """`b - a` over the questions both runs have: mean, 95 % interval, and the two-sided p of no difference."""

    a: float
    b: float
    difference: float
    low: float
    high: float
    p: float
    questions: int


def as_values(values: Sequence[float | None]) -> Values:
    """An array with NaN for `None`."""
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def mean(values: Sequence[float | None]) -> Statistic:
    """The mean of those that are not `None`.

    >>> float(mean([1.0, None, 0.0])(np.ones((1, 3)))[0])
    0.5
    """
    array = as_values(values)
    known = ~np.isnan(array)
    return ratio(np.where(known, array, 0.0).tolist(), known.astype(float).tolist())


def ratio(numerators: Sequence[float], denominators: Sequence[float]) -> Statistic:
    """The sum of `numerators` over the sum of `denominators`."""
    above, below = np.asarray(numerators, dtype=np.float64), np.asarray(denominators, dtype=np.float64)
    return lambda weights: divide(weights @ above, weights @ below)


def divide(above: Values, below: Values) -> Values:
    """`above / below`, NaN where `below` is 0."""
    out: Values = np.divide(above, below, out=np.full(np.broadcast(above, below).shape, np.nan), where=below > 0)
    return out


def bootstrap(
    statistics: Mapping[str, Statistic], questions: int, *, seed: int = 0, resamples: int = 1000, level: float = 0.95
) -> dict[str, Estimate]:
    """Every figure with its percentile interval. The same seed gives the same interval, whatever other figures there are."""
    if questions == 0:
        return {name: Estimate(None, None, None) for name in statistics}
    drawn: dict[str, list[Values]] = {name: [] for name in statistics}
    for weights in _resamples(questions, seed, resamples):
        for name, statistic in statistics.items():
            drawn[name].append(statistic(weights))
    once = np.ones((1, questions))
    return {name: _estimate(statistics[name](once)[0], drawn[name], level) for name in statistics}


def point(statistic: Statistic, questions: int) -> float | None:
    """The figure itself."""
    value = float(statistic(np.ones((1, questions)))[0]) if questions else float("nan")
    return None if np.isnan(value) else value


def compare(
    a: Sequence[float | None], b: Sequence[float | None], *, seed: int = 0, resamples: int = 10_000, level: float = 0.95
) -> Difference | None:
    """The paired difference of two runs over the questions for which both have a value; `None` when there is none."""
    left, right = as_values(a), as_values(b)
    both = ~(np.isnan(left) | np.isnan(right))
    left, right = left[both], right[both]
    count = len(left)
    if count == 0:
        return None
    gap = right - left
    resamples = _affordable(resamples, count)
    means = np.concatenate([weights @ gap / count for weights in _resamples(count, seed, resamples)])
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return Difference(
        float(left.mean()),
        float(right.mean()),
        float(gap.mean()),
        float(low),
        float(high),
        _flip_test(gap, seed, resamples),
        count,
    )


def paired(
    a: Statistic, b: Statistic, questions: int, *, seed: int = 0, resamples: int = 10_000, level: float = 0.95
) -> Difference | None:
    """The difference of any figure of two runs over the same questions, by resampling questions for both at once.

    p is twice the share of resamples on the smaller side of 0. `None` when one of the runs has nothing to measure.
    """
    before, after = point(a, questions), point(b, questions)
    if before is None or after is None:
        return None
    resamples = _affordable(resamples, questions)
    gaps = np.concatenate([b(weights) - a(weights) for weights in _resamples(questions, seed, resamples)])
    gaps = gaps[~np.isnan(gaps)]
    if not len(gaps):
        return None
    low, high = np.quantile(gaps, [(1 - level) / 2, (1 + level) / 2])
    sides = min(int((gaps <= 0).sum()), int((gaps >= 0).sum()))
    p = min(1.0, 2 * (sides + 1) / (len(gaps) + 1))
    return Difference(before, after, after - before, float(low), float(high), p, questions)


def holm(p_values: Sequence[float]) -> list[float]:
    """p values corrected for looking at several figures at once (Holm 1979).

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    corrected, highest = [0.0] * len(p_values), 0.0
    for rank, at in enumerate(order):
        highest = max(highest, min(1.0, p_values[at] * (len(p_values) - rank)))
        corrected[at] = highest
    return corrected


def _flip_test(gap: Values, seed: int, resamples: int) -> float:
    """Two-sided: how often random signs give a mean at least as far from 0; never 0, since the data are one arrangement."""
    seen = abs(gap.sum())
    rng = np.random.default_rng(seed)
    extreme = 0
    for size in _sizes(len(gap), resamples):
        signs = rng.integers(0, 2, (size, len(gap)), dtype=np.int8) * 2 - 1
        extreme += int((np.abs(signs @ gap) >= seen - 1e-12).sum())
    return (extreme + 1) / (resamples + 1)


def _estimate(value: float, drawn: list[Values], level: float) -> Estimate:
    values = np.concatenate(drawn)
    values = values[~np.isnan(values)]
    if np.isnan(value) or not len(values):
        return Estimate(None, None, None)
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return Estimate(float(value), float(low), float(high))


def _resamples(questions: int, seed: int, resamples: int) -> Iterator[Values]:
    rng = np.random.default_rng(seed)
    even = np.full(questions, 1 / questions)
    for size in _sizes(questions, resamples):
        yield rng.multinomial(questions, even, size).astype(np.float64)


def _affordable(resamples: int, questions: int) -> int:
    """Fewer resamples of many questions, where the interval is narrow anyway."""
    return min(resamples, max(_LEAST_RESAMPLES, _MOST_CELLS // questions))


def _sizes(questions: int, resamples: int) -> Iterator[int]:
    step = max(1, _CELLS // questions)
    for start in range(0, resamples, step):
        yield min(step, resamples - start)
