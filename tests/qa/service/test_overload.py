"""More than can be done: every route that has work to do says at once when to come back, and health answers all the same."""

import threading
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import MagicMock

import pytest

from qa.chat.channels import PATHS

EVENTS = {"Accept": "text/event-stream"}
CHAT = {"model": "dalil", "messages": [{"role": "user", "content": "x"}]}
READING = {
    "ask": ("POST", "/ask", {"json": {"question": "x"}}),
    "stream": ("POST", "/ask", {"json": {"question": "x"}, "headers": EVENTS}),
    "search": ("GET", "/search", {"params": {"q": "x"}}),
    "list": ("GET", "/articles", {}),
    "sources": ("GET", "/sources", {}),
    "article": ("GET", "/articles/a", {}),
    "conversations": ("GET", "/conversations", {}),
    "shared": ("GET", "/answers/a", {}),
    "chat": ("POST", "/v1/chat/completions", {"json": CHAT}),
    "chat stream": ("POST", "/v1/chat/completions", {"json": CHAT | {"stream": True}}),
    "responses": ("POST", "/v1/responses", {"json": {"model": "dalil", "input": "x"}}),
    "mcp": ("POST", "/mcp", {"json": {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}}),
    **{path: ("POST", path, {"json": {}}) for path in sorted(PATHS)},
}
WRITING = {
    "add": ("POST", "/articles", {"json": {"text": "x"}}),
    "file": (
        "POST",
        "/articles/files",
        {"params": {"name": "a.txt"}, "content": b"x", "headers": {"Content-Type": "application/octet-stream"}},
    ),
    "remove": ("DELETE", "/articles/a", {}),
}


@pytest.fixture(scope="module")
def blocked(serve):
    """A service in which all threads are at work on what does not end, and as many wait as may."""
    release = threading.Event()
    held = MagicMock()
    held.articles.return_value, held.size.return_value = ([], 0), {"articles": 0}
    held.search.side_effect = held.remove.side_effect = lambda *_, **__: release.wait(60) and []
    with serve(held, max_waiting=2, request_timeout_s=60) as client, ThreadPoolExecutor(32) as pool:
        context = client.context
        wanted = {context.readers: ("GET", "/search?q=x"), context.writer: ("DELETE", "/articles/a")}
        for workers, (method, path) in wanted.items():
            most = workers._most
            for _ in range(most):
                pool.submit(client.request, method, path)
            while workers.running + workers.waiting < most:
                release.wait(0.01)
        yield client
        release.set()


@pytest.mark.parametrize("kind", [*READING, *WRITING])
def test_every_kind_of_route_says_when_to_come_back(blocked, kind):
    method, path, asked = (READING | WRITING)[kind]
    response = blocked.request(method, path, **asked)
    assert response.status_code == 503
    assert response.json()["error"]["code"] == "busy"
    assert 1 <= int(response.headers["retry-after"]) <= 60


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/", "/static/base.css", "/v1/models"])
def test_what_needs_no_turn_answers(blocked, path):
    assert blocked.get(path).status_code == 200


def test_the_figures_tell_it(blocked):
    blocked.get("/search", params={"q": "x"})
    page = blocked.get("/metrics").text
    rows = dict(line.rsplit(" ", 1) for line in page.splitlines() if not line.startswith("#"))
    assert float(rows['dalil_refused_requests_total{reason="busy"}']) >= 1
    assert float(rows['dalil_queue_refused_total{work="read"}']) >= 1
    assert rows['dalil_queue{work="read"}'] == "2.0"
    assert float(rows['dalil_working{work="write"}']) == 1
    assert float(rows["dalil_memory_bytes"]) > 10_000_000


def test_idle_connections_stop_nobody(serve, stand_in, monkeypatch):
    """Neither hundreds that are within the bound, nor those beyond it, which take the places of the idle ones."""
    with serve(stand_in, bound=50) as client:
        idle = [client.raw() for _ in range(200)]
        for _ in range(3):
            assert client.get("/healthz", headers={"Connection": "close"}).status_code == 200
        assert len(client.server.server_state.connections) <= 51
        for one in idle:
            one.close()


def test_where_all_connections_are_busy_a_further_one_hears_so(serve, stand_in):
    release = threading.Event()
    stand_in.search = lambda query, **_: release.wait(20) and []
    with serve(stand_in, bound=2) as client, ThreadPoolExecutor(2) as pool:
        calls = [pool.submit(client.get, "/search", params={"q": "x"}) for _ in range(2)]
        while client.context.readers.running < 2:
            release.wait(0.01)
        with client.raw() as further:
            told = further.recv(1000)
        assert told.startswith(b"HTTP/1.1 503 ")
        assert b"Retry-After: " in told
        release.set()
        assert [call.result().status_code for call in calls] == [200, 200]


@pytest.mark.parametrize("said", [b"", b"GET /healthz HTTP/1.1\r\nHost: loc"])
def test_a_head_that_does_not_come_ends_the_connection(serve, stand_in, said):
    with serve(stand_in, head_s=0.2) as client, client.raw() as connection:
        connection.sendall(said)
        assert connection.recv(100) == b""
        assert client.get("/healthz").status_code == 200


def test_nothing_is_left_behind(client):
    """Neither threads nor open files grow over a few hundred requests of all kinds."""

    def round_of_requests():
        client.post("/ask", json={"question": "من نفى ادعاءات روسيا؟"})
        with client.stream("POST", "/ask", json={"question": "Who denied it?"}, headers=EVENTS) as stream:
            next(stream.iter_bytes())  # and leaves
        client.get("/search", params={"q": "coalition"})
        client.post("/articles", json={"id": "left", "text": "مقال قصير عن شركة جديدة."})
        client.delete("/articles/left")
        for path in ("/articles", "/sources", "/readyz", "/metrics", "/nowhere", "/", "/conversations"):
            client.get(path)
        client.raw().close()

    def held():
        rows = dict(line.rsplit(" ", 1) for line in client.get("/metrics").text.splitlines() if not line.startswith("#"))
        return float(rows["dalil_open_files"]), float(rows["dalil_threads"])

    for _ in range(5):
        round_of_requests()
    files, threads = held()
    for _ in range(15):
        round_of_requests()
    after_files, after_threads = held()
    assert after_files <= files + 8
    assert after_threads <= threads + 3
