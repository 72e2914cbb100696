"""The addresses that chat platforms deliver to. Each checks the platform's own signature; no key is asked for."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request
from starlette.responses import Response

from index.errors import DalilError
from qa.chat.base import Channel, Desk
from qa.chat.channels import TOOLS, Tool, load, switched_on
from qa.chat.ledger import Ledger
from qa.feedback import FeedbackStore
from qa.service.context import READERS, Context
from qa.service.errors import TooBusyError


class NotSetUpError(DalilError):
    """Raised at the address of a chat tool that the settings do not switch on."""

    code = "not_configured"
    status = 404


class ChatTools:
    """The chat tools that the settings switch on; of the others, and of their packages, nothing is loaded."""

    def __init__(self, here: Context, thumbs: FeedbackStore) -> None:
        """Raises `SettingsError` for a tool that is set up by half, `MissingExtra` where a package is missing."""
        self._settings = here.settings
        self._most = here.settings.max_waiting + READERS
        self._stopping = here.stopping
        self._ledger: Ledger | None = None
        self._desk: Desk | None = None
        self._channels: dict[str, Channel] = {}
        if on := switched_on(here.settings):
            self._ledger = Ledger(here.settings.place, here.settings.conversation_days)
            self._desk = Desk(here.dalil, here.readers.run, self._ledger, thumbs, here.settings)
            self._channels = {tool.name: load(tool, self._desk) for tool in on}

    def router(self) -> APIRouter:
        """A route for each tool; one that is off says how to turn it on."""
        routes = APIRouter(tags=["Chat tools"])
        for tool in TOOLS:
            routes.add_api_route(tool.path, self._route(tool), methods=["POST"], summary=f"Deliveries from {tool.title}")
        return routes

    def _route(self, tool: Tool) -> Callable[[Request], Awaitable[Response]]:
        async def deliver(request: Request) -> Response:
            channel = self._channels.get(tool.name)
            if channel is None:
                wanted = " and ".join(tool.missing(self._settings))
                raise NotSetUpError(f"{tool.title} is not set up here: {wanted} must be set where the service runs")
            assert self._desk is not None
            if self._desk.under_way >= self._most:
                raise TooBusyError("too many questions from chat tools are under way; deliver this again")
            return await channel.handle(request)

        return deliver

    async def close(self) -> None:
        """Finish what is under way: platforms were told that these deliveries arrived, and send none of them again."""
        if self._desk is not None:
            await self._desk.finish(lambda: self._stopping.over)
        for channel in self._channels.values():
            await channel.close()
        if self._desk is not None:
            await self._desk.close()
        if self._ledger is not None:
            self._ledger.close()
