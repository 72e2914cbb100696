"""One process of the service: uvicorn, with an end in stages."""

import asyncio
import ctypes
import gc
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import uvicorn
from fastapi import FastAPI
from uvicorn.config import LOGGING_CONFIG

from qa.dalil import Dalil
from qa.service.app import create_app
from qa.service.connections import KEEP_ALIVE_S, bounded, most_connections
from qa.service.hosts import reached_by_others
from qa.service.stopping import Stopping
from qa.settings import Settings

DRAIN_S = 3.0
"""How long a service that others reach goes on taking what comes after it said that it stops, where no setting says."""
LAST_NET_S = 8.0
"""How long after `stop_s` what is still running is cut off: answers that give things back have to be sent, too."""
_SWITCH_S = 0.001
_GARBAGE = (20_000, 20, 50)
_M_ARENA_MAX, _ARENAS = -8, 2


def drain_s(settings: Settings) -> float:
    """Seconds between saying at `/readyz` that the service stops and the end of accepting."""
    if settings.drain_s is not None:
        return settings.drain_s
    return DRAIN_S if reached_by_others(settings) else 0.0


class Server(uvicorn.Server):
    """Ends in stages. SIGTERM: readiness says no; after a while nothing new is accepted; what is under way finishes or is
    given back. Ctrl-C leaves the first stage out, and a second one leaves everything.
    """

    def __init__(self, app: FastAPI, settings: Settings, alive: Callable[[], None] = lambda: None) -> None:
        self._stopping: Stopping = app.state.context.stopping
        self._drain_s, self._stop_s = drain_s(settings), settings.stop_s
        self._accept_until: float | None = None
        self._alive = alive
        config = uvicorn.Config(
            app,
            http=bounded(most_connections(), refused=app.state.turned_away),
            # Its access log writes whole addresses, and with them what people search for.
            access_log=False,
            log_level="warning",
            # A log of our own takes the server's lines too.
            log_config=None if settings.log == "json" else LOGGING_CONFIG,
            # The application itself looks whom a proxy forwards, and which proxies to believe.
            proxy_headers=False,
            server_header=False,
            ws="none",
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=int(settings.stop_s + LAST_NET_S),
        )
        super().__init__(config)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop; called in the main thread between two steps of the event loop."""
        self._stopping.begin()
        if sig == signal.SIGTERM and self._accept_until is None and not self.should_exit:
            self._accept_until = time.monotonic() + self._drain_s
        elif sig == signal.SIGINT and self.should_exit:
            self.force_exit = True
        elif sig == signal.SIGINT:
            self.should_exit = True

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second: whether to stop accepting."""
        self._alive()
        if self._accept_until is not None and time.monotonic() >= self._accept_until:
            self.should_exit = True
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept nothing new, finish what is under way."""
        giving_back = asyncio.create_task(self._stopping.give_back(self._stop_s))
        try:
            await super().shutdown(sockets)
        finally:
            giving_back.cancel()


def serve(
    dalil: Dalil,
    settings: Settings,
    listener: socket.socket,
    shared: Path | None = None,
    alive: Callable[[], None] = lambda: None,
) -> None:
    """Serve until a signal says to stop; `alive` is called ten times a second, from when the first request can come."""
    # The event loop waits this long for each thread that is at work; the default makes streams and refusals stutter.
    sys.setswitchinterval(_SWITCH_S)
    # A question makes tens of thousands of objects and hardly a cycle: looking for some at every 700th is a tenth of its cost.
    gc.freeze()
    gc.set_threshold(*_GARBAGE)
    _keep_memory_together()
    Server(create_app(dalil, settings, shared), settings, alive).run(sockets=[listener])


def _keep_memory_together() -> None:
    """Otherwise glibc gives every thread a heap of its own, and none of them is ever given back."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if os.name == "posix" else None
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, _ARENAS)


def leave(code: int = 0) -> None:
    """End the process now where threads are still at work for nobody: what they do is not acknowledged, so nothing is lost."""
    if any(thread.name.startswith("dalil-") and thread.is_alive() for thread in threading.enumerate()):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
