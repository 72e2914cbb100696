"""Requests that are no good HTTP: two lengths, headers in values, endless heads, heads that never end."""

import socket
from contextlib import suppress

import pytest

CRLF = "\r\n"
_ASK = b'{"question": "x"}'


def exchange(service, raw: bytes, *, seconds: float = 10) -> bytes:
    """What the service says to these bytes, until it closes or falls silent."""
    with service.raw() as connection:
        connection.settimeout(seconds)
        with suppress(OSError):  # it may have said enough before all is sent
            connection.sendall(raw)
            connection.shutdown(socket.SHUT_WR)
        said = b""
        with suppress(OSError):
            while chunk := connection.recv(65536):
                said += chunk
        return said


def head(*lines: str, first: str = "POST /ask HTTP/1.1", host: str = "localhost") -> bytes:
    return CRLF.join((first, f"Host: {host}", "Content-Type: application/json", *lines, "", "")).encode("latin-1")


SMUGGLED = b"GET /articles HTTP/1.1\r\nHost: localhost\r\n\r\n"
TWO_WAYS = {
    "a length and chunks": head("Content-Length: 4", "Transfer-Encoding: chunked") + b"0\r\n\r\n" + SMUGGLED,
    "two lengths": head("Content-Length: 0", f"Content-Length: {len(SMUGGLED)}") + SMUGGLED,
    "a length in two parts": head(f"Content-Length: 0, {len(SMUGGLED)}") + SMUGGLED,
    "a length with a sign": head(f"Content-Length: +{len(_ASK)}") + _ASK,
    "a length below nothing": head("Content-Length: -1") + SMUGGLED,
    "chunks by another name": head("Transfer-Encoding: xchunked") + b"0\r\n\r\n" + SMUGGLED,
    "a folded header": head("X-A: b", " Transfer-Encoding: chunked", "Content-Length: 0"),
    "a blank before the colon": head("Transfer-Encoding : chunked", "Content-Length: 0") + b"0\r\n\r\n" + SMUGGLED,
    "a chunk that lies": head("Transfer-Encoding: chunked") + b"zz\r\n" + SMUGGLED,
    "no version": b"GET /articles\r\n\r\n",
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00",
    "NUL in a header": head("X-A: a\0b", "Content-Length: 0"),
    "NUL in the path": b"GET /art\0icles HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "two hosts": head("Host: evil.example", "Content-Length: 0", first="GET /articles HTTP/1.1"),
}


@pytest.mark.parametrize("name", TWO_WAYS)
def test_a_request_that_can_be_read_in_two_ways_smuggles_nothing(service, name):
    """Of what follows a request that is refused, nothing is answered; of two lengths, none counts."""
    said = exchange(service, TWO_WAYS[name])
    assert b" 500 " not in said
    assert b'"articles"' not in said


def test_what_a_client_sends_never_becomes_a_header(service):
    for value in ("a\r\nX-Evil: 1", "a%0d%0aX-Evil:%201", "\u010d\u010aX-Evil: 1"):
        for path in (f"/articles/{value}", f"/search?q={value}", f"/{value}"):
            response = service.get(path.replace("\r", "%0D").replace("\n", "%0A"), headers={"X-Request-ID": "a%0d%0ab"})
            assert "x-evil" not in response.headers
            assert response.status_code < 500
    said = exchange(service, head("X-Request-ID: aaaaaaaaa\x0bX-Evil: 1", "Content-Length: 0", first="GET /healthz HTTP/1.1"))
    assert b"\nX-Evil" not in said


@pytest.mark.parametrize(
    ("lines", "first"),
    [
        ((f"X-A: {'a' * 200_000}",), "GET /healthz HTTP/1.1"),
        (tuple(f"X-{n}: {'a' * 100}" for n in range(5000)), "GET /healthz HTTP/1.1"),
        ((), f"GET /{'a' * 300_000} HTTP/1.1"),
        ((f"Cookie: {'a=b; ' * 40_000}",), "GET / HTTP/1.1"),
        ((f"Authorization: Bearer {'a' * 60_000}",), "GET /healthz HTTP/1.1"),
        ((f"Accept: {'text/event-stream,' * 3000}",), "GET /healthz HTTP/1.1"),
        ((f"If-None-Match: {'x,' * 20_000}",), "GET / HTTP/1.1"),
    ],
)
def test_heads_without_end_are_refused_or_passed_over(service, lines, first):
    said = exchange(service, head(*lines, "Connection: close", first=first))
    assert b" 500 " not in said
    assert said == b"" or said.startswith(b"HTTP/1.1 ")
    assert service.get("/healthz").status_code == 200


def test_many_who_never_finish_their_request_keep_nobody_waiting(service):
    slow = [service.raw() for _ in range(100)]
    try:
        for number, connection in enumerate(slow):
            connection.sendall(head(f"X-{number}: a", "Content-Length: 100")[: 20 + number] if number % 2 else b"POST /ask")
        assert service.get("/healthz").status_code == 200
        assert service.get("/search", params={"q": "ferry"}).status_code == 200
    finally:
        for connection in slow:
            connection.close()
