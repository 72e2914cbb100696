"""What every store owes, SQLite or PostgreSQL: what goes in comes out, one writer, many readers, ids never given twice."""

import hashlib
import itertools
import sqlite3
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from index.article import Article
from index.chunking import chunk
from index.database import LONGEST_ID, Place
from index.derived import Marks
from index.errors import IndexMissing, NotFound
from index.hits import Filters
from index.opened import FORMAT, StoreError
from index.store import Store
from index.writing import Record
from tests.samples import ARTICLES, BRIDGE, DAM, FESTIVAL, ORCHARD


def record(article: Article, duplicate_of: str | None = None) -> Record:
    cut = [] if duplicate_of else chunk(article, budget=60)
    vectors = np.eye(8, dtype=np.float32)[: len(cut)]
    return Record(article, f"digest of {article.id}".replace("-", " "), (7, -(2**63)), cut, vectors, duplicate_of)


def put(store: Store, *articles: Article) -> None:
    with store.write() as writing:
        writing.put([record(article) for article in articles])


def passage_ids(store: Store) -> list[int]:
    return [row.id for rows in store.passages_after(0) for row in rows]


@pytest.fixture
def store(place: Place) -> Iterator[Store]:
    opened = Store(place.at("dalil.db"))
    yield opened
    opened.close()


