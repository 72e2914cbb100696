"""What stands before the routes: sizes, times, types, host names."""

import asyncio
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from types import SimpleNamespace

import pytest

from qa.service.hosts import is_loopback, names_loopback
from qa.service.limits import Limits
from qa.service.stopping import Stopping
from qa.settings import Settings

LIMIT = 100_000
JSON = {"Content-Type": "application/json"}


def body_of(size):
    frame = len(json.dumps({"question": "x", "sources": [""]}))
    return json.dumps({"question": "x", "sources": ["s" * (size - frame)]}).encode()


def in_chunks(body):
    for start in range(0, len(body), 10_000):
        yield body[start : start + 10_000]


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize(("size", "status"), [(LIMIT, 200), (LIMIT + 1, 413), (3 * LIMIT, 413)])
def test_a_body_over_the_limit_is_refused_however_it_comes(client, size, status, chunked):
    body = body_of(size)
    assert len(body) == size
    response = client.post("/ask", content=in_chunks(body) if chunked else body, headers=JSON)
    assert response.status_code == status
    if status == 413:
        assert response.json()["error"]["code"] == "too_large"


@pytest.mark.parametrize("path", ["/ask", "/nowhere", "/healthz"])
def test_an_endless_body_is_cut_off_wherever_it_goes(client, path):
    with client.raw() as connection:
        head = (
            f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        connection.sendall(head.encode())
        chunk = b"2710\r\n" + b" " * 10_000 + b"\r\n"
        sent = 0
        try:
            while sent < 100 * LIMIT:
                connection.sendall(chunk)
                sent += len(chunk)
        except (BrokenPipeError, ConnectionResetError):
            pass
    assert sent < 100 * LIMIT


def test_who_waits_for_continue_is_refused_before_sending(client):
    with client.raw() as connection:
        head = f"POST /ask HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {LIMIT + 1}\r\n"
        connection.sendall(f"{head}Expect: 100-continue\r\n\r\n".encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_a_body_that_a_foreign_page_may_send_without_asking_is_refused(client, kind):
    response = client.post("/articles", content=b'{"text": "injected"}', headers={"Content-Type": kind})
    assert response.status_code == 415
    assert response.json()["error"]["code"] == "unsupported_type"
    assert client.get("/articles").json()["total"] == 2


def test_no_other_site_may_read_answers(client):
    headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    assert "access-control-allow-origin" not in client.get("/articles", headers=headers).headers
    preflight = client.options("/ask", headers=headers)
    assert preflight.status_code == 405
    assert "access-control-allow-origin" not in preflight.headers


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:8080", 200),
        ("127.0.0.1", 200),
        ("[::1]:9", 200),
        ("dalil.localhost", 200),
        ("evil.example", 421),
        ("localhost.evil.example", 421),
        ("127.0.0.1.evil.example:80", 421),
        ("192.168.1.4", 421),
        ("[::1", 421),
        ("", 421),
    ],
)
def test_on_loopback_only_loopback_names_are_served(client, host, status):
    response = client.get("/healthz", headers={"Host": host})
    assert response.status_code == status
    if status != 200:
        assert response.json()["error"]["code"] == "host_refused"


def test_on_another_address_any_name_is_served(serve, stand_in):
    with serve(stand_in, host="0.0.0.0") as client:
        assert client.get("/healthz", headers={"Host": "news.example"}).status_code == 200


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("localhost", True),
        ("LOCALHOST.", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("::", False),
        ("", False),
    ],
)
def test_loopback_names(name, expected):
    assert is_loopback(name) is expected
    assert names_loopback(f"[{name}]" if ":" in name else name) is expected


def test_a_slow_answer_is_a_timeout_and_keeps_only_its_own_thread(serve, stand_in):
    release = threading.Event()
    stand_in.search = lambda query, **_: release.wait(10) and []
    with serve(stand_in, request_timeout_s=0.3) as client:
        response = client.get("/search", params={"q": "x"})
        assert client.get("/readyz").status_code == 200
        release.set()
    assert response.status_code == 504
    assert response.json()["error"]["code"] == "timeout"


def test_a_body_that_does_not_arrive_is_a_timeout(serve, stand_in):
    with serve(stand_in, request_timeout_s=0.3) as client, client.raw() as connection:
        head = "POST /ask HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{"
        connection.sendall(head.encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 408")


def test_too_many_waiting_requests_are_told_to_come_back(serve, stand_in):
    release = threading.Event()
    stand_in.remove = lambda ids: release.wait(10) and ids
    with serve(stand_in, request_timeout_s=5) as client, ThreadPoolExecutor(30) as pool:
        calls = [pool.submit(client.delete, f"/articles/{n}") for n in range(30)]
        busy = next(as_completed(calls)).result()
        release.set()
        assert {call.result().status_code for call in calls} == {200, 503}
    assert busy.status_code == 503
    assert busy.json()["error"]["code"] == "busy"
    assert 1 <= int(busy.headers["retry-after"]) <= 60


@pytest.mark.parametrize("path", ["/", "/docs", "/healthz", "/articles", "/static/page.js", "/nowhere", "/openapi.json"])
def test_every_response_has_the_security_headers(client, path):
    headers = client.get(path).headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


def test_an_answer_that_comes_at_the_very_end_of_the_time_is_one_or_a_timeout():
    """Whoever begins to answer in the moment between the limit and its error must not leave the request without any."""

    async def main():
        heard = []

        async def send(message):
            heard.append(message)

        async def receive():
            return {"type": "http.request", "body": b"", "more_body": False}

        async def late(scope, receive, send):
            async def begin():
                time.sleep(0.1)  # the limit is over before this task, and after it the one that is to be cancelled, goes on
                for _ in range(2):
                    await asyncio.sleep(0)
                await send({"type": "http.response.start", "status": 200, "headers": []})

            beginning = asyncio.create_task(begin())
            try:
                await asyncio.wait([beginning])
            finally:
                await asyncio.gather(beginning, return_exceptions=True)

        here = SimpleNamespace(settings=Settings(request_timeout_s=0.05), stopping=Stopping())
        scope = {"type": "http", "method": "GET", "path": "/healthz", "headers": [(b"host", b"localhost")]}
        await Limits(late, here)(scope, receive, send)
        return [message["status"] for message in heard if message["type"] == "http.response.start"]

    assert asyncio.run(main()) == [504]
