"""Which other sites may do what: those of `widget_origins` what the widget needs, those of `cors_origins` everything."""

from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

_HEADERS = ("Accept", "Authorization", "Content-Type", "X-API-Key", "X-Request-ID")
_TOLD = ("Retry-After", "X-Request-ID")
_OPEN = ("/ask", "/feedback", "/strings.json")
_BELOW = ("/static/", "/articles/")


class OtherSites:
    """Lets the pages of these sites read answers; keys and limits count for them as for everybody.

    A site of `widget` may ask, read an article and rate an answer, but not list, add or delete articles; one of `whole` may use
    the whole API.
    """

    def __init__(self, app: ASGIApp, widget: Sequence[str], whole: Sequence[str]) -> None:
        self.app = app
        self.whole = frozenset(whole)
        self.asking = _allowing(app, widget, "GET", "POST")
        self.reading = _allowing(app, widget, "GET")
        self.everything = _allowing(app, whole, "GET", "POST", "PATCH", "DELETE")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection."""
        path = scope.get("path", "")
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif Headers(scope=scope).get("origin") in self.whole:
            await self.everything(scope, receive, send)
        elif path in _OPEN:
            await self.asking(scope, receive, send)
        elif path.startswith(_BELOW):
            await self.reading(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def _allowing(app: ASGIApp, origins: Sequence[str], *methods: str) -> CORSMiddleware:
    return CORSMiddleware(app, origins, allow_methods=methods, allow_headers=_HEADERS, expose_headers=_TOLD)
