"""What the chat tools share, over a real index: follow-ups, thumbs, and what is known after a restart."""

import asyncio
import time
from datetime import timedelta
from pathlib import Path

import pytest

from prompts import message
from qa.chat import ledger as ledgers
from qa.chat.base import Desk, Incoming
from qa.chat.ledger import Ledger
from qa.dalil import Dalil
from qa.feedback import FeedbackStore

SEEDS = Path(__file__).parents[3] / "seeds"
QUESTION = "متى أعلن التحالف الدولي انتهاء عملياته القتالية الرئيسية في العراق؟"


@pytest.fixture(scope="module")
def dalil(tmp_path_factory):
    with Dalil.open(tmp_path_factory.mktemp("data")) as opened:
        opened.index([SEEDS])
        yield opened


@pytest.fixture
def desk(dalil, tmp_path):
    with Ledger(tmp_path) as ledger, FeedbackStore(tmp_path) as thumbs:
        yield Desk(dalil, asyncio.to_thread, ledger, thumbs, dalil.settings)


def test_a_follow_up_is_understood_and_a_thumb_becomes_gold(desk, tmp_path):
    async def talk():
        first = await desk.answer(Incoming(QUESTION, "t:1"))
        after = await desk.answer(Incoming("ومن أعلن ذلك؟", "t:1"))
        elsewhere = await desk.answer(Incoming("ومن أعلن ذلك؟", "t:2"))
        thanks = [await desk.rate(first.id, thumb, "u") for thumb in ("up", "up", "sideways")]
        return first, after, elsewhere, thanks

    first, after, elsewhere, thanks = asyncio.run(talk())
    assert first.answer.citations
    assert after.answer.standalone
    assert elsewhere.answer.standalone is None
    assert thanks[:2] == [message("chat.thanks", "ar")] * 2
    with FeedbackStore(tmp_path) as thumbs:
        [stored] = thumbs.list()
    assert (stored.question, stored.thumb) == (QUESTION, "up")
    assert stored.citations[0]["quote"] == first.answer.citations[0].quote


def test_a_thumb_for_an_answer_that_is_gone_is_told_so(desk):
    said = asyncio.run(desk.rate("unknown", "up", "u"))
    assert message("chat.thumb_late", "ar") in said


def test_deliveries_are_known_after_a_restart_and_forgotten_when_nobody_may_send_them_any_more(place, monkeypatch):
    with Ledger(place) as ledger:
        assert [ledger.first("a"), ledger.first("b\0" * 300), ledger.first("a")] == [True, True, False]
        assert ledger.first("b")
    with Ledger(place) as ledger:
        assert not ledger.first("b")
        monkeypatch.setattr(ledgers, "REMEMBERED", timedelta(seconds=-1))
        assert ledger.first("a")


def test_a_question_that_takes_too_long_is_told_so_and_stopped(desk, monkeypatch):
    left = []

    def slow(text, *, cancelled, **_):
        while not cancelled():
            time.sleep(0.01)
        left.append(text)
        raise RuntimeError

    monkeypatch.setattr(type(desk._dalil), "ask", lambda self, text, **given: slow(text, **given))
    quick = desk.settings.model_copy(update={"request_timeout_s": 0.05})
    desk.settings = quick
    reply = asyncio.run(desk.answer(Incoming(QUESTION, "t:3")))
    assert reply.problem == message("chat.slow", "ar")
    assert left == [QUESTION]
