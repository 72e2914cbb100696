"""Blocking work away from the event loop, with a bound on how much of it there is.

The pools are our own because a thread that outlives its request must keep its place: otherwise timeouts would let the number
of threads grow without end.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import BoundedSemaphore, Lock
from threading import Event as Flag
from typing import ParamSpec, TypeVar

from qa.service.errors import TooBusyError

P = ParamSpec("P")
T = TypeVar("T")


class Workers:
    """`threads` threads, and at most `waiting` calls that wait for one."""

    def __init__(self, name: str, threads: int, waiting: int = 100) -> None:
        self.name = name
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=f"dalil-{name}")
        self._places = BoundedSemaphore(threads + waiting)
        self._inside = 0
        self._lock = Lock()

    @property
    def running(self) -> int:
        """How many calls a thread is at work on."""
        return min(self._inside, self._threads)

    @property
    def waiting(self) -> int:
        """How many calls wait for a thread."""
        return self._inside - self.running

    async def run(self, call: Callable[P, T], /, *args: P.args, **keywords: P.kwargs) -> T:
        """The result of a call. When the caller is cancelled, a call that has not begun never does. Raises `TooBusyError`."""
        return await asyncio.wrap_future(self._submit(lambda: call(*args, **keywords)))

    async def watched(self, call: Callable[[Callable[[], bool]], T]) -> T:
        """The result of `call(left)`, where `left()` is true once nobody waits for it any more. Raises `TooBusyError`."""
        left = Flag()
        try:
            return await asyncio.wrap_future(self._submit(lambda: call(left.is_set)))
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
            driving.cancel()

    def close(self) -> None:
        """Let what runs finish; drop what waits."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _submit(self, call: Callable[[], T]) -> "Future[T]":
        if not self._places.acquire(blocking=False):
            raise TooBusyError("too many requests are waiting; try again in a moment")
        self._count(1)
        future = self._pool.submit(call)
        future.add_done_callback(lambda _: self._left())
        return future

    def _left(self) -> None:
        self._count(-1)
        self._places.release()

    def _count(self, more: int) -> None:
        with self._lock:
            self._inside += more
