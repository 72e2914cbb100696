"""An OpenAI-compatible server that says what a test tells it to, over real HTTP: `/v1/models` and `/v1/chat/completions`."""

import json
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from qa.models.probing import SCHEMA as PROBE

PROBED = json.dumps({name: of["enum"][0] for name, of in PROBE["properties"].items()})


@dataclass(frozen=True)
class Raw:
    """Bytes that are sent as they are, instead of a chunk."""

    data: bytes


STALL, BREAK = object(), object()
"""Says nothing more until the client has gone; ends the connection in the middle."""


@dataclass(frozen=True)
class Reply:
    """What is sent: text in pieces, `Raw` bytes, `STALL` or `BREAK`; or an error with this status."""

    pieces: Sequence[Any] = ()
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)
    finish: str | None = "stop"


@dataclass
class Server:
    """`requests` are the bodies of all conversations but the probe; `left` is set when a client has gone while it stalled."""

    url: str
    reply: Callable[[dict[str, Any]], Reply]
    structured: bool | None = True
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    probes: int = 0
    models: list[str] = field(default_factory=lambda: ["scripted"])
    left: threading.Event = field(default_factory=threading.Event)
    closing: threading.Event = field(default_factory=threading.Event)


def prompt_of(body: dict[str, Any]) -> str:
    """The request with the passages, of a conversation."""
    return next(one["content"] for one in body["messages"] if one["role"] == "user")


def passages_of(body: dict[str, Any]) -> dict[int, str]:
    """The passages that the model was shown, by number."""
    found = re.findall(r'<passage number="(\d+)"[^>]*>\n(.*?)\n</passage>', prompt_of(body), re.DOTALL)
    return {int(number): text for number, text in found}


def number_of(body: dict[str, Any], words: str) -> int:
    """The number of the first passage that holds these words."""
    return next(number for number, text in passages_of(body).items() if words in text)


@contextmanager
def serve(reply: Callable[[dict[str, Any]], Reply], *, port: int = 0, **more: Any) -> Iterator[Server]:
    """A running server, on a free `port` unless one is given; `reply` is asked for every conversation but the probe."""
    state = Server("", reply, **more)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None:
            return

        def do_GET(self) -> None:
            models = [{"id": name, "object": "model", "created": 0, "owned_by": "test"} for name in state.models]
            self._send(200, {"object": "list", "data": models} if self.path == "/v1/models" else {"error": {}})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if state.closing.is_set():  # over a connection from before: whoever has gone says nothing
                self.close_connection = True
                return
            if self.path != "/v1/chat/completions":
                self._send(404, {"error": {"message": "not here"}})
                return
            state.keys.append(self.headers.get("Authorization"))
            form = (body.get("response_format") or {}).get("json_schema", {}).get("schema")
            if form == PROBE:
                state.probes += 1
                known = {True: Reply([PROBED]), False: Reply(["Hello! How can I help?"]), None: Reply(status=500)}
                said = known[state.structured]
            else:
                state.requests.append(body)
                said = state.reply(body)
            self._stream(said) if said.status == 200 else self._send(said.status, said.body, said.headers)

        def _send(self, status: int, document: dict[str, Any], headers: dict[str, str] | None = None) -> None:
            data = json.dumps(document).encode()
            self.send_response(status)
            for name, value in {
                "Content-Type": "application/json",
                "Content-Length": str(len(data)),
                **(headers or {}),
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def _stream(self, said: Reply) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            try:
                for piece in said.pieces:
                    if piece is BREAK:
                        self.close_connection = True
                        return
                    if piece is STALL:
                        self._stall()
                        return
                    self._chunk(piece.data if isinstance(piece, Raw) else _event({"content": piece}))
                if said.finish:
                    self._chunk(_event({}, said.finish))
                    self._chunk(_event(None))
                self._chunk(b"data: [DONE]\n\n")
                self._chunk(b"")
            except OSError:
                state.left.set()
                self.close_connection = True

        def _stall(self) -> None:
            while not state.closing.wait(0.02):
                self._chunk(b": still here\n\n")  # a comment, so that it is noticed when nobody listens

        def _chunk(self, data: bytes) -> None:
            self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))
            self.wfile.flush()

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    state.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        state.closing.set()
        server.shutdown()
        server.server_close()


def _event(delta: dict[str, str] | None, finish: str | None = None) -> bytes:
    """One chunk of an answer; without a delta, the one that carries the usage."""
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    usage = {"prompt_tokens": 1000, "completion_tokens": 50, "total_tokens": 1050} if delta is None else None
    document = {
        "id": "x",
        "object": "chat.completion.chunk",
        "created": 0,
        "model": "scripted",
        "choices": choices,
        "usage": usage,
    }
    return f"data: {json.dumps(document)}\n\n".encode()
