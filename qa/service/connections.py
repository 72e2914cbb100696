"""Connections that say nothing: closed after a while, and given up first where there are too many of them."""

import asyncio
import contextlib
import json
import resource
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol

from qa.service.errors import error_body

KEEP_ALIVE_S = 75
"""How long an idle connection is kept: longer than the minute that balancers keep theirs, so that it is they who close it."""
HEAD_S = 20.0
"""How long a connection may take for the head of a request."""
_WANTED_FILES = 65_536
_SHARE = 0.8


def most_connections() -> int:
    """How many connections a process may have: most of the files it may open, after asking the system for more of them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _WANTED_FILES if hard == resource.RLIM_INFINITY else min(hard, _WANTED_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except (OSError, ValueError):
            wanted = soft
    return int(_SHARE * (wanted if soft == resource.RLIM_INFINITY else max(soft, wanted)))


def _full() -> bytes:
    body = json.dumps(error_body("busy", "there are too many connections; try again in a moment")).encode()
    head = f"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return f"{head}Retry-After: 5\r\nConnection: close\r\n\r\n".encode() + body


def bounded(most: int, head_s: float = HEAD_S, refused: Callable[[], None] = lambda: None) -> type[asyncio.Protocol]:
    """uvicorn's protocol with at most so many connections, each with so many seconds for the head of a request.

    One too many takes the place of one that has nothing to do; where all are busy it hears 503, which `refused` is told.
    """
    parent: Any = AutoHTTPProtocol
    full = _full()

    class Bounded(parent):  # type: ignore[misc]
        """One connection."""

        head_limit: asyncio.TimerHandle | None = None

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            if len(self.connections) > most:
                idle = next((one for one in self.connections if one is not self and _idle(one)), None)
                if idle is None:
                    refused()
                    transport.write(full)
                    transport.close()
                    return
                idle.timeout_keep_alive_handler()
                self.connections.discard(idle)
            self._expect_head()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            if not _idle(self):
                self._head_came()
            elif self.head_limit is None and self.timeout_keep_alive_task is None:
                self._expect_head()

        def connection_lost(self, exc: Exception | None) -> None:
            self._head_came()
            super().connection_lost(exc)

        def _expect_head(self) -> None:
            self.head_limit = self.loop.call_later(head_s, self._too_slow)

        def _head_came(self) -> None:
            if self.head_limit is not None:
                self.head_limit.cancel()
                self.head_limit = None

        def _too_slow(self) -> None:
            self.head_limit = None
            if _idle(self):
                with contextlib.suppress(Exception):  # h11 knows of a head that has begun, and minds
                    self.timeout_keep_alive_handler()
                self.transport.close()

    return Bounded


def _idle(connection: Any) -> bool:
    return connection.cycle is None or bool(connection.cycle.response_complete)
