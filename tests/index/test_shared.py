"""Things made once, whoever asks first."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from index.embedding import load_encoder
from index.shared import Shared


def test_many_threads_make_one_thing():
    shared, made, start = Shared(), [], threading.Barrier(16)

    def make():
        made.append(threading.get_ident())
        return object()

    def ask(_):
        start.wait(10)
        return shared.get("model", make)

    with ThreadPoolExecutor(16) as threads:
        assert len(set(threads.map(ask, range(16)))) == 1
    assert len(made) == 1


def test_those_who_ask_for_something_else_do_not_wait():
    shared, other_is_made = Shared(), threading.Event()

    def slow():
        assert other_is_made.wait(10)
        return "slow"

    with ThreadPoolExecutor(2) as threads:
        waiting = threads.submit(shared.get, "slow", slow)
        assert shared.get("quick", lambda: "quick") == "quick"
        other_is_made.set()
        assert waiting.result(10) == "slow"


def test_a_failure_reaches_all_who_wait_and_is_tried_again(monkeypatch):
    shared, begun, waits, go = Shared(), threading.Event(), threading.Event(), threading.Event()

    class Noted(Future):
        def result(self, timeout=None):
            waits.set()
            return super().result(timeout)

    monkeypatch.setattr("index.shared.Future", Noted)

    def fail():
        begun.set()
        go.wait(10)
        raise OSError("down")

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(shared.get, "model", fail)
        assert begun.wait(10)
        second = threads.submit(shared.get, "model", lambda: pytest.fail("made twice at once"))
        assert waits.wait(10)
        go.set()
        assert isinstance(first.exception(10), OSError)
        assert isinstance(second.exception(10), OSError)
    assert shared.get("model", lambda: 1) == 1
    shared.clear()
    assert shared.get("model", lambda: 2) == 2


def test_the_bundled_encoder_is_loaded_once():
    assert load_encoder() is load_encoder()
    assert load_encoder() is not load_encoder(query_prefix="")
