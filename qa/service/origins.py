"""Which other sites may put Dalil into their pages: those of the setting `widget_origins`, and what they may do there."""

from collections.abc import Sequence

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

_HEADERS = ("Accept", "Authorization", "Content-Type")
_OPEN = ("/ask", "/feedback", "/strings.json")
_BELOW = ("/static/", "/articles/")


class WidgetOrigins:
    """Lets the pages of these sites read what the widget needs: asking, reading an article, rating an answer.

    Nothing else: a site that may ask may not list, add or delete articles.
    """

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        self.app = app
        self.asking = CORSMiddleware(app, origins, allow_methods=["GET", "POST"], allow_headers=_HEADERS)
        self.reading = CORSMiddleware(app, origins, allow_methods=["GET"], allow_headers=_HEADERS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection."""
        path = scope.get("path", "")
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif path in _OPEN:
            await self.asking(scope, receive, send)
        elif path.startswith(_BELOW):
            await self.reading(scope, receive, send)
        else:
            await self.app(scope, receive, send)
