"""Files that were cut short or have a flipped bit: nothing wrong is served, and where nothing can be served, one line says why.

Every file of a data folder, at seeded random places; `DALIL_FAULTS=20` takes twenty times as many.
"""

import json
import random
from pathlib import Path

import pytest

from tests.faults.conftest import QUESTIONS, rounds
from tests.faults.helper import Helper
from tests.samples import ARTICLES

TEXTS = {article.id: article for article in ARTICLES}
KINDS = (
    "dalil.db",
    *(f"lexical/*.{suffix}" for suffix in ("json", "fast", "term", "idx")),
    *(f"vectors/*.{suffix}" for suffix in ("ids", "vectors", "json")),
)
ROUNDS = rounds(4)


@pytest.fixture(scope="module")
def big(sound: Path) -> Path:
    """The sound index with a saved copy of its vectors, which small indexes do without."""
    from index.collection import Collection
    from index.embedding import load_encoder
    from index.vectors import Sizes

    collection = Collection(sound, "bundled", load_encoder, sizes=Sizes(unsaved=0))
    with collection.writing():
        collection.synchronise()
    collection.close()
    assert list((sound / "vectors").glob("*.vectors"))
    return sound


def spoil(path: Path, draw: random.Random) -> str:
    content = bytearray(path.read_bytes())
    place = draw.randrange(len(content))
    if draw.random() < 0.3:
        del content[place:]
        told = f"{path.name} cut at {place}"
    else:
        content[place] ^= 1 << draw.randrange(8)
        told = f"{path.name} flipped at {place}"
    path.write_bytes(content)
    return told


def check_answer(answer: dict) -> None:
    """Whatever is shown is what the articles say."""
    for shown in [*answer["citations"], *answer["passages"]]:
        article = TEXTS[shown["article_id"]]
        assert article.text[shown["start"] : shown["end"]] == shown.get("quote", shown.get("text"))
        assert (shown["title"], shown["source"], shown["date"]) == (article.title, article.source, article.date)


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_file(helper: Helper, big: Path, data: Path, kind: str) -> None:
    draw = random.Random(kind)
    (path, *_) = sorted(data.glob(kind))
    whole = path.read_bytes()
    others = {other: other.read_bytes() for other in data.rglob("*") if other.is_file()}
    for _ in range(ROUNDS * (3 if kind == "dalil.db" else 1)):
        told = spoil(path, draw)
        asked = helper.run("ask", QUESTIONS[draw.choice(sorted(QUESTIONS))], "--json", "--data", data)
        if asked.code == 0:
            check_answer(json.loads(asked.out))
            assert "Traceback" not in asked.err, told
        else:
            line = asked.failed_plainly()
            assert "dalil.db" in kind, f"{told}: what follows the store is made again: {line}"
            assert "dalil restore" in line or "doctor" in line or "encoder" in line or "format" in line, f"{told}: {line}"
        for other in sorted(data.rglob("*")):
            if other.is_file() and other not in others:
                other.unlink()
        for other, content in others.items():
            other.write_bytes(content)
    assert path.read_bytes() == whole


def test_a_changed_letter_is_never_quoted(helper: Helper, data: Path) -> None:
    """What SQLite cannot notice: the text is longer than its checks, and reads well."""
    path = data / "dalil.db"
    content = path.read_bytes()
    for number, other in (("45 مليون", "95 مليون"), ("45 مليون", "45 ملبون")):
        assert number.encode() in content
        path.write_bytes(content.replace(number.encode(), other.encode()))
        asked = helper.run("ask", QUESTIONS["dam"], "--json", "--data", data)
        assert asked.code == 0, asked.err
        assert "the article 'dam'" in asked.err
        assert "news/dam.txt" in asked.err or "news.jsonl" in asked.err
        answer = json.loads(asked.out)
        assert not [one for one in answer["citations"] + answer["passages"] if one["article_id"] == "dam"]
    line = helper.run("doctor", "--check", "--data", data).wait()
    assert line.code == 1
    assert "article dam" in line.out
    repaired = helper.run("doctor", "--repair", "--json", "--data", data)
    assert repaired.code == 0, repaired.err
    assert [one["id"] for one in json.loads(repaired.out)["taken_out"]] == ["dam"]
    assert helper.run("doctor", "--check", "--data", data).code == 0


def test_a_service_whose_database_is_damaged_under_it(helper: Helper, data: Path, served) -> None:
    service = served(data)
    assert service.ask(QUESTIONS["bridge"])["citations"]
    path = data / "dalil.db"
    with path.open("r+b") as file:  # in place, as a disk does it
        file.seek(100)
        file.write(b"\xff" * (path.stat().st_size - 100))
    status, told = service.send("POST", "/articles", {"id": "new", "text": "Something new was said on Monday."})
    assert status in (200, 503), told
    for question in QUESTIONS.values():
        status, told = service.send("POST", "/ask", {"question": question})
        assert status in (200, 503), told
        if status == 200:
            check_answer(told)
        else:
            assert "dalil" in told["error"]["message"]
    assert "Traceback" not in service.running.kill().err
