"""A stand-in for a platform's API over real HTTP, and what the service answers with, one table for all platforms."""

import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from urllib.parse import parse_qsl

from index.hits import Hit
from prompts import message
from qa.answer import Answer, Citation, Claim

NASTY = "<b>x</b> & *bold* _it_ `code` ||spoiler|| @everyone <!channel> <@U1> [a](http://evil.example) ~s~"
SAID = {"ar": "أُغلق الجسر أمام السيارات مساء الجمعة، بحسب BBC.", "en": "The bridge was closed to cars on Friday evening."}
QUESTION = {"ar": "متى أُغلق الجسر؟", "en": "When was the bridge closed?"}


def answered(language, *, quote=None, title=None, times=1):
    """An answer in the words of one article."""
    words = quote or SAID[language]
    citation = Citation(
        1,
        "a/1",
        title or "جسر النهر",
        "BBC News",
        "2021-11-05",
        "https://example.org/a?b=1&c=2",
        "a#0",
        words,
        0,
        len(words),
        "ar",
    )
    opening, closing = "«»" if language == "ar" else "“”"
    text = " ".join([f"{opening}{words}{closing} [1]"] * times)
    return Answer(
        QUESTION[language], language, text, None, False, 0.9, "extractive", (Claim(words, (1,)),) * times, (citation,) * times
    )


def refused(language):
    hit = Hit("a#0", "a/1", SAID["ar"], 0, 50, 1.0, "ar", "جسر النهر", "BBC News", "2021-11-05", "https://example.org/a")
    text = message("refusal_near", language)
    return Answer(QUESTION[language], language, text, None, True, 0.1, "extractive", passages=(hit,))


class Index:
    """Stands where an open index would: answers what it was told to, as slowly as it was told to."""

    def __init__(self, answer):
        self.given, self.asked, self.histories = answer, [], []
        self.gate = threading.Event()
        self.gate.set()

    def ask(self, question, *, history=None, **_):
        self.asked.append(question)
        self.histories.append(history)
        self.gate.wait(20)
        if isinstance(self.given, Exception):
            raise self.given
        return self.given


class Platform:
    """The API of a platform: every call is kept, each is answered by `reply(path, body)`."""

    def __init__(self, reply):
        self.calls = []
        self.statuses = []  # of the next answers; after them, 200
        self.arrived = threading.Condition()
        mine = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def answer(self):
                raw = self.rfile.read(int(self.headers.get("content-length") or 0))
                body = _body(raw, self.headers.get("content-type", ""))
                path = self.path.partition("?")[0]
                said = json.dumps(reply(path, body)).encode()
                with mine.arrived:
                    mine.calls.append(SimpleNamespace(method=self.command, path=path, body=body, headers=self.headers))
                    mine.arrived.notify_all()
                self.send_response(mine.statuses.pop(0) if mine.statuses else 200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def to(self, *ends, method=None):
        """The calls to an address with one of these ends."""
        return [call for call in self.calls if call.path.endswith(ends) and method in (None, call.method)]

    def wait(self, *ends, count=1, method=None):
        """Those calls, once there are as many."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.to(*ends, method=method)) >= count, 20), [c.path for c in self.calls]
        return self.to(*ends, method=method)


def _body(raw, kind):
    if kind.startswith("application/json"):
        return json.loads(raw)
    return dict(parse_qsl(raw.decode(), keep_blank_values=True))


@contextmanager
def platform(reply):
    found = Platform(reply)
    threading.Thread(target=found.server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield found
    finally:
        found.server.shutdown()
        found.server.server_close()


def eventually(holds):
    """Wait until something holds, for what no call tells."""
    until = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)
