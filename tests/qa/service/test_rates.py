"""Token buckets: a minute's worth at once, then as often as they fill."""

import pytest

from qa.service import rates
from qa.service.rates import Buckets, neighbourhood


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.mark.parametrize("per_minute", [1, 2, 60, 300])
def test_a_minutes_worth_at_once_then_one_at_a_time(per_minute):
    clock = Clock()
    buckets = Buckets(per_minute, clock)
    assert [buckets.wait("a") for _ in range(per_minute)] == [0.0] * per_minute
    wait = buckets.wait("a")
    assert wait == pytest.approx(60 / per_minute)
    assert buckets.wait("b") == 0
    clock.now += wait * 0.9
    assert buckets.wait("a") > 0
    clock.now += wait * 0.1
    assert buckets.wait("a") == 0
    assert buckets.wait("a") > 0


def test_a_rest_fills_it_again_and_not_more():
    clock = Clock()
    buckets = Buckets(5, clock)
    for _ in range(3):
        clock.now += 10_000
        assert sum(buckets.wait("a") == 0 for _ in range(20)) == 5


def test_no_limit():
    buckets = Buckets(0)
    assert not any(buckets.wait("a") for _ in range(10_000))


def test_the_memory_does_not_grow_with_the_names(monkeypatch):
    monkeypatch.setattr(rates, "_MOST_NAMES", 10)
    buckets = Buckets(1, Clock())
    for number in range(100):
        buckets.wait(str(number))
    assert buckets.wait("99") > 0
    assert len(buckets._full_at) == 10


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("not an address", "not an address", True),
    ],
)
def test_what_counts_as_one_address(one, other, same):
    assert (neighbourhood(one) == neighbourhood(other)) is same
