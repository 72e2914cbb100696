"""Answers given again: only of the same question, over the same articles, and whole."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from index.hits import Filters
from qa import Dalil
from qa.answer import Answer, Event, PassagesFound
from qa.answering import Answerer
from qa.remembering import _PATIENCE_S, Remembered
from tests.samples import ARTICLES, BRIDGE, DAM

QUESTIONS = ["كم مترًا يبلغ طول الجسر؟", "When will the dam be finished?"]


@pytest.fixture
def dalil(tmp_path: Path) -> Iterator[Dalil]:
    with Dalil.open(tmp_path / "data", refuse_below=0.0) as opened:
        opened.add(ARTICLES)
        yield opened


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The questions whose answers were worked out."""
    done: list[str] = []
    worked_out = Answerer._worked_out

    def counted(self: Answerer, asked: Any) -> Any:
        done.append(asked.question)
        return worked_out(self, asked)

    monkeypatch.setattr(Answerer, "_worked_out", counted)
    return done


def without_times(answer: Answer) -> Answer:
    return replace(answer, timings_ms={}, conversation_id=None)


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_same_question_has_the_same_answer(dalil: Dalil, work: list[str], question: str) -> None:
    first, again = dalil.ask(question), dalil.ask(question)
    assert without_times(first) == without_times(again)
    assert work == [question]
    assert set(again.timings_ms) == set(first.timings_ms)
    assert again.timings_ms["total"] > 0
    events = list(dalil.stream(question))
    assert isinstance(events[0], PassagesFound)
    assert len(events) == 2 + len(first.claims)
    assert work == [question]


@pytest.mark.parametrize(
    "changed",
    [
        {"language": "en"},
        {"k": 2},
        {"filters": Filters(language="ar")},
        {"history": [{"role": "user", "content": QUESTIONS[1]}]},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_another_question_is_another(dalil: Dalil, work: list[str], changed: dict[str, Any]) -> None:
    dalil.ask("ومن افتتح الجسر؟")
    answer = dalil.ask("ومن افتتح الجسر؟", **changed)
    assert len(work) == 2
    with Dalil.open(dalil.settings.data, refuse_below=0.0, remembered=0) as fresh:
        assert without_times(fresh.ask("ومن افتتح الجسر؟", **changed)) == without_times(answer)


def test_what_was_removed_is_in_no_answer(dalil: Dalil, tmp_path: Path) -> None:
    """Not even where another process removes it."""
    cited = dalil.ask(QUESTIONS[1])
    assert DAM.id in {citation.article_id for citation in cited.citations}
    with Dalil.open(tmp_path / "data") as other:
        other.remove([DAM.id])
    assert DAM.id not in {hit.article_id for hit in dalil.ask(QUESTIONS[1]).passages}
    dalil.add([DAM])
    assert without_times(dalil.ask(QUESTIONS[1])).citations == cited.citations


def test_nothing_is_kept_where_nothing_may_be(tmp_path: Path, work: list[str]) -> None:
    with Dalil.open(tmp_path / "data", remembered=0) as opened:
        opened.add([BRIDGE])
        opened.ask(QUESTIONS[0])
        opened.ask(QUESTIONS[0])
    assert len(work) == 2


def test_an_answer_nobody_waited_for_is_not_kept(dalil: Dalil, work: list[str]) -> None:
    events = dalil.stream(QUESTIONS[0])
    next(events)
    events.close()  # type: ignore[attr-defined]
    *_, answer = dalil.stream(QUESTIONS[0])
    assert isinstance(answer, Answer)
    assert len(work) == 2


def test_conversations_keep_every_turn(dalil: Dalil) -> None:
    ids = {dalil.ask(QUESTIONS[0], conversation=name).conversation_id for name in ("a", "b", "a")}
    assert len(ids) == 2
    assert sorted(len(dalil.conversations.turns(name)) for name in ids if name) == [1, 2]


def test_only_the_last_are_kept() -> None:
    kept = Remembered(2)
    for asked in ("a", "b", "a", "c"):
        _, events = kept.answer(asked, lambda: iter([PassagesFound(())]))
        assert list(events) == [PassagesFound(())]
    assert [kept.answer(asked, lambda: iter(()))[0] for asked in "acb"] == [True, True, False]


def test_who_asks_while_another_is_at_it_waits_for_that_answer() -> None:
    kept, begun, go_on = Remembered(2), threading.Event(), threading.Event()
    worked: list[int] = []
    got: list[list[Event]] = []

    def work_out() -> Iterator[Event]:
        worked.append(1)
        begun.set()
        assert go_on.wait(10)
        yield PassagesFound(())

    def ask() -> None:
        got.append(list(kept.answer("a", work_out)[1]))

    threads = [threading.Thread(target=ask)]
    threads[0].start()
    assert begun.wait(10)
    threads += [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads[1:]:
        thread.start()
    time.sleep(0.1)  # until they are there
    go_on.set()
    for thread in threads:
        thread.join()
    assert got == [[PassagesFound(())]] * 4
    assert worked == [1]


def test_an_answer_that_fails_is_worked_out_again_and_nobody_waits_for_himself() -> None:
    kept = Remembered(2)

    def fails() -> Iterator[Event]:
        yield PassagesFound(())
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="gone"):
        list(kept.answer("a", fails)[1])
    known, events = kept.answer("a", lambda: iter([PassagesFound(())]))
    assert (known, list(events)) == (False, [PassagesFound(())])
    _, half = kept.answer("b", fails)
    next(half)
    began = time.monotonic()
    known, _ = kept.answer("b", lambda: iter([]))
    assert not known
    assert time.monotonic() - began < 0.5 * _PATIENCE_S


def test_many_threads_ask_the_same(dalil: Dalil) -> None:
    answers: list[Answer] = []
    threads = [threading.Thread(target=lambda: answers.append(dalil.ask(QUESTIONS[0]))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({without_times(answer).answer for answer in answers}) == 1
    assert len(answers) == 16
