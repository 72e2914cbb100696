"""kill -9 of indexers and services at random moments: what was acknowledged is there afterwards, whole, and work goes on.

Fixed moments are in tests/index/test_crash.py. Here a seeded draw says when; twenty times as many:
`DALIL_FAULTS=20 pytest tests/faults/test_killed.py`.
"""

import json
import random
import sqlite3
import time
from pathlib import Path
from threading import Thread

from tests.faults.conftest import rounds, write_articles
from tests.faults.helper import Helper
from tests.samples import numbered

INDEXERS, SERVICES = rounds(8), rounds(6)


def there(data: Path) -> dict[str, str]:
    """The texts by id."""
    with sqlite3.connect(data / "dalil.db") as connection:
        return dict(connection.execute("SELECT id, text FROM articles"))


def count(data: Path) -> int:
    """How many articles there are, in whatever state the index is."""
    try:
        with sqlite3.connect(f"{(data / 'dalil.db').as_uri()}?mode=ro", uri=True) as connection:
            return int(connection.execute("SELECT count(*) FROM articles").fetchone()[0])
    except sqlite3.Error:
        return 0


def test_indexers_killed_at_any_moment(helper: Helper, tmp_path: Path) -> None:
    draw, data = random.Random(20180520), tmp_path / "data"
    articles = [numbered(number) for number in range(3000)]
    news = write_articles(tmp_path / "news.jsonl", articles)
    before = 0
    for _ in range(INDEXERS):
        running = helper.start("index", news, "--data", data)
        while running.pid_lives() and count(data) <= before and draw.random() < 0.97:
            time.sleep(0.02)
        time.sleep(draw.uniform(0, 0.2))  # the point of it: a moment that nothing marks
        running.kill()
        opened = helper.run("search", articles[0].text, "--json", "--data", data)
        stored = there(data) if opened.code == 0 else {}
        if "no index" in opened.err:
            continue  # killed before it made one
        assert len(stored) >= before, "batches that were stored stay"
        assert all(stored[article.id] == article.text for article in articles[: len(stored)]), "in order, and whole"
        assert opened.code == 0, opened.err
        assert (json.loads(opened.out)["hits"][0]["article_id"] == "n0") if stored else not json.loads(opened.out)["hits"]
        before = len(stored)
    checked = helper.run("doctor", "--check", "--data", data)
    assert checked.code == 0, checked.out + checked.err
    assert helper.run("index", write_articles(tmp_path / "few.jsonl", articles[:10]), "--data", data).code == 0


def test_services_killed_at_any_moment(helper: Helper, data: Path) -> None:
    draw = random.Random(20211105)
    acknowledged: dict[str, set[str]] = {"articles": set(), "feedback": set(), "turns": set()}
    for number in range(SERVICES):
        service = helper.serve(data)

        def work(what: str, service=service, number: int = number) -> None:
            for at in range(1000):
                name = f"{what}-{number}-{at}"
                article = numbered(number * 1000 + at)
                path, body = {
                    "articles": ("/articles", {"id": name, "text": article.text}),
                    "feedback": ("/feedback", {"question": name, "thumb": "up"}),
                    "turns": ("/ask", {"question": f"Why was the bridge {name} closed?", "conversation_id": "kept"}),
                }[what]
                try:
                    status, told = service.send("POST", path, body)
                except OSError:
                    return
                assert status < 300, told
                acknowledged[what].add(name)

        askers = [Thread(target=work, args=(what,)) for what in acknowledged]
        for asker in askers:
            asker.start()
        watched = acknowledged[list(acknowledged)[number % 3]]
        enough = len(watched) + draw.randint(1, 3)
        while len(watched) < enough and all(asker.is_alive() for asker in askers):
            time.sleep(0.01)
        time.sleep(draw.uniform(0, 0.2))
        service.running.kill()
        for asker in askers:
            asker.join()
    assert all(acknowledged.values()), "each service was killed before it did anything"
    held = {"articles": set(there(data))}
    for what, table in (("feedback", "feedback.db"), ("turns", "conversations.db")):
        with sqlite3.connect(data / table) as connection:
            held[what] = {row[0] for row in connection.execute(f"SELECT question FROM {what}")}
    assert acknowledged["articles"] <= held["articles"]
    assert acknowledged["feedback"] <= held["feedback"]
    assert {f"Why was the bridge {name} closed?" for name in acknowledged["turns"]} <= held["turns"]
    checked = helper.run("doctor", "--check", "--data", data)
    assert checked.code == 0, checked.out + checked.err
