"""How a service ends: readiness says no, nothing new is accepted, and what is not finished in time is given back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import ClassVar

from index.errors import DalilError
from qa.service.errors import TimeLimitError


class StoppingError(DalilError):
    """Raised for what the service cannot finish any more because it is about to end."""

    code = "stopping"
    status = 503
    headers: ClassVar = {"Retry-After": "5"}


_LAST_CALL_S = 3.0


class Stopping:
    """Whether the service is about to end. Any thread may look; all else belongs to the event loop's thread."""

    def __init__(self) -> None:
        self.began = False
        """Readiness says no from now on; everything is still answered."""
        self.over = False
        """The time to finish is over."""
        self._watched: set[asyncio.Timeout] = set()

    def begin(self) -> None:
        """Let readiness say no."""
        self.began = True

    async def give_back(self, seconds: float) -> None:
        """After `seconds`, let everything that is watched run into its time limit; what goes in steps ends a little before."""
        loop = asyncio.get_running_loop()
        last_call = min(_LAST_CALL_S, seconds / 4)
        await asyncio.sleep(seconds - last_call)
        self.began = self.over = True
        await asyncio.sleep(last_call)
        now = loop.time()
        for limit in self._watched:
            if limit.when() is not None:
                limit.reschedule(now)

    @asynccontextmanager
    async def limit(self, seconds: float) -> AsyncIterator[asyncio.Timeout]:
        """As `asyncio.timeout`, ending with the service too unless it is rescheduled to never. `reason` tells which it was."""
        async with asyncio.timeout(0 if self.over else seconds) as limit:
            self._watched.add(limit)
            try:
                yield limit
            finally:
                self._watched.discard(limit)

    def reason(self, late: str) -> DalilError:
        """What to answer after such a limit: that it was `late`, or that the service is stopping."""
        return StoppingError("the service is stopping; send this again") if self.over else TimeLimitError(late)

    def check(self, done: str) -> None:
        """Raises `StoppingError`, which tells what is `done`, once the time to finish is over."""
        if self.over:
            raise StoppingError(f"the service is stopping: {done}")
