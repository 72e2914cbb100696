"""Threads with bounds: by count, by the time a call would have to wait, and what is told of it."""

import asyncio
import threading
import time

import pytest

from qa.service.errors import TooBusyError
from qa.service.work import Workers


@pytest.fixture
def make():
    made = []

    def workers(*args, **keywords):
        made.append(Workers("test", *args, **keywords))
        return made[-1]

    yield workers
    for one in made:
        one.close()


async def occupied(workers, many):
    """`many` calls that are inside until the event is set."""
    release = threading.Event()
    calls = [asyncio.create_task(workers.run(release.wait, 10)) for _ in range(many)]
    while workers.running + workers.waiting < many:
        await asyncio.sleep(0.01)
    return release, calls


@pytest.mark.parametrize(("threads", "waiting"), [(1, 0), (1, 3), (4, 2)])
def test_no_more_wait_than_may(make, threads, waiting):
    refused = []

    async def main():
        workers = make(threads, waiting)
        workers.on_refused = lambda: refused.append(1)
        release, calls = await occupied(workers, threads + waiting)
        assert (workers.running, workers.waiting) == (threads, waiting)
        for attempt in (
            lambda: workers.run(int),
            lambda: workers.watched(lambda left: 1),
            lambda: anext(workers.iterate(iter)),
        ):
            with pytest.raises(TooBusyError) as caught:
                await attempt()
            assert int(caught.value.headers["Retry-After"]) >= 1
        release.set()
        assert await asyncio.gather(*calls) == [True] * (threads + waiting)
        assert await workers.run(lambda: 7) == 7

    asyncio.run(main())
    assert len(refused) == 3


def test_who_would_wait_too_long_is_refused_before_the_queue_is_full(make):
    async def main():
        workers = make(1, 100, longest_wait_s=0.5)
        await workers.run(time.sleep, 0.4)  # how long a call takes here
        release, calls = await occupied(workers, 1)
        assert 0.3 < workers.expected_wait_s < 5
        calls.append(asyncio.create_task(workers.run(int)))
        await asyncio.sleep(0.3)
        with pytest.raises(TooBusyError) as caught:
            await workers.run(int)
        assert workers.waiting == 1
        assert int(caught.value.headers["Retry-After"]) >= 1
        release.set()
        await asyncio.gather(*calls)
        # An idle thread takes whatever comes, however long the last calls took.
        assert workers.expected_wait_s == 0
        assert await workers.run(lambda: 7) == 7

    asyncio.run(main())


def test_a_further_step_of_what_was_let_in_is_not_refused(make):
    async def main():
        workers = make(1, 0)
        release, calls = await occupied(workers, 1)
        step = asyncio.create_task(workers.next(lambda: 7))
        await asyncio.sleep(0.05)
        assert not step.done()
        release.set()
        assert await step == 7
        await asyncio.gather(*calls)

    asyncio.run(main())


def test_whoever_stops_waiting_frees_the_place_and_is_never_worked_for(make):
    worked = []

    async def main():
        workers = make(1, 1)
        release, calls = await occupied(workers, 1)
        waiting = asyncio.create_task(workers.run(worked.append, 1))
        await asyncio.sleep(0.05)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        calls.append(asyncio.create_task(workers.run(worked.append, 2)))
        await asyncio.sleep(0.05)
        release.set()
        await asyncio.gather(*calls)

    asyncio.run(main())
    assert worked == [2]


def test_waiting_and_working_are_told(make):
    told = []

    async def main():
        workers = make(1, 5)
        workers.on_done = lambda waited, took: told.append((waited, took))
        await asyncio.gather(*(workers.run(time.sleep, 0.05) for _ in range(3)))

    asyncio.run(main())
    waited = [one for one, _ in told]
    assert len(told) == 3
    assert waited == sorted(waited)
    assert waited[2] >= 0.08
    assert min(took for _, took in told) >= 0.05


def test_closing_waits_for_what_runs(make):
    done = threading.Event()

    async def main():
        workers = make(1)
        running = asyncio.create_task(workers.run(lambda: time.sleep(0.2) or done.set()))
        while not workers.running:
            await asyncio.sleep(0.01)
        await asyncio.to_thread(workers.close, 10)
        assert done.is_set()
        await running

    asyncio.run(main())


def test_who_waited_longer_than_it_looked_is_told_so(make):
    async def main():
        workers = make(1, 10, longest_wait_s=0.3)
        release, calls = await occupied(workers, 1)
        waiting = [workers.run(int), workers.watched(lambda left: 1), anext(workers.iterate(lambda left: iter([1])))]
        outcomes = await asyncio.gather(*waiting, return_exceptions=True)
        assert {type(one) for one in outcomes} == {TooBusyError}
        release.set()
        assert await asyncio.gather(*calls) == [True]  # what runs goes on, however long it takes

    asyncio.run(main())
