"""The end of a service: readiness says no first, what is under way finishes or is given back, chat tools included."""

import asyncio
import json
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import httpx
import pytest

from index.indexing import IndexReport
from qa.answer import Answer, PassagesFound
from qa.chat.base import Desk, Incoming
from qa.settings import Settings

EVENTS = {"Accept": "text/event-stream"}
FILE = {"Content-Type": "application/octet-stream"}
ANSWER = Answer("x", "en", "an answer", None, False, 1.0, "extractive", (), (), (), {})


@pytest.fixture
def held(stand_in):
    """A stand-in whose every work waits to be let go."""
    stand_in.begun, stand_in.release = threading.Semaphore(0), threading.Event()

    def wait():
        stand_in.begun.release()
        stand_in.release.wait(20)

    def stream(question, **_):
        yield PassagesFound(())
        wait()
        yield ANSWER

    def add(batch):
        wait()
        return IndexReport(added=len(batch))

    stand_in.search = lambda query, **_: wait() or []
    stand_in.stream, stand_in.add = stream, add
    stand_in.remove = lambda ids: wait() or ids
    yield stand_in
    stand_in.release.set()


def stop(client, number=signal.SIGTERM):
    """As the signal would."""
    client.server.handle_exit(number, None)


def until(condition):
    for _ in range(1000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it does not happen")


def streamed(client, path, **asked):
    with client.stream("POST", path, **asked) as response:
        return response.read().decode()


def test_readiness_says_no_while_everything_is_still_answered(serve, stand_in):
    stand_in.search = lambda query, **_: []
    with serve(stand_in, drain_s=30) as client:
        assert client.get("/readyz").status_code == 200
        stop(client)
        told = client.get("/readyz")
        assert (told.status_code, told.json()["error"]["code"]) == (503, "stopping")
        assert "retry-after" in told.headers
        assert client.get("/healthz").status_code == 200
        assert client.get("/search", params={"q": "x"}).status_code == 200
        assert "dalil_stopping 1.0" in client.get("/metrics").text


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_what_is_under_way_finishes(serve, held, number):
    with serve(held, stop_s=20, drain_s=0) as client, ThreadPoolExecutor(4) as pool:
        calls = [
            pool.submit(client.get, "/search", params={"q": "x"}),
            pool.submit(client.delete, "/articles/a"),
        ]
        stream = pool.submit(streamed, client, "/ask", json={"question": "x"}, headers=EVENTS)
        for _ in range(3):
            assert held.begun.acquire(timeout=10)
        stop(client, number)
        until(lambda: refused(client))
        assert not stream.done()
        held.release.set()
        assert [call.result().status_code for call in calls] == [200, 200]
        assert "event: answer" in stream.result()


def refused(client):
    """Whether nothing new is accepted."""
    try:
        client.raw().close()
    except OSError:
        return True
    return False


def test_what_does_not_finish_is_given_back(serve, held):
    with serve(held, stop_s=0.3) as client, ThreadPoolExecutor(4) as pool:
        call = pool.submit(client.get, "/search", params={"q": "x"})
        asked = {"json": {"question": "x"}, "headers": EVENTS}
        stream = pool.submit(streamed, client, "/ask", **asked)
        for _ in range(2):
            assert held.begun.acquire(timeout=10)
        stop(client)
        given_back = call.result()
        assert (given_back.status_code, given_back.json()["error"]["code"]) == (503, "stopping")
        assert "retry-after" in given_back.headers
        last = stream.result().strip().split("\n\n")[-1]
        assert last.startswith("event: error")
        assert '"stopping"' in last


@pytest.mark.parametrize("headers", [FILE, FILE | EVENTS])
def test_a_file_that_is_not_finished_tells_how_much_is_stored(serve, held, headers, monkeypatch):
    monkeypatch.setattr("qa.service.routes.articles._BATCH", 2)
    lines = "\n".join(json.dumps({"id": str(number), "text": f"text {number}"}) for number in range(6))
    held.settings = Settings()
    with serve(held, stop_s=4) as client, ThreadPoolExecutor(1) as pool:
        sending = pool.submit(client.post, "/articles/files?name=a.jsonl", content=lines.encode(), headers=headers)
        assert held.begun.acquire(timeout=10)
        stop(client)
        until(lambda: client.context.stopping.over)
        held.release.set()
        reply = sending.result()
    assert "the first 2 articles of this file are stored" in reply.text
    assert '"stopping"' in reply.text
    if EVENTS["Accept"] not in headers.values():
        assert reply.status_code == 503
        assert "retry-after" in reply.headers


class Book:
    """Stands in for the ledger of the chat tools."""

    def turns(self, conversation):
        return []

    def keep(self, conversation, answer):
        return "id"


@pytest.mark.parametrize(("over", "expected"), [(False, "an answer"), (True, "busy")])
def test_questions_from_chat_tools_are_finished(over, expected):
    """Each gets its answer; where the time is over, word that it has none."""
    release, said = threading.Event(), []
    dalil = SimpleNamespace(ask=lambda text, **_: release.wait(10) and ANSWER)

    async def main():
        desk = Desk(dalil, asyncio.to_thread, Book(), None, Settings(language="en"))

        async def reply():
            found = await desk.answer(Incoming("who?", "a"))
            said.append(found.answer.answer if found.answer else found.problem)

        for _ in range(3):
            desk.later(reply)
        ending = asyncio.create_task(desk.finish(lambda: over))
        await asyncio.sleep(0.3)
        assert ending.done() is over
        release.set()
        await ending

    asyncio.run(main())
    assert len(said) == 3
    assert all(one == expected if not over else "try again" in one.lower() or "busy" in one.lower() for one in said), said


def test_nothing_is_open_afterwards(serve, stand_in):
    with serve(stand_in) as client:
        port = client.port
        with httpx.Client() as kept:
            assert kept.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
            stop(client)
            until(lambda: refused(client))
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("dalil-health")]
