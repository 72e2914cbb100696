"""Blocking work away from the event loop, with a bound on how much of it there is.

The pools are our own because a thread that outlives its request must keep its place: otherwise timeouts would let the number
of threads grow without end.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event as Flag
from threading import Lock, get_ident
from typing import ParamSpec, TypeVar

from qa.service.errors import TooBusyError

P = ParamSpec("P")
T = TypeVar("T")

LONGEST_WAIT_S = 10.0
_NEW_SHARE = 0.1
"""How much the latest call counts in the average time of a call."""


class Workers:
    """`threads` threads, and at most `waiting` calls that wait for one, none of them longer than `longest_wait_s`."""

    def __init__(self, name: str, threads: int, waiting: int = 100, longest_wait_s: float = LONGEST_WAIT_S) -> None:
        self.name = name
        self._threads = threads
        self._most = threads + waiting
        self._longest_wait = longest_wait_s
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=f"dalil-{name}")
        self._inside = 0
        self._begun: dict[int, float] = {}
        self._each = 0.0
        self._lock = Lock()
        self.on_refused: Callable[[], None] = lambda: None
        self.on_done: Callable[[float, float], None] = lambda waited, took: None
        """For counting: seconds that a call waited and took. Called in its thread."""

    @property
    def running(self) -> int:
        """How many calls a thread is at work on."""
        return min(self._inside, self._threads)

    @property
    def waiting(self) -> int:
        """How many calls wait for a thread."""
        return self._inside - self.running

    @property
    def expected_wait_s(self) -> float:
        """How long a call that comes now will probably wait: as long as those before it take, going by the latest ones."""
        with self._lock:
            ahead = self._inside - self._threads + 1
            if ahead <= 0:
                return 0.0
            now, begun = time.monotonic(), self._begun.values()
            so_far = sum(now - since for since in begun) / len(begun) if begun else 0.0
            return ahead * max(self._each, so_far) / self._threads

    def check(self) -> None:
        """Raises `TooBusyError`, with the time after which to come back, where one more call would wait too long."""
        wait = self.expected_wait_s
        if self._inside >= self._most:
            self.on_refused()
            raise TooBusyError(f"{self.waiting} requests are waiting already; try again in a moment", wait)
        if wait > self._longest_wait:
            self.on_refused()
            raise TooBusyError(f"this would have to wait for about {wait:.0f} s; try again later", wait)

    async def run(self, call: Callable[P, T], /, *args: P.args, **keywords: P.kwargs) -> T:
        """The result of a call. When the caller is cancelled, a call that has not begun never does. Raises `TooBusyError`."""
        return await self._result(self._submit(lambda: call(*args, **keywords)))

    async def next(self, call: Callable[[], T]) -> T:
        """The result of a further step of what was let in before: it takes its turn, but is never refused."""
        return await asyncio.wrap_future(self._submit(call, begun=True))

    async def watched(self, call: Callable[[Callable[[], bool]], T]) -> T:
        """The result of `call(left)`, where `left()` is true once nobody waits for it any more. Raises `TooBusyError`."""
        left = Flag()
        try:
            return await self._result(self._submit(lambda: call(left.is_set)))
        finally:
            left.set()

    async def iterate(self, make: Callable[[Callable[[], bool]], Iterator[T]]) -> AsyncGenerator[T]:
        """What the iterator `make(left)` yields, one thread driving it from first to last.

        It is closed as soon as nobody listens; `left()` is true from then on, for work that goes on between two items.
        """
        loop = asyncio.get_running_loop()
        arrived: asyncio.Queue[tuple[T | None, BaseException | None, bool]] = asyncio.Queue()
        stopped = Flag()

        def put(item: T | None, error: BaseException | None, last: bool) -> None:
            if not stopped.is_set():
                loop.call_soon_threadsafe(arrived.put_nowait, (item, error, last))

        def drive() -> None:
            try:
                iterator = make(stopped.is_set)
                try:
                    for item in iterator:
                        if stopped.is_set():
                            return
                        put(item, None, False)
                finally:
                    getattr(iterator, "close", lambda: None)()
            except Exception as error:
                put(None, error, True)
            else:
                put(None, None, True)

        driving = self._submit(drive)
        limit = loop.call_later(self._longest_wait, driving.cancel)
        driving.add_done_callback(lambda one: put(None, self._waited_too_long(), True) if one.cancelled() else None)
        try:
            while True:
                item, error, last = await arrived.get()
                if error is not None:
                    raise error
                if last:
                    return
                yield item  # type: ignore[misc]
        finally:
            stopped.set()
            limit.cancel()
            driving.cancel()

    def close(self, seconds: float = 0.0) -> None:
        """Drop what waits; give what runs these `seconds` to finish, after which it is left to itself."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        end = time.monotonic() + seconds
        while self._begun and time.monotonic() < end:
            time.sleep(0.02)

    async def _result(self, future: "Future[T]") -> T:
        """What a call gives; when it waits longer than it should have to, it is taken back."""
        limit = asyncio.get_running_loop().call_later(self._longest_wait, future.cancel)  # which a call that runs survives
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if future.cancelled() and not (task and task.cancelling()):
                raise self._waited_too_long() from None
            raise
        finally:
            limit.cancel()

    def _waited_too_long(self) -> TooBusyError:
        self.on_refused()
        return TooBusyError(f"this waited for {self._longest_wait:g} s already; try again later", self.expected_wait_s)

    def _submit(self, call: Callable[[], T], *, begun: bool = False) -> "Future[T]":
        if not begun:
            self.check()
        came = time.monotonic()

        def timed() -> T:
            start = time.monotonic()
            with self._lock:
                self._begun[get_ident()] = start
            try:
                return call()
            finally:
                took = time.monotonic() - start
                with self._lock:
                    del self._begun[get_ident()]
                    self._each += _NEW_SHARE * (took - self._each) if self._each else took
                self.on_done(start - came, took)

        self._count(1)
        try:
            future = self._pool.submit(timed)
        except BaseException:
            self._count(-1)
            raise
        future.add_done_callback(lambda _: self._count(-1))
        return future

    def _count(self, more: int) -> None:
        with self._lock:
            self._inside += more
