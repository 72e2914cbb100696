"""Several at once over one folder, and a folder, or a model server, that goes away and comes back."""

import json
import shutil
import sqlite3
import time
from pathlib import Path
from typing import Any

from tests.faults.conftest import QUESTIONS, write_articles
from tests.faults.helper import PATIENCE_S, Helper
from tests.samples import numbered
from tests.scripted_server import Reply, number_of, serve


def ids(data: Path) -> set[str]:
    with sqlite3.connect(data / "dalil.db") as connection:
        return {row[0] for row in connection.execute("SELECT id FROM articles")}


def test_two_indexers_at_once(helper: Helper, data: Path, tmp_path: Path) -> None:
    files = [write_articles(tmp_path / f"{at}.jsonl", [numbered(number) for number in range(at, 300, 2)]) for at in (0, 1)]
    both = [helper.start("index", file, "--data", data) for file in files]
    assert [one.wait().code for one in both] == [0, 0], [one.err for one in both]
    assert ids(data) == {"dam", "festival", "bridge", "orchard"} | {f"n{number}" for number in range(300)}
    checked = helper.run("doctor", "--check", "--data", data)
    assert checked.code == 0, checked.out + checked.err


def test_two_services_over_one_folder(helper: Helper, data: Path, served) -> None:
    """What is told to one is known to the other with the next question: articles, conversations, keys, feedback, sharing."""
    one, other = served(data), served(data)
    for service in (one, other):
        assert service.ask(QUESTIONS["bridge"])["citations"][0]["article_id"] == "bridge"
    lighthouse = {"id": "lighthouse", "text": "The lighthouse of Varlo was painted green by forty volunteers in June."}
    assert one.send("POST", "/articles", lighthouse)[0] == 200
    question = "When was the lighthouse of Varlo painted green?"
    answer = other.ask(question, conversation_id="shared")
    assert [cited["article_id"] for cited in answer["citations"]] == ["lighthouse"]
    assert one.send("GET", "/conversations/shared")[1]["turns"]
    assert other.send("DELETE", "/articles/lighthouse")[0] == 200
    assert "lighthouse" not in {cited["article_id"] for cited in one.ask(question)["passages"]}
    statuses = [service.send("POST", "/feedback", {"question": "q", "thumb": "up"})[0] for service in (one, other) * 3]
    assert max(statuses) < 300


def test_a_folder_that_is_deleted_while_it_is_served(helper: Helper, data: Path, tmp_path: Path, served) -> None:
    """Nothing is acknowledged that would be gone with the deleted file, and an index put in its place is not mixed with it."""
    service = served(data)
    assert service.ask(QUESTIONS["dam"], conversation_id="c")["citations"]
    assert service.send("POST", "/feedback", {"question": "q", "thumb": "up"})[0] < 300
    kept = shutil.copytree(data, tmp_path / "kept")
    shutil.rmtree(data)
    asks = [
        ("POST", "/ask", {"question": QUESTIONS["dam"]}),
        ("POST", "/articles", {"text": "Something new was said on Monday."}),
        ("POST", "/feedback", {"question": "q", "thumb": "up"}),
        ("POST", "/conversations", {"title": "new"}),
        ("GET", "/articles", None),
        ("GET", "/readyz", None),
    ]
    for put_back in (False, True):
        for method, path, body in asks:
            status, told = service.send(method, path, body)
            assert status == 503, (path, told)
            assert "start again" in told["error"]["message"], told
        assert data.exists() == put_back
        if not put_back:
            shutil.copytree(kept, data)
    assert "Traceback" not in service.running.kill().err
    assert served(data).ask(QUESTIONS["dam"])["citations"]


def test_a_model_server_that_goes_and_comes_back(data: Path, served) -> None:
    """Meanwhile the articles' own words answer, and say so."""
    quote = "The council said repairs would cost 2.4 million pounds and take eleven months."

    def reply(body: dict[str, Any]) -> Reply:
        claim = {"passage": number_of(body, quote), "quote": quote, "text": "Repairs would cost 2.4 million pounds."}
        return Reply([json.dumps({"answered": True, "claims": [claim], "short": ""})])

    question = "What would the repairs of the iron bridge cost?"
    with serve(reply) as server:
        service = served(
            data, environment={"DALIL_LLM_URL": server.url, "DALIL_LLM_MODEL": "scripted", "DALIL_LLM_KEY": "none"}
        )
        first = service.ask(question)
        assert (first["mode"], first["note"]) == ("generative", None), first
    gone = service.ask(question)
    assert (gone["mode"], gone["refused"]) == ("extractive", False)
    assert gone["note"]
    assert {cited["article_id"] for cited in gone["citations"]} == {"bridge"}
    with serve(reply, port=int(server.url.split(":")[2].split("/")[0])):
        until = time.monotonic() + PATIENCE_S  # a server that failed is left alone for some seconds
        while service.ask(question)["mode"] != "generative":
            assert time.monotonic() < until
            time.sleep(3)
    assert "Traceback" not in service.running.kill().err
