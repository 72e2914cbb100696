"""Intervals that cover, tests that tell apart, both the same for the same seed."""

import itertools

import numpy as np
import pytest

from qa.evaluation.intervals import as_values, bootstrap, compare, holm, mean, paired, point, ratio
from qa.evaluation.metrics.latency import percentile
from qa.evaluation.metrics.refusal import auroc


def test_the_figure_itself_and_its_interval() -> None:
    values = [1.0, 0.0, None, 1.0, 1.0]
    estimate = bootstrap({"mean": mean(values)}, 5, seed=1)["mean"]
    assert estimate.value == 0.75
    assert 0 <= estimate.low < 0.75 < estimate.high <= 1
    assert bootstrap({"mean": mean(values)}, 5, seed=1)["mean"] == estimate
    assert bootstrap({"other": mean([0.0] * 5), "mean": mean(values)}, 5, seed=1)["mean"] == estimate


@pytest.mark.parametrize("values", [[], [None, None]])
def test_nothing_to_measure(values: list[None]) -> None:
    estimate = bootstrap({"mean": mean(values)}, len(values))["mean"]
    assert (estimate.value, estimate.low, estimate.high) == (None, None, None)


def test_the_interval_is_that_of_numpy_by_hand() -> None:
    rng = np.random.default_rng(5)
    values = rng.random(200)
    estimate = bootstrap({"mean": mean(values.tolist())}, 200, seed=0, resamples=4000)["mean"]
    plain = [values[rng.integers(0, 200, 200)].mean() for _ in range(4000)]
    assert estimate.low == pytest.approx(np.quantile(plain, 0.025), abs=0.004)
    assert estimate.high == pytest.approx(np.quantile(plain, 0.975), abs=0.004)


def test_intervals_cover_the_truth_about_as_often_as_they_say() -> None:
    rng = np.random.default_rng(11)
    covered = 0
    for trial in range(200):
        estimate = bootstrap({"m": mean(rng.binomial(1, 0.7, 80).astype(float).tolist())}, 80, seed=trial, resamples=300)["m"]
        covered += estimate.low <= 0.7 <= estimate.high
    assert 176 <= covered <= 200


def test_weights_mean_repetition() -> None:
    """Weight 2 is the question twice: what a bootstrap resample is."""
    confidence, labels, times = [0.9, 0.4, 0.6, 0.4], [True, False, True, True], [5.0, 9.0, 1.0, 7.0]
    weights = np.array([[2.0, 1.0, 0.0, 3.0]])
    picked = [at for at, weight in enumerate(weights[0]) for _ in range(int(weight))]

    def repeated(values: list) -> list:
        return [values[at] for at in picked]

    assert auroc(confidence, labels)(weights)[0] == point(auroc(repeated(confidence), repeated(labels)), len(picked))
    assert percentile(times, 50)(weights)[0] == point(percentile(repeated(times), 50), len(picked))
    assert ratio([1, 0, 1, 1], [1, 1, 1, 1])(weights)[0] == pytest.approx(5 / 6)


def test_the_randomisation_test_is_near_the_exact_one() -> None:
    a, b = [0.0, 0.1, 0.2, 0.0, 0.3, 0.1, 0.0], [0.2, 0.1, 0.4, 0.1, 0.2, 0.5, 0.3]
    gap = as_values(b) - as_values(a)
    sums = [abs(np.dot(signs, gap)) for signs in itertools.product((1, -1), repeat=len(gap))]
    exact = np.mean([value >= abs(gap.sum()) - 1e-12 for value in sums])
    difference = compare(a, b, seed=3)
    assert difference is not None
    assert difference.p == pytest.approx(exact, abs=0.02)
    assert difference.difference == pytest.approx(gap.mean())


def test_a_clear_difference_is_significant_and_none_is_not() -> None:
    rng = np.random.default_rng(2)
    a = rng.random(100)
    better = compare(a.tolist(), (a + 0.1 + rng.normal(0, 0.1, 100)).tolist())
    same = compare(a.tolist(), a.tolist())
    assert better is not None
    assert same is not None
    assert better.p < 0.01
    assert better.low > 0
    assert same.p == 1.0
    assert compare([None, 1.0], [1.0, None]) is None


def test_paired_figures_that_are_no_means() -> None:
    labels = [True] * 50 + [False] * 50
    rng = np.random.default_rng(4)
    good, bad = (np.array(labels) + rng.normal(0, 0.5, 100)).tolist(), rng.random(100).tolist()
    difference = paired(auroc(bad, labels), auroc(good, labels), 100, resamples=1000)
    assert difference is not None
    assert difference.p < 0.01
    assert difference.b > difference.a
    assert paired(mean([None]), mean([1.0]), 1) is None


def test_holm_never_lowers_a_p() -> None:
    assert holm([]) == []
    assert holm([0.5, 0.6]) == [1.0, 1.0]
