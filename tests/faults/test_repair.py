"""What `dalil doctor --check` finds in a spoiled folder, and what `--repair` makes of it: sound data stays."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from index.collection import Collection
from index.errors import ArticleDamaged, IndexBusy
from index.indexing import Indexer
from index.mending import Checked, check, repair
from index.opened import StoreError
from qa.feedback import FeedbackStore
from tests.samples import ARTICLES, CUTTING, DAM, by_vector, by_words, numbered, open_collection

MANY = [*ARTICLES, *(numbered(number) for number in range(120))]
TEXTS = {article.id: article.text for article in MANY}
PAGE = 4096


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "data"
    collection = open_collection(folder)
    Indexer(collection, CUTTING).add(MANY)
    collection.close()
    with FeedbackStore(folder) as thumbs:
        for number in range(40):
            thumbs.add(f"question {number} {'x' * 300}", "up")
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "data"))


def looked_at(folder: Path) -> Checked:
    return check(folder, partial(open_collection, folder))


def repaired(folder: Path) -> Checked:
    return repair(folder, partial(open_collection, folder), CUTTING)


def sql(*statements: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        with sqlite3.connect(folder / "dalil.db") as connection:
            for statement in statements:
                connection.execute(statement)
        connection.close()

    return spoil


def swap(old: str, new: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        content = (folder / "dalil.db").read_bytes()
        assert old.encode() in content
        assert len(old.encode()) == len(new.encode())
        (folder / "dalil.db").write_bytes(content.replace(old.encode(), new.encode()))

    return spoil


def wipe(name: str, *pages: int) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        with (folder / name).open("r+b") as file:
            for page in pages:
                file.seek(page * PAGE)
                file.write(b"\xff" * PAGE)

    return spoil


def cut(pattern: str, share: float) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        (path, *_) = folder.glob(pattern)
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * share)])

    return spoil


def held(collection: Collection) -> dict[str, str]:
    return {article.id: article.text for article in collection.store.list_articles(0, 1000)[0]}


def test_a_sound_folder_is_sound(folder: Path) -> None:
    before = {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
    report = looked_at(folder)
    assert (report.sound, report.found, report.left) == (True, [], [])
    assert {path: content for path in sorted(folder.rglob("*")) if (content := before.get(path)) is not None} == before
    assert repaired(folder) == Checked()


WHOLE: list[tuple[str, Callable[[Path], None], set[str]]] = [
    ("a vector that is too short", sql("UPDATE vectors SET vector = zeroblob(12) WHERE passage_id = 3"), {"rows", "vectors"}),
    ("a vector that is no number", sql("UPDATE vectors SET vector = x'" + "7e00" * 64 + "' WHERE passage_id = 3"), {"rows"}),
    ("a vector with a flipped bit", sql("UPDATE vectors SET vector = zeroblob(128) WHERE passage_id = 3"), {"rows"}),
    ("a vector that is gone", sql("DELETE FROM vectors WHERE passage_id = 5"), {"rows", "vectors"}),
    ("a passage beyond its text", sql("UPDATE passages SET end = 99999 WHERE id = 8"), {"rows"}),
    ("a passage elsewhere in its text", sql("UPDATE passages SET start = start + 1 WHERE id = 8"), {"rows"}),
    ("a passage that is gone", sql("DELETE FROM passages WHERE id = 8"), {"rows", "bm25", "dalil.db"}),
    ("a story that repeats nothing", sql("UPDATE articles SET duplicate_of = 'no' WHERE id = 'n1'"), {"rows"}),
    ("a cut file of BM25", cut("lexical/*.term", 0.9), {"bm25"}),
    ("a cut list of segments", cut("lexical/meta.json", 0.5), {"bm25"}),
    ("a cut note of BM25", cut("lexical/state.json", 0.5), {"bm25"}),
    ("wiped pages of passages", wipe("dalil.db", 13, 14), {"dalil.db"}),
]


@pytest.mark.parametrize(("spoil", "parts"), [row[1:] for row in WHOLE], ids=[row[0] for row in WHOLE])
def test_where_texts_are_sound_nothing_is_lost(folder: Path, spoil: Callable[[Path], None], parts: set[str]) -> None:
    spoil(folder)
    found = looked_at(folder)
    assert not found.sound
    assert {item.part for item in found.found} <= parts
    report = repaired(folder)
    assert report.sound, report.left
    assert report.done
    assert looked_at(folder).found == []
    collection = open_collection(folder)
    collection.refresh()
    lost = {item.id for item in report.out}
    assert held(collection) == {article_id: text for article_id, text in TEXTS.items() if article_id not in lost}
    assert len(collection.vectors) == collection.lexical.documents == collection.store.counts()["passages"]
    for article_id in {"dam", "n0", "n1", "n100"} - lost:
        assert by_words(collection, TEXTS[article_id])[0] == by_vector(collection, TEXTS[article_id])[0] == article_id
    assert json.loads(json.dumps(report.to_dict()))["sound"]


def test_an_article_that_reads_otherwise_is_taken_out_and_comes_back(folder: Path) -> None:
    swap("120 مليون", "920 مليون")(folder)
    collection = open_collection(folder)
    collection.refresh()
    assert "dam" not in by_words(collection, DAM.text) + by_vector(collection, DAM.text)
    with pytest.raises(ArticleDamaged, match=r"news/dam\.txt"):
        collection.store.article("dam")
    assert "dam" not in held(collection)
    collection.close()
    report = repaired(folder)
    assert [(item.id, item.origin) for item in report.out] == [("dam", "news/dam.txt")]
    assert "news/dam.txt" in " ".join(report.done)
    (aside,) = (folder / "damaged").glob("articles-*.jsonl")
    assert json.loads(aside.read_text())["text"] == DAM.text.replace("120", "920")
    collection = open_collection(folder)
    assert held(collection) == {article_id: text for article_id, text in TEXTS.items() if article_id != "dam"}
    Indexer(collection, CUTTING).add([DAM])
    assert by_words(collection, DAM.text)[0] == "dam"
    assert looked_at(folder).sound


def test_a_file_that_lost_its_end(folder: Path) -> None:
    cut("dalil.db", 0.6)(folder)
    assert not looked_at(folder).sound
    report = repaired(folder)
    assert report.sound, report.left
    collection = open_collection(folder)
    kept = held(collection)
    assert kept
    assert kept.items() <= TEXTS.items(), "what is left is as it was"
    assert len(list((folder / "damaged").glob("dalil-*.db"))) == 1
    assert Indexer(collection, CUTTING).add(MANY)[0].unchanged == len(kept)
    assert held(collection) == TEXTS


def test_a_small_database_is_saved_too(folder: Path) -> None:
    wipe("feedback.db", 3)(folder)
    assert [item.part for item in looked_at(folder).found] == ["feedback.db"]
    assert repaired(folder).sound
    with FeedbackStore(folder) as thumbs:
        kept = thumbs.list()
    assert 20 <= len(kept) < 40
    assert all(thumb.question == f"question {thumb.id - 1} {'x' * 300}" for thumb in kept)


@pytest.mark.parametrize("spoil", [wipe("dalil.db", 0), cut("dalil.db", 0)], ids=["no header", "nothing"])
def test_where_nothing_can_be_read_a_backup_is_asked_for(folder: Path, spoil: Callable[[Path], None]) -> None:
    spoil(folder)
    before = (folder / "dalil.db").read_bytes()
    with pytest.raises(StoreError, match="dalil restore"):
        open_collection(folder)
    for look in (looked_at, repaired):
        with suppress(StoreError):
            assert not look(folder).sound
    assert (folder / "dalil.db").read_bytes() == before


def test_nobody_may_write_meanwhile(folder: Path) -> None:
    collection = open_collection(folder)
    with collection.writing(), pytest.raises(IndexBusy, match="another process"):
        repaired(folder)
