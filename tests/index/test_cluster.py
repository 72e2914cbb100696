"""Bulk indexing on a cluster: whatever is read and prepared elsewhere, the index is the one that one process makes."""

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import astuple, replace
from pathlib import Path

import numpy as np
import pytest

from index.article import Article
from index.cluster import Done, Job, Preparation, in_order, named
from index.collection import Collection
from index.errors import ClusterError, EncoderMismatch, MissingExtra
from index.indexing import Indexer, IndexReport, Item
from index.readers import Naming, Skipped, Unnamed, read_path
from index.readers.pieces import NotHere, pieces, read_piece
from tests.samples import ARTICLES, BRIDGE, CUTTING, DAM, ToyEncoder, by_vector, by_words, numbered, open_collection

ROOT = Path(__file__).parents[2]
LIMIT = 1_000_000


def line(article: Article) -> str:
    values = {name: getattr(article, name) for name in ("id", "title", "text", "source", "date", "language")}
    return json.dumps({name: value for name, value in values.items() if value}, ensure_ascii=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Names that clash, lines of all kinds, what cannot be read, and stories told twice."""
    folder = tmp_path / "articles"
    for name, article in {
        "a/page.txt": DAM,
        "b/page.txt": BRIDGE,
        "b/c/page.md": numbered(1),
        "note.html": numbered(2),
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(article.text, encoding="utf-8")
    (folder / "empty.txt").write_bytes(b"")
    (folder / "other.xyz").write_bytes(b"?")
    lines = [line(article) for article in (*ARTICLES, *(numbered(number) for number in range(40)))]
    lines[7:7] = ["", "{", '{"title": "no text"}', line(replace(numbered(3), id="dam")), line(replace(DAM, id="dam again"))]
    (folder / "news.jsonl").write_text("\ufeff" + "\r\n".join(lines), encoding="utf-8")
    (folder / "wide.jsonl").write_text(line(numbered(50)), encoding="utf-16")
    (folder / "long.ndjson").write_text(f"{line(numbered(60))}\n{'x' * 2000}\n{line(numbered(61))}\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize("piece_bytes", [1, 300, 2000, LIMIT])
@pytest.mark.parametrize("max_bytes", [900, LIMIT])
def test_pieces_hold_what_one_process_reads(folder: Path, piece_bytes: int, max_bytes: int) -> None:
    work = [piece for some in pieces(folder, piece_bytes) for piece in some]
    naming = Naming()
    found = []
    for piece in work:
        for item in read_piece(piece, max_bytes):
            assert not isinstance(item, NotHere)
            found.append(naming.article(item))
    assert found == list(read_path(folder, max_bytes=max_bytes))
    assert (len(work) > 45) == (piece_bytes == 1)


@pytest.mark.parametrize("source", ["none", "articles/note.html", "articles/other.xyz", "articles/news.jsonl"])
def test_pieces_of_one_file_or_none(folder: Path, source: str) -> None:
    path = folder.parent / source
    naming = Naming()
    found = [item for some in pieces(path) for piece in some for item in read_piece(piece, LIMIT)]
    assert [naming.article(item) for item in found if isinstance(item, Unnamed | Skipped)] == list(read_path(path))


def prepare(folder: Path, known: list[str], seen: list[list[Done]] | None = None) -> Iterator[Item]:
    """As the cluster does it, but here."""
    preparation = Preparation(Job(CUTTING, ToyEncoder, "toy", LIMIT), in_order(known))
    done = [preparation(some) for some in pieces(folder, 1000)]
    if seen is not None:
        seen += done
    return named((item for some in done for item in some), CUTTING)


def everything(collection: Collection) -> dict[str, object]:
    """All that a collection holds, row ids and their order included."""
    collection.refresh()
    store = collection.store
    stored = store.list_articles(0, 10_000)[0]
    ids = store.vector_ids()
    _, block = store.vectors_of(ids.tolist())
    hits = store.hits(ids.tolist())
    twins = store.duplicates_of([article.id for article in stored])
    return {
        "articles": [(article, store.known([article.id])) for article in stored],
        "passages": [(row_id, astuple(hit)) for row_id, hit in hits],
        "duplicates": {original: [twin.id for twin in its] for original, its in twins.items()},
        "vectors": np.asarray(block).tobytes(),
        "found": [
            (by_words(collection, article.text), by_vector(collection, article.text)) for article in (*ARTICLES, *stored[:50])
        ],
    }


def told(report: IndexReport) -> tuple[object, ...]:
    return (report.added, report.updated, report.unchanged, sorted(report.skipped), report.duplicates)


def test_what_was_prepared_elsewhere_makes_the_same_index(folder: Path, tmp_path: Path) -> None:
    one, other = open_collection(tmp_path / "one"), open_collection(tmp_path / "other")
    plain, seen = Indexer(one, CUTTING).add(read_path(folder, max_bytes=LIMIT))
    report, also_seen = Indexer(other, CUTTING).add(prepare(folder, []))
    assert (told(report), also_seen) == (told(plain), seen)
    assert report.duplicates
    assert everything(other) == everything(one)

    (folder / "a/page.txt").write_text(DAM.text.replace("120", "130"), encoding="utf-8")
    plain, _ = Indexer(one, CUTTING).add(read_path(folder, max_bytes=LIMIT))
    work: list[list[Done]] = []
    report, _ = Indexer(other, CUTTING).add(prepare(folder, other.store.digests(), work))
    assert told(report) == told(plain)
    assert everything(other) == everything(one)
    cut = [item for some in work for item in some if not isinstance(item, Skipped | NotHere) and item.record.passages]
    assert len(cut) <= 4, "the one that changed, and those prepared under a name that another has"


def stop_after(items: Iterable[Item], count: int) -> Iterator[Item]:
    for number, item in enumerate(items):
        if number == count:
            raise KeyboardInterrupt
        yield item


def test_a_run_that_was_killed_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.indexing._BATCH", 128)
    path = tmp_path / "news.jsonl"
    path.write_text("\n".join(line(numbered(number)) for number in range(300)), encoding="utf-8")
    one, other = open_collection(tmp_path / "one"), open_collection(tmp_path / "other")
    Indexer(one, CUTTING).add(read_path(path))
    with pytest.raises(KeyboardInterrupt):
        Indexer(other, CUTTING).add(stop_after(prepare(path, []), 200))
    assert other.store.counts()["articles"] == 128, "whole batches"
    work: list[list[Done]] = []
    report, _ = Indexer(other, CUTTING).add(prepare(path, other.store.digests(), work))
    assert (report.added, report.unchanged) == (172, 128)
    assert sum(bool(item.record.passages) for some in work for item in some if not isinstance(item, Skipped | NotHere)) == 172
    assert everything(other) == everything(one)


def test_another_encoder_on_a_machine_is_refused(folder: Path) -> None:
    preparation = Preparation(Job(CUTTING, lambda: ToyEncoder("newer"), "toy", LIMIT), in_order([]))
    with pytest.raises(EncoderMismatch, match="a machine of the cluster has the encoder 'newer'"):
        [preparation(some) for some in pieces(folder)]


def test_a_file_that_only_this_machine_has(tmp_path: Path) -> None:
    (tmp_path / "here.txt").write_text(DAM.text, encoding="utf-8")
    with pytest.raises(ClusterError, match="the same path"):
        list(named([NotHere(str(tmp_path / "here.txt"))], CUTTING))
    assert list(named([NotHere(str(tmp_path / "gone.txt"))], CUTTING)) == [
        Skipped(str(tmp_path / "gone.txt"), "it was taken away while it was being read")
    ]


def test_without_ray_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    from index.cluster import prepared

    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtra, match=r"dalil\[ray\]"):
        list(prepared([str(folder)], Job(CUTTING, ToyEncoder, "toy", LIMIT), [], "local", allow_private=False))
