"""Around everything else: an id for each request, the count of it, and a line in the log that tells nothing that was asked."""

import logging
import re
import secrets
import time

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.service.metrics import Metrics

log = logging.getLogger("dalil.requests")
REQUEST_ID = "X-Request-ID"
# No underscore: what has the form of a key never becomes an id.
_USABLE = re.compile(r"[A-Za-z0-9.-]{8,64}")


class Watching:
    """Gives each request its id, `X-Request-ID` where that is usable, and sends it back; counts and logs the request.

    Routes leave `key` and `question` in the request's state; a question is logged only with `questions`.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, *, questions: bool) -> None:
        self.app, self.metrics, self.questions = app, metrics, questions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get(REQUEST_ID, "")
        identity = given if _USABLE.fullmatch(given) else secrets.token_hex(16)
        scope.setdefault("state", {})["request_id"] = identity
        status: int | None = None

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = identity
            await send(message)

        started = time.perf_counter()
        self.metrics.in_flight.inc()
        try:
            await self.app(scope, receive, sending)
        finally:
            self.metrics.in_flight.dec()
            self._tell(scope, status, time.perf_counter() - started)

    def _tell(self, scope: Scope, status: int | None, seconds: float) -> None:
        route, method, state = route_of(scope), scope["method"], scope["state"]
        self.metrics.request(route, method, status, seconds)
        if (reason := state.get("refused")) is not None:
            self.metrics.refused(reason)
        fields = {
            "request_id": state["request_id"],
            "method": method,
            "route": route,
            "status": status,
            "ms": round(seconds * 1000, 1),
            "key": state.get("key"),
        }
        if self.questions and "question" in state:
            fields["question"] = state["question"]
        log.info("%s %s %s", method, route or "-", status or "-", extra={"fields": fields})


def route_of(scope: Scope) -> str | None:
    """The route that a request came to, as it is declared; `None` where there is none.

    Not the address: that of an article names it, and nobody knows what stands in one that leads nowhere.
    """
    path = getattr(scope.get("route"), "path_format", None)
    return path or ("/static" if scope.get("root_path", "").endswith("/static") else None)
