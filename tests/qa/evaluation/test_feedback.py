"""Thumbs: stored for good, taken over HTTP, turned into datasets."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from index.database import Place
from index.errors import InputError
from qa.evaluation.datasets import load_dataset
from qa.evaluation.errors import DatasetError
from qa.evaluation.from_feedback import write_dataset
from qa.feedback import FeedbackError, FeedbackStore
from qa.feedback_api import router

ROOT = Path(__file__).parents[3]
CITED = {"marker": 1, "article_id": "a1", "quote": "30 أبريل", "start": 3, "end": 11, "source": "راديو"}


@pytest.fixture
def store(place: Place) -> Iterator[FeedbackStore]:
    with FeedbackStore(place) as opened:
        yield opened


def test_thumbs_are_there_after_reopening(store: FeedbackStore, place: Place) -> None:
    first = store.add("متى؟", "up", comment="جيد", answer_id="x", answer="في أبريل [1]", citations=[CITED], language="ar")
    store.add("Who?", "down")
    store.close()
    with FeedbackStore(place) as again:
        assert again.list()[0] == first
        assert first.citations == (CITED,)
        assert [item.question for item in again.list(thumb="down")] == ["Who?"]
        assert [item.id for item in again.list(offset=1, limit=5)] == [2]
        assert again.counts() == {"up": 1, "down": 1}


def test_a_folder_may_have_any_name(tmp_path: Path) -> None:
    folder = tmp_path / "what? 50% #1"
    with FeedbackStore(folder) as store:
        store.add("متى؟", "up")
    assert (folder / "feedback.db").exists()
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]


@pytest.mark.parametrize(("question", "thumb"), [(" ", "up"), ("x", "sideways"), ("x\ud800", "up"), ("x\0", "up")])
def test_what_is_no_feedback_is_refused(store: FeedbackStore, question: str, thumb: str) -> None:
    with pytest.raises(InputError):
        store.add(question, thumb)
    assert store.list() == []


def test_many_threads_and_two_stores_lose_nothing(store: FeedbackStore, place: Place) -> None:
    with FeedbackStore(place) as other, ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: (store, other)[number % 2].add(f"q{number}", "up"), range(60)))
        assert len({item.question for item in other.list()}) == 60


def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    script = (
        "import sys; sys.path.insert(0, sys.argv[2])\n"
        "from qa.feedback import FeedbackStore\n"
        "store = FeedbackStore(sys.argv[1])\n"
        "for number in range(100000):\n"
        "    print(store.add(f'question {number}', 'up').id, flush=True)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script, str(tmp_path), str(ROOT)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for _ in range(20):
        process.stdout.readline()
    time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    said = [int(line) for line in process.stdout.read().split()]
    process.wait()
    with FeedbackStore(tmp_path) as store:
        ids = {item.id for item in store.list()}
    assert set(range(1, 21)) | set(said) <= ids


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "feedback.db").write_text("not a database " * 100, encoding="utf-8")
    with pytest.raises(FeedbackError, match="is not a database"):
        FeedbackStore(tmp_path)


def test_the_route_stores_and_refuses(store: FeedbackStore) -> None:
    app = FastAPI()
    app.include_router(router(store))
    client = TestClient(app)
    body = {"question": "متى؟", "thumb": "up", "answer": "في أبريل [1]", "citations": [{**CITED, "passage_id": "a1#0"}]}
    answer = client.post("/feedback", json=body)
    assert answer.status_code == 201
    assert answer.json()["id"] == 1
    assert store.list()[0].citations[0]["passage_id"] == "a1#0"
    for wrong in (
        {},
        {"question": "", "thumb": "up"},
        {"question": "x", "thumb": "maybe"},
        {"question": "x", "thumb": "up", "colour": "red"},
        {"question": "x" * 2001, "thumb": "up"},
        {"question": "x", "thumb": "up", "citations": [{"quote": "no article"}]},
    ):
        assert client.post("/feedback", json=wrong).status_code == 422
    assert len(store.list()) == 1


def test_thumbs_become_a_dataset(store: FeedbackStore, tmp_path: Path) -> None:
    store.add("متى انتهت الحرب؟", "up", citations=[CITED])
    store.add("متى انتهت الحرب؟", "up", citations=[{**CITED, "article_id": "a2", "quote": "في أبريل"}])
    store.add("Who won?", "up", answer="No article says.")
    store.add("How many?", "down", answer="Seven [1]", comment="wrong", citations=[CITED])
    written = write_dataset(store.list(), tmp_path / "fb.jsonl")
    assert (written.ready, written.waiting) == (2, 1)
    first, second = load_dataset(written.questions).questions
    assert (first.relevant, first.answers, first.source) == (("a1", "a2"), ("30 أبريل", "في أبريل"), "راديو")
    assert (second.answerable, second.language) == (False, "en")
    row = json.loads(written.to_edit.read_text(encoding="utf-8"))
    assert (row["answers"], row["given"], row["comment"]) == (None, "Seven [1]", "wrong")
    with pytest.raises(DatasetError, match="'answers'"):
        load_dataset(written.to_edit)
    written.to_edit.write_text(json.dumps({**row, "answers": ["8"], "article_id": "a1"}), encoding="utf-8")
    assert load_dataset(written.to_edit).questions[0].answers == ("8",)
    with pytest.raises(DatasetError, match="already"):
        write_dataset(store.list(), tmp_path / "fb.jsonl")
    write_dataset(store.list(), tmp_path / "fb.jsonl", force=True)
