"""An answer as server-sent events: `passages`, a `claim` for each one verified, then `answer`; `error` if it fails."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import asdict
from typing import Any, Generic, TypeVar

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from qa.answer import Answer, ClaimVerified, Event, PassagesFound
from qa.service.errors import describe, error_body
from qa.service.stopping import Stopping

T = TypeVar("T")
HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    # nginx would keep the events back until the answer is complete.
    "X-Accel-Buffering": "no",
}


def wants_events(accept: str) -> bool:
    """Whether an `Accept` header asks for server-sent events."""
    return any(part.partition(";")[0].strip().lower() == "text/event-stream" for part in accept.split(","))


def encode(event: Event) -> bytes:
    """One event of an answer, with its data as JSON on one line."""
    match event:
        case PassagesFound():
            return frame("passages", {"passages": [asdict(hit) for hit in event.passages]})
        case ClaimVerified():
            citations = [asdict(citation) for citation in event.citations]
            return frame("claim", {"claim": asdict(event.claim), "citations": citations})
        case Answer():
            return frame("answer", event.to_dict())


def frame(name: str, data: dict[str, Any]) -> bytes:
    """An event as it goes over the wire."""
    line = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"event: {name}\ndata: {line}\n\n".encode(errors="replace")


class EventStream(Response, Generic[T]):
    """Sends `first` and then what `rest` yields. When the client leaves, or `seconds` are over, `rest` is closed at once."""

    def __init__(
        self,
        first: T,
        rest: AsyncGenerator[T],
        seconds: float,
        encode: Callable[[T], bytes],
        fail: Callable[[Exception], bytes] | None = None,
    ) -> None:
        super().__init__(headers=HEADERS)
        del self.headers["content-length"]
        self._stopping = Stopping()
        self._first, self._rest, self._seconds, self._encode, self._fail = first, rest, seconds, encode, fail or _failure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events until they end or the client leaves."""
        self._stopping = scope["app"].state.context.stopping
        sending = asyncio.create_task(self._send(send))
        leaving = asyncio.create_task(_left(receive))
        try:
            await asyncio.wait([sending, leaving], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (sending, leaving):
                task.cancel()
            await asyncio.gather(sending, leaving, return_exceptions=True)
            await self._rest.aclose()

    async def _send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        async for chunk in self._chunks():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _chunks(self) -> AsyncGenerator[bytes]:
        yield self._encode(self._first)
        try:
            async with self._stopping.limit(self._seconds), aclosing(self._rest) as rest:
                async for event in rest:
                    yield self._encode(event)
        except TimeoutError:
            yield self._fail(self._stopping.reason(f"no answer within {self._seconds:g} s"))
        except Exception as error:
            yield self._fail(error)


def _failure(error: Exception) -> bytes:
    _, code, message = describe(error)
    return frame("error", error_body(code, message))


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