ODD = [
    replace(DAM, id=" spaces, «quotes» & 100% #7?/\\' OR 1=1 --"),
    replace(DAM, id=hashlib.shake_256(b"").hexdigest(LONGEST_ID // 2), source="م" * 9000, date="يوم " * 3000),
    replace(DAM, id="معرّف عربي\u200f 😀"),
    replace(DAM, id="empty text", text=""),
    replace(DAM, id="nothing known", title=None, source=None, url=None, date=None, origin=None),
    replace(DAM, id="notes", notes=("one", "اثنان"), quotable=False, url="https://example.org/?a=1&b=2", language="en"),
    replace(DAM, id="beyond the BMP", text="😀𝒳 قال 👩‍👩‍👧 الوزير. Then 🇸🇾 more."),
]


@pytest.mark.parametrize("article", [*ARTICLES, *ODD], ids=lambda article: article.id[:20])
def test_comes_out_as_it_went_in(store: Store, article: Article) -> None:
    put(store, article)
    assert store.article(article.id) == article
    assert store.list_articles(0, 10) == ([article], 1)
    hits = [hit for _, hit in store.hits(passage_ids(store))]
    assert [hit.text for hit in hits] == [passage.text for passage in chunk(article, budget=60)]
    for number, hit in enumerate(hits):
        assert (hit.passage_id, hit.article_id, hit.number) == (f"{article.id}#{number}", article.id, number)
        assert article.text[hit.start : hit.end] == hit.text
        assert (hit.title, hit.source, hit.date, hit.url) == (article.title, article.source, article.date, article.url)
        assert hit.quotable == article.quotable


@pytest.mark.parametrize("unknown", ["أين", "no\0where", "half \ud83d", ""])
def test_unknown_article_is_named(store: Store, unknown: str) -> None:
    with pytest.raises(NotFound, match="there is no article ") as raised:
        store.article(unknown)
    assert repr(unknown) in str(raised.value)
    with store.write() as writing:
        assert writing.drop([unknown]) == []


def test_pages_are_in_order_of_id(store: Store) -> None:
    ids = ["B", "a-c", "ab", "b", "é", "ي", "😀"]  # by their characters' numbers, as in no dictionary
    put(store, *(replace(DAM, id=article_id, source=f"s {article_id}") for article_id in reversed(ids)))
    pages = [store.list_articles(offset, 4) for offset in (0, 4, 8)]
    assert [[article.id for article in page] for page, _ in pages] == [ids[:4], ids[4:], []]
    assert {total for _, total in pages} == {7}
    assert [source for source, _ in store.sources()] == [f"s {article_id}" for article_id in ids]


def test_the_newest_come_first_and_those_without_a_day_last(store: Store) -> None:
    dates = ["2021-03-14", None, "2022-01-01", "9 رمضان", "2021-11-05", None, "first of May"]
    put(store, *(replace(DAM, id=f"{number}", date=date) for number, date in enumerate(dates)))
    listed, _ = store.list_articles(0, 10, newest=True)
    days, words = ["2022-01-01", "2021-11-05", "2021-03-14"], ["first of May", "9 رمضان"]
    assert [article.date for article in listed] == [*days, *words, None, None]


def test_putting_again_replaces(store: Store) -> None:
    put(store, DAM, BRIDGE)
    before = passage_ids(store)
    put(store, replace(DAM, text="نص آخر تماما."))
    assert store.article("dam").text == "نص آخر تماما."
    assert [hit.text for hit in store.passages_of([("dam", 0, 99)])["dam"]] == ["نص آخر تماما."]
    assert store.counts()["articles"] == 2
    assert len(store.vector_ids()) == len(passage_ids(store)), "no vector stays without its passage"
    removed, mark = store.removed_after(0)
    assert set(removed) == set(before) - set(passage_ids(store))
    assert store.removed_after(mark) == ([], mark)


def test_passage_ids_are_never_given_twice(store: Store) -> None:
    given: list[int] = []
    for article in (DAM, BRIDGE, DAM, FESTIVAL):
        put(store, article)
        new = [row_id for row_id in passage_ids(store) if row_id > max(given, default=0)]
        assert new, "new passages come after all that were ever there"
        given += new
        with store.write() as writing:
            assert writing.drop([article.id]) == [article.id]
        assert passage_ids(store) == []
        assert store.last_marks() == Marks(given[-1], len(given))


def test_marks_and_generation_only_grow(store: Store) -> None:
    seen = [(store.generation(), Marks())]
    for change in (lambda: put(store, DAM), lambda: put(store, BRIDGE), lambda: put(store, DAM)):
        change()
        seen.append((store.generation(), store.last_marks()))
    assert [generation for generation, _ in seen] == [0, 1, 2, 3]
    for (_, before), (_, after) in itertools.pairwise(seen):
        assert after.beyond(before)
        assert not before.beyond(after)


def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    put(store, DAM)
    before = (store.article("dam"), passage_ids(store), store.generation(), store.removed_after(0))
    not_stored = Record(replace(BRIDGE, language=None), "digest")  # type: ignore[arg-type]
    with pytest.raises(IntegrityError), store.write() as writing:
        writing.put([record(replace(DAM, text="آخر."))]), writing.put([not_stored])
    assert (store.article("dam"), passage_ids(store), store.generation(), store.removed_after(0)) == before
    with pytest.raises(NotFound):
        store.article("bridge")


def test_drop_tells_what_was_there(store: Store) -> None:
    put(store, DAM, BRIDGE)
    with store.write() as writing:
        assert writing.drop(["bridge", "never there"]) == ["bridge"]
        assert writing.drop(["bridge"]) == []


def test_lists_longer_than_a_statement_takes(store: Store) -> None:
    many = [replace(DAM, id=f"{number:05}", text=f"خبر رقم {number}.") for number in range(1201)]
    put(store, *many)
    ids = [article.id for article in many]
    assert len(store.known(ids)) == len(store.texts(ids)) == len(store.hits(passage_ids(store))) == 1201
    with store.write() as writing:
        assert sorted(writing.drop(ids)) == ids
    assert store.counts() == {"articles": 0, "duplicates": 0, "passages": 0}


def test_vectors_come_back_as_half_floats(store: Store) -> None:
    vectors = np.random.default_rng(1).normal(size=(1, 16)).astype(np.float32)
    with store.write() as writing:
        writing.put([Record(replace(DAM, text="قال."), "d", (), chunk(replace(DAM, text="قال.")), vectors)])
    ((ids, block),) = store.vectors_after(0)
    held, again = store.vectors_of([*ids.tolist(), 999])
    assert held == ids.tolist() == store.vector_ids().tolist()
    assert np.array_equal(block, vectors.astype(np.float16).astype(np.float32))
    assert np.array_equal(block, again)


FILTERS = [
    (Filters(), {"dam", "festival", "bridge", "orchard"}),
    (Filters(sources=("Lune Gazette",)), {"bridge", "orchard"}),
    (Filters(sources=("Lune Gazette", "راديو المرفأ")), {"bridge", "orchard", "festival"}),
    (Filters(sources=("nobody",)), set()),
    (Filters(sources=("\0", "half \ud83d", "Lune Gazette")), {"bridge", "orchard"}),
    (Filters(language="ar"), {"dam", "festival", "words"}),
    (Filters(date_from="2021-11-05"), {"bridge", "festival", "orchard"}),
    (Filters(date_to="2021-11-05"), {"bridge", "dam"}),
    (Filters(date_from="2021-11-06", date_to="2022-04-10"), {"festival"}),
    (Filters(date_from="2022-05-01", language="ar"), set()),
    (Filters(sources=("Lune Gazette",), date_from="2022-01-01", language="en"), {"orchard"}),
]


@pytest.mark.parametrize(("filters", "expected"), FILTERS)
def test_filters(store: Store, filters: Filters, expected: set[str]) -> None:
    dated_in_words = replace(DAM, id="words", date="الأحد، 9 رمضان", source=None)
    put(store, *ARTICLES, dated_in_words)
    if not filters:
        expected = expected | {"words"}
    allowed = store.allowed(filters)
    assert {hit.article_id for _, hit in store.hits(allowed.tolist())} == expected
    assert len(set(allowed.tolist())) == len(allowed)


@pytest.mark.parametrize(
    ("articles", "languages"), [((), []), ((DAM,), ["ar"]), ((BRIDGE,), ["en"]), ((ORCHARD, DAM), ["ar", "en"])]
)
def test_languages(store: Store, articles: tuple[Article, ...], languages: list[str]) -> None:
    put(store, *articles)
    assert store.languages() == languages


def test_duplicates_are_found_by_their_original(store: Store) -> None:
    copies = [replace(DAM, id=f"copy {number}") for number in (2, 1)]
    with store.write() as writing:
        writing.put([record(DAM), record(BRIDGE), *(record(copy, duplicate_of="dam") for copy in copies)])
    assert store.duplicates_of(["dam", "bridge"]) == {"dam": sorted(copies, key=lambda article: article.id)}
    assert store.counts()["duplicates"] == 2
    assert store.holders([7, -(2**63), 8]) == {key: ["bridge", "copy 1", "copy 2", "dam"] for key in (7, -(2**63))}


def test_pragmas_are_the_safe_ones(tmp_path: Path) -> None:
    with Store(tmp_path / "dalil.db")._database.engine.connect() as connection:
        found = {name: connection.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "foreign_keys")}
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_reading_goes_on_inside_anothers_transaction(store: Store) -> None:
    put(store, DAM)
    other = Store(store.where)
    with store.write() as writing:
        writing.put([record(BRIDGE)])
        assert other.list_articles(0, 9)[1] == 1
        assert other.generation() == 1
    assert other.list_articles(0, 9)[1] == 2
    other.close()


def test_many_open_a_new_database_at_once(place: Place) -> None:
    turn = threading.Lock()
    ready, stores, errors = threading.Barrier(8), list[Store](), list[BaseException]()

    def open_one() -> None:
        ready.wait()
        try:
            stores.append(Store(place.at("dalil.db"), lambda: turn))
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=open_one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len({store.facts()["store"] for store in stores}) == 1
    for store in stores:
        store.close()


def test_what_is_not_there_is_not_made_unasked(place: Place) -> None:
    with pytest.raises(IndexMissing, match="dalil index"):
        Store(place.at("dalil.db"), create=False)
    Store(place.at("dalil.db")).close()
    Store(place.at("dalil.db"), create=False).close()


def test_half_made_database_is_finished(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "dalil.db") as connection:
        connection.execute("CREATE TABLE meta (key VARCHAR NOT NULL PRIMARY KEY, value TEXT NOT NULL)")
    connection.close()
    put(store := Store(tmp_path / "dalil.db"), DAM)
    assert store.article("dam") == DAM


def garbage(path: Path) -> None:
    path.write_bytes(b"this is no database " * 300)


def newer(path: Path) -> None:
    store = Store(path)
    store.set_facts(format="999")
    store.close()


DAMAGES: list[tuple[Callable[[Path], None], str]] = [
    (garbage, "is not a database, or damaged in its first bytes: `dalil restore`"),
    (newer, f"format 999, this version reads {FORMAT}"),
    (Path.mkdir, "cannot be opened: its folder must be there"),
]


@pytest.mark.parametrize(("damage", "told"), DAMAGES)
def test_unusable_database_is_a_clear_error(tmp_path: Path, damage: Callable[[Path], None], told: str) -> None:
    path = tmp_path / "dalil.db"
    damage(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(StoreError, match=told) as raised:
        Store(path)
    assert str(path) in str(raised.value)
    assert before is None or path.read_bytes() == before, "what could not be read is left as it was"
