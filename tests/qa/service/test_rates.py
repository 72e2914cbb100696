"""Token buckets: a minute's worth at once, then as often as they fill, together in all processes."""

import multiprocessing

import pytest

from qa.service import rates
from qa.service.rates import Buckets, Table, neighbourhood


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture(params=["own", "shared"])
def table(request, tmp_path):
    path = None
    if request.param == "shared":
        path = tmp_path / "rates"
        Table.make(path)
    opened = Table(path)
    yield opened
    opened.close()


@pytest.mark.parametrize("per_minute", [1, 2, 60, 300])
def test_a_minutes_worth_at_once_then_one_at_a_time(per_minute, table):
    clock = Clock()
    buckets = Buckets(per_minute, table, clock=clock)
    assert [buckets.wait("a") for _ in range(per_minute)] == [0.0] * per_minute
    wait = buckets.wait("a")
    assert wait == pytest.approx(60 / per_minute)
    assert buckets.wait("b") == 0
    clock.now += wait * 0.9
    assert buckets.wait("a") > 0
    clock.now += wait * 0.1
    assert buckets.wait("a") == 0
    assert buckets.wait("a") > 0


def test_a_rest_fills_it_again_and_not_more(table):
    clock = Clock()
    buckets = Buckets(5, table, clock=clock)
    for _ in range(3):
        clock.now += 10_000
        assert sum(buckets.wait("a") == 0 for _ in range(20)) == 5


def test_no_limit():
    buckets = Buckets(0)
    assert not any(buckets.wait("a") for _ in range(10_000))


def test_two_kinds_in_one_table(table):
    keys, addresses = Buckets(1, table, "key"), Buckets(1, table, "address")
    assert [keys.wait("a"), addresses.wait("a")] == [0, 0]
    assert keys.wait("a") > 0
    assert addresses.wait("a") > 0


def test_the_latest_names_stay_whatever_comes(monkeypatch, table):
    monkeypatch.setattr(rates, "_SETS", 2)
    clock = Clock()
    buckets = Buckets(1, table, clock=clock)
    for number in range(500):
        clock.now += 0.001
        buckets.wait(str(number))
    assert buckets.wait("499") > 0
    assert buckets.wait("0") == 0  # pushed out long ago


def _take(path, per_minute, tries, taken):
    table = Table(path)
    buckets = Buckets(per_minute, table)
    taken.put(sum(buckets.wait("a") == 0 for _ in range(tries)))
    table.close()


def test_processes_count_together(tmp_path):
    path = tmp_path / "rates"
    Table.make(path)
    context = multiprocessing.get_context("fork")
    taken = context.Queue()
    processes = [context.Process(target=_take, args=(path, 50, 400, taken)) for _ in range(3)]
    for process in processes:
        process.start()
    counts = [taken.get(timeout=30) for _ in processes]
    for process in processes:
        process.join()
    assert 50 <= sum(counts) <= 60  # some fill again where the machine is slow


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
