"""`/mcp`: the Model Context Protocol over streamable HTTP. Its SDK is loaded with the first request, not with the service."""

import asyncio
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from index.errors import MissingExtra
from qa.service.access import ASKING
from qa.service.context import Context

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager


class McpEndpoint:
    """Starts the protocol's server when it is first asked for, and ends it with the service."""

    def __init__(self, here: Context) -> None:
        self._here = here
        self._lock = asyncio.Lock()
        self._manager: StreamableHTTPSessionManager | None = None
        self._stop = asyncio.Event()
        self._running: asyncio.Task[None] | None = None

    def router(self) -> APIRouter:
        """The one route. Clients that want a stream of their own (GET) hear that there is none, as the protocol says."""
        routes = APIRouter(tags=["MCP"], dependencies=[ASKING])

        @routes.post("/mcp", summary="Model Context Protocol, streamable HTTP")
        async def mcp(_: Request) -> Response:
            """One JSON-RPC message of the protocol: tools `ask`, `search` and `fetch`, articles as resources."""
            return _Handled(await self._started())

        return routes

    async def _started(self) -> "StreamableHTTPSessionManager":
        async with self._lock:
            if self._manager is None:
                manager = await asyncio.to_thread(self._load)
                ready = asyncio.Event()
                self._running = asyncio.create_task(self._run(manager, ready))
                await ready.wait()
                self._manager = manager
        return self._manager

    def _load(self) -> "StreamableHTTPSessionManager":
        try:
            from qa.chat.mcp import http_manager
        except ModuleNotFoundError as error:
            raise MissingExtra(f"{error.name} is not installed where the service runs; pip install 'dalil[mcp]'") from None
        return http_manager(self._here.dalil, self._here.readers.run)

    async def _run(self, manager: "StreamableHTTPSessionManager", ready: asyncio.Event) -> None:
        async with manager.run():
            ready.set()
            await self._stop.wait()

    async def close(self) -> None:
        """End it."""
        self._stop.set()
        if self._running is not None:
            await self._running


class _Handled(Response):
    """A response that the protocol's server writes by itself."""

    def __init__(self, manager: "StreamableHTTPSessionManager") -> None:
        super().__init__()
        self._manager = manager

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._manager.handle_request(scope, receive, send)
