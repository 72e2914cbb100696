"""`/healthz` and `/readyz`, for whoever watches over the process. Both answer however busy it is."""

import asyncio
import time
from typing import Any

from fastapi import APIRouter

from index.errors import DalilError
from qa.service.context import Context
from qa.service.errors import describe
from qa.service.stopping import StoppingError
from qa.service.work import Workers

_LONGEST_S = 5.0
_FRESH_S = 0.5


class NotReadyError(DalilError):
    """Raised when questions cannot be answered now."""

    code = "unavailable"
    status = 503


class Readiness:
    """Looks at the index in a thread of its own: once for everybody who asks at the same time or shortly after."""

    def __init__(self, here: Context) -> None:
        self._here = here
        self._workers = Workers("health", 1)
        self._looking: asyncio.Task[int] | None = None
        self._looked_at = float("-inf")

    async def articles(self) -> int:
        """How many articles there are. Raises `StoppingError`, `NotReadyError`."""
        if self._here.stopping.began:
            raise StoppingError("the service is stopping")
        if self._looking is None or (self._looking.done() and time.monotonic() - self._looked_at > _FRESH_S):
            self._looking = asyncio.create_task(self._look())
        try:
            async with asyncio.timeout(_LONGEST_S):
                return await asyncio.shield(self._looking)
        except TimeoutError:
            raise NotReadyError(f"the index did not answer within {_LONGEST_S:g} s") from None
        except DalilError as error:
            raise NotReadyError(str(error)) from None
        except Exception as error:
            describe(error)
            raise NotReadyError("the index cannot be read; the log of the service says more") from None

    async def size(self) -> dict[str, int]:
        """What the index holds; nothing where it is in trouble, when other figures are wanted most."""
        try:
            async with asyncio.timeout(_LONGEST_S):
                return await self._workers.next(self._here.dalil.size)
        except Exception as error:
            describe(error)
            return {}

    async def _look(self) -> int:
        try:
            _, total = await self._workers.next(lambda: self._here.dalil.articles(limit=1))
            return total
        finally:
            self._looked_at = time.monotonic()

    def close(self) -> None:
        """End its thread."""
        self._workers.close()


def router(readiness: Readiness) -> APIRouter:
    """The two routes."""
    routes = APIRouter(tags=["Health"])

    # Some watchers ask with HEAD. FastAPI, unlike HTTP, does not take that as a GET without a body.
    @routes.head("/healthz", include_in_schema=False)
    @routes.get("/healthz", summary="Is the process alive?")
    async def alive() -> dict[str, str]:
        """Answers as long as the process does."""
        return {"status": "alive"}

    @routes.head("/readyz", include_in_schema=False)
    @routes.get("/readyz", summary="Can questions be answered?")
    async def ready() -> dict[str, Any]:
        """200 when the index can be read, and how many articles it holds; an error otherwise, and when the service stops."""
        return {"status": "ready", "articles": await readiness.articles()}

    return routes
