"""What stands before the routes: host names, body size, time, security headers, and the last net for errors.

Plain ASGI, because a limit that buffers a response would break streaming.
"""

import asyncio
from collections.abc import Mapping, Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from index.errors import DalilError
from qa.chat.channels import PATHS
from qa.service.context import Context
from qa.service.errors import TURNED_AWAY, describe, error_response, retry_headers
from qa.service.hosts import is_loopback, named_host, names_loopback, public_host
from qa.service.work import Workers


def security_headers(framed_by: Sequence[str] = ()) -> dict[str, str]:
    """The headers of every response; `framed_by` are the sites that may show the page inside their own."""
    framing = " ".join(framed_by) or "'none'"
    return {**_SECURITY_HEADERS, "Content-Security-Policy": f"{_POLICY}; frame-ancestors {framing}"}


_POLICY = (
    "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
_SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_QUESTIONS = frozenset({"/ask", "/search", "/mcp", "/v1/chat/completions", "/v1/responses"})
_ASKED_FOR_FIRST = ("application/json", "application/octet-stream")
_HOST_REFUSED = "this service answers only to localhost; set host, or public_url behind a proxy, to let others reach it"
_DRAINED = 4
"""A body this many times over the limit is still read to its end, so that the client hears the answer instead of a reset."""


class RefusedError(DalilError):
    """Raised when a request is outside the limits, with the status that says which."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


class Limits:
    """Everything around the application, for each request once."""

    def __init__(self, app: ASGIApp, here: Context) -> None:
        self.app, self.here = app, here
        settings = here.settings
        self.loopback_only = is_loopback(settings.host)
        self.public_host = public_host(settings)
        self.max_body = int(settings.max_body_mb * 1_000_000)
        self.timeout_s = settings.longest_answer_s
        self.headers = security_headers(settings.widget_origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        response = _Response(send, self.headers)
        stopping, arrived = self.here.stopping, False
        try:
            async with stopping.limit(self.timeout_s) as deadline:
                response.deadline = deadline
                headers = Headers(scope=scope)
                signed = scope["path"] in PATHS
                if not signed:
                    self._check_host(headers)
                body = await self._body(headers, receive)
                arrived = True
                if not signed:
                    _check_type(scope, headers, body)
                # Before anything is done for it: saying no has to stay cheap when there is too much to do.
                if (needed := self._needed(scope)) is not None:
                    needed.check()
                await self.app(scope, _replayed(body, receive), response.send)
        except TimeoutError:
            slow = RefusedError(408, "too_slow", f"the body did not arrive within {self.timeout_s:g} s")
            late = stopping.reason(f"no answer within {self.timeout_s:g} s")
            await response.fail(scope, late if arrived else slow, arrived)
        except Exception as error:
            await response.fail(scope, error, arrived)

    def _needed(self, scope: Scope) -> Workers | None:
        """Whose turn a request will have to wait for, where that is most of what it does."""
        path: str = scope["path"]
        if path in _QUESTIONS or path in PATHS:
            return self.here.readers
        writes = path == "/articles" or path.startswith("/articles/")
        return self.here.writer if writes and scope["method"] in ("POST", "DELETE") else None

    def _check_host(self, headers: Headers) -> None:
        host = headers.get("host", "")
        if self.loopback_only and not names_loopback(host) and (not self.public_host or named_host(host) != self.public_host):
            raise RefusedError(421, "host_refused", _HOST_REFUSED)

    async def _body(self, headers: Headers, receive: Receive) -> bytes:
        """The whole body. Raises `RefusedError` as soon as it is known to be too large."""
        announced = headers.get("content-length", "")
        # Who waits for "100 Continue" has sent nothing yet; anyone else only hears an answer after sending.
        most = self.max_body if "expect" in headers else self.max_body * _DRAINED
        if announced.isdecimal() and int(announced) > most:
            raise self._too_large()
        chunks: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] != "http.request":
                raise RefusedError(400, "bad_input", "the connection ended before the body did")
            chunk = message.get("body", b"")
            size += len(chunk)
            if size > self.max_body * _DRAINED:
                raise self._too_large()
            if size <= self.max_body:
                chunks.append(chunk)
            if not message.get("more_body", False):
                break
        if size > self.max_body:
            raise self._too_large()
        return b"".join(chunks)

    def _too_large(self) -> RefusedError:
        return RefusedError(413, "too_large", f"the body is over the limit of {self.max_body / 1_000_000:g} MB")


def _check_type(scope: Scope, headers: Headers, body: bytes) -> None:
    """Refuse bodies of other types: there are some that a foreign page may send without asking first."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if body and scope["method"] == "POST" and kind not in _ASKED_FOR_FIRST and not kind.endswith("+json"):
        known = "send the body as JSON, with Content-Type: application/json, and a file as application/octet-stream"
        raise RefusedError(415, "unsupported_type", known)


def _replayed(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body that was read already, then what really comes (the end of the connection)."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return waiting.pop() if waiting else await receive()

    return replay


class _Response:
    """The way out: adds the headers, and knows whether an error can still be answered."""

    def __init__(self, send: Send, headers: Mapping[str, str]) -> None:
        self._send = send
        self._headers = headers
        self.status: int | None = None
        self.deadline: asyncio.Timeout | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if self.deadline is not None:
                if self.deadline.expired():
                    raise TimeoutError  # too late to begin by a hair: the error is on its way
                # A stream that has begun looks after its own time and can still say that it ran out.
                self.deadline.reschedule(None)
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in self._headers.items():
                headers.setdefault(name, value)
        await self._send(message)

    async def fail(self, scope: Scope, error: Exception, arrived: bool) -> None:
        status, code, message = describe(error)
        if self.status is not None:
            return  # Too late to say so: leaving the response unfinished is what tells the client.
        self.deadline = None

        async def nothing() -> Message:
            return {"type": "http.disconnect"}

        # Whoever is still sending would otherwise be listened to for ever.
        headers = dict(retry_headers(error, status) or {}) | ({} if arrived else {"Connection": "close"})
        if status in TURNED_AWAY:
            scope.setdefault("state", {})["refused"] = code
        await error_response(status, message, code, headers, path=scope["path"])(scope, nothing, self.send)
