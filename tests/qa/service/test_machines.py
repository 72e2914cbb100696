"""Two services over one PostgreSQL, each a process with a folder of its own: the same answers and the same conversations."""

import os
import re
import signal
import subprocess
import sys
import uuid
from contextlib import ExitStack, contextmanager

import httpx
import pytest

from qa.cli.app import run
from tests.qa.chat.platform import eventually
from tests.qa.service.conftest import SEEDS

ROOT = SEEDS.parent
QUESTIONS = [
    "متى أعلن التحالف الدولي انتهاء عملياته القتالية الرئيسية في العراق؟",
    "Who denied Russia's claims?",
    "ما هي عاصمة اليابان؟",
]
FOLLOW_UPS = ["ومن أعلن ذلك؟", "ومتى حدث ذلك؟"]


@contextmanager
def service(folder, url):
    """`dalil serve` as a process, and a client of it."""
    paths = [str(ROOT), str(ROOT / "index" / "tiktoken_plugin"), os.environ.get("PYTHONPATH", "")]
    environment = os.environ | {"DALIL_DATABASE": url, "PYTHONPATH": os.pathsep.join(paths), "LC_ALL": "C.UTF-8"}
    command = [sys.executable, "-m", "qa.cli", "serve", "--port", "0", "--data", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        try:
            address = re.search(r"http://\S+", process.stdout.readline())
            assert address is not None
            with httpx.Client(base_url=address[0], timeout=60, trust_env=False) as client:
                yield client
        finally:
            process.send_signal(signal.SIGINT)
            process.wait()


@pytest.fixture(scope="module")
def url(postgres):
    return postgres.url(f"t{uuid.uuid4().hex}")


@pytest.fixture(scope="module")
def services(url, tmp_path_factory):
    """Two services that began with an empty index, which a third process then filled."""
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DALIL_DATABASE", url)
        assert run(["keys", "list", "--data", str(tmp_path_factory.mktemp("keys"))]) == 0
        found = [stack.enter_context(service(tmp_path_factory.mktemp(name) / "data", url)) for name in ("one", "other")]
        assert [one.get("/readyz").json()["articles"] for one in found] == [0, 0]
        assert run(["index", str(SEEDS), "--data", str(tmp_path_factory.mktemp("indexer") / "data")]) == 0
        yield found


def comparable(answer):
    return {name: value for name, value in answer.items() if name not in ("timings_ms", "conversation_id")}


@pytest.mark.parametrize("question", QUESTIONS)
def test_both_give_the_same_answers(services, question):
    answers = [comparable(one.post("/ask", json={"question": question}).json()) for one in services]
    assert answers[0] == answers[1]
    assert answers[0]["refused"] == ("اليابان" in question)


def test_what_one_adds_and_deletes_the_other_sees(services):
    one, other = services
    article = {"id": "tower", "text": "The lighthouse of Wadi Qamar was painted green by Salma Harith in 1987."}
    question = {"question": "Who painted the lighthouse of Wadi Qamar?"}
    assert one.post("/articles", json=article).status_code in (200, 201)
    assert "Salma Harith" in other.post("/ask", json=question).json()["answer"]
    assert other.delete("/articles/tower").status_code == 200
    assert one.post("/ask", json=question).json()["refused"]
    assert one.get("/articles/tower").status_code == 404


def test_a_conversation_is_continued_by_turns(services):
    one, other = services
    name = one.post("/conversations", json={"title": "العراق"}).json()["id"]
    for service, question in zip((one, other, one), (QUESTIONS[0], *FOLLOW_UPS), strict=True):
        answer = service.post("/ask", json={"question": question, "conversation_id": name}).json()
        assert answer["conversation_id"] == name
        assert (answer["standalone"] is None) == (question == QUESTIONS[0])
    seen = [service.get(f"/conversations/{name}").json() for service in services]
    assert seen[0] == seen[1]
    assert [turn["question"] for turn in seen[0]["history"]] == [QUESTIONS[0], *FOLLOW_UPS]


def test_a_database_that_goes_away_is_told_and_found_again(services, postgres):
    before = [comparable(one.post("/ask", json={"question": QUESTIONS[0]}).json()) for one in services]
    postgres.stop()
    try:
        for one in services:
            asked = one.post("/ask", json={"question": QUESTIONS[0]})
            assert (asked.status_code, asked.json()["error"]["code"]) == (503, "store_unreadable")
            assert "Retry-After" in asked.headers
            assert "\n" not in asked.json()["error"]["message"]
            assert one.get("/readyz").status_code == one.get("/conversations").status_code == 503
            assert one.get("/healthz").status_code == 200
    finally:
        postgres.start()
    assert [comparable(one.post("/ask", json={"question": QUESTIONS[0]}).json()) for one in services] == before
    # What was seen of the database is good for half a second.
    eventually(lambda: [one.get("/readyz").status_code for one in services] == [200, 200])


@pytest.mark.parametrize("path", ["/articles/a%00b", "/conversations/a%00b", "/answers/a%00b"])
def test_what_no_database_can_hold_is_not_there(services, path):
    assert services[0].get(path).status_code == 404


def test_nul_characters_are_told(services):
    added = services[0].post("/articles", json={"id": "nul", "text": "one \0 two"})
    assert "NUL character" in added.text
    assert services[0].post("/feedback", json={"question": "a\0", "thumb": "up"}).status_code == 400
    assert services[0].get("/search", params={"q": "coalition", "source": "a\0b"}).json()["hits"] == []
