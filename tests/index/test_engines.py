"""What every engine owes: one contract for FAISS and tantivy in files, and for Milvus (milvus-lite, in this process)."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.collection import DATABASE, Collection
from index.derived import Marks
from index.engine import Engine, Files, Nearest, Words
from index.hits import Filters
from index.indexing import Indexer
from index.language.stemming import terms
from index.lexical import Option
from index.store import Store
from index.vectors import Sizes
from index.writing import Record
from tests.index.test_store import put
from tests.index.test_vectors import DIMENSIONS, POOL, drop, rows
from tests.index.test_vectors import put as put_vectors
from tests.samples import ARTICLES, BRIDGE, CUTTING, DAM, by_vector, by_words, numbered, open_collection

Make = Callable[[Path], Engine]


@pytest.fixture(params=["files", "milvus"])
def make(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Makes an engine for a folder: a new one over what an earlier one left."""
    if request.param == "files":
        return lambda folder: Files(folder, Sizes(unsaved=0))
    return lambda folder: milvus_engine(tmp_path_factory)


def milvus_engine(factory: pytest.TempPathFactory) -> Engine:
    """Over one milvus-lite for the whole session: each store has collections of its own."""
    pytest.importorskip("pymilvus", reason="pymilvus is not installed: pip install 'dalil[milvus]'")
    from index.milvus import MilvusEngine

    return MilvusEngine(str(factory.getbasetemp() / "milvus.db"))


# -- words ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def again(make: Make, store: Store) -> Callable[[], Words]:
    """Opens the words of `store`, as another process does."""
    return lambda: make(store.where.parent).words(store, store.facts()["store"])


@pytest.fixture
def words(again: Callable[[], Words]) -> Words:
    opened = again()
    opened.catch_up()
    return opened


def articles(words: Words, store: Store, *wanted: list[Option]) -> list[str]:
    found = words.search(wanted, 10)
    hits = dict(store.hits(list(found)))
    return list(dict.fromkeys(hits[row_id].article_id for row_id in found if row_id in hits))


FINDS = [
    ([[Option("bridg")]], ["bridge"]),
    ([[Option("frost")], [Option("harvest")]], ["orchard"]),
    ([[Option("سد")]], ["dam"]),
    ([[Option("2.4")]], ["bridge"]),
    ([[Option("nowhere")]], []),
    ([[]], []),
    ([], []),
    ([[Option("bridg", 0.0)]], []),
    ([[Option("nowhere"), Option("bridg", 0.5)]], ["bridge"]),
]


def test_finds(words: Words, store: Store) -> None:
    for wanted, expected in FINDS:
        assert articles(words, store, *wanted) == expected, wanted


def test_translations_of_a_word_share_one_budget(words: Words) -> None:
    one = words.search([[Option("bridg")]], 5)
    both = words.search([[Option("bridg"), Option("bridg", 0.4)]], 5)
    assert both == pytest.approx(one)
    twice = words.search([[Option("bridg")], [Option("bridg")]], 5)
    assert all(twice[row_id] > one[row_id] for row_id in one)
    half = words.search([[Option("bridg", 0.5)]], 5)
    assert half == pytest.approx({row_id: score / 2 for row_id, score in one.items()}), "weights scale scores"


def test_only_allowed_passages(words: Words) -> None:
    wanted = [[Option("the")]]
    everywhere = words.search(wanted, 100)
    chosen = sorted(everywhere)[1:3]
    assert words.search(wanted, 100, chosen) == pytest.approx({row_id: everywhere[row_id] for row_id in chosen})
    assert words.search(wanted, 100, []) == {}
    assert len(words.search(wanted, 1, chosen)) == 1


def test_document_frequency(words: Words) -> None:
    assert words.document_frequency("lune") == 1
    assert words.document_frequency("nowhere") == 0
    assert words.documents == len(words.search([[Option("the")], [Option("من")], [Option("في")], [Option("فيلم")]], 100))


def test_words_follow_changes(words: Words, again: Callable[[], Words], store: Store) -> None:
    reader = again()
    put(store, replace(BRIDGE, text="Ferries replace the closed crossing."), replace(DAM, id="new", text="قنطرة فوق الوادي."))
    with store.write() as writing:
        writing.drop(["dam"])
    words.catch_up()
    assert articles(reader, store, [Option("قنطر")]) == []
    reader.reload()
    for one in (words, reader, again()):
        assert articles(one, store, [Option("pillar")]) == []
        assert articles(one, store, [Option("ferri")]) == ["bridge"]
        assert articles(one, store, [Option("قنطر")]) == ["new"]
        assert articles(one, store, [Option("مليون")]) == []
        assert one.documents == store.counts()["passages"]
        assert one.marks == store.last_marks()


def test_stands_at_the_end_also_when_the_newest_passages_are_gone(words: Words, store: Store) -> None:
    put(store, replace(DAM, id="newest"))
    words.catch_up()
    with store.write() as writing:
        writing.drop(["newest"])
    words.catch_up()
    assert words.marks == store.last_marks()


def test_made_for_another_store_or_analysis(words: Words, make: Make, store: Store) -> None:
    other = make(store.where.parent).words(store, f"{store.facts()['store']}/another")
    assert (other.documents, other.marks) == (0, Marks())
    other.catch_up()
    assert other.documents == words.documents
    assert other.search([[Option("bridg")]], 5) == words.search([[Option("bridg")]], 5)


def test_words_of_an_empty_store(make: Make, tmp_path: Path) -> None:
    store = Store(tmp_path / "empty.db")
    words = make(tmp_path / "empty").words(store, store.facts()["store"])
    words.catch_up()
    assert (words.documents, words.search([[Option("the")]], 5), words.document_frequency("the")) == (0, {}, 0)
    with store.write() as writing:
        writing.put([Record(replace(DAM, text=""), "d")])
    put(store, replace(DAM, id="dots", text="... !!! 😀", title=None))
    words.catch_up()
    assert words.documents == 1, "an article without words"


# -- vectors -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def pool(tmp_path: Path) -> Store:
    store = Store(tmp_path / "vectors.db")
    put_vectors(store, *range(120))
    return store


def settled(vectors: Nearest) -> Nearest:
    vectors.catch_up()
    vectors.save()
    assert not vectors.lags
    return vectors


def check_finds(vectors: Nearest, store: Store) -> None:
    here = rows(store)
    assert len(vectors) == len(here)
    _, block = store.vectors_of(list(here.values()))
    for number, row_id in list(here.items())[::7]:
        found = vectors.search(POOL[number], 5)
        assert next(iter(found)) == row_id
        assert list(found.values()) == pytest.approx(sorted(block @ POOL[number], reverse=True)[:5], abs=1e-5)
        assert vectors.score(POOL[number], list(found)) == pytest.approx(found, abs=1e-5)


def test_vectors_follow_changes(make: Make, pool: Store, tmp_path: Path) -> None:
    owner = pool.facts()["store"]
    vectors = settled(make(tmp_path).vectors(pool, owner, DIMENSIONS))
    check_finds(vectors, pool)
    gone = rows(pool)[8]
    drop(pool, *range(0, 60, 2))
    put_vectors(pool, *range(200, 230), 1, 3)
    settled(vectors)
    reader = make(tmp_path).vectors(pool, owner, DIMENSIONS)
    for one in (vectors, reader):
        check_finds(one, pool)
        assert gone not in one.search(POOL[8], 300)
        assert gone not in one.score(POOL[8], [gone])
        assert len(one.search(POOL[0], 10_000)) == len(one)
        assert one.marks == pool.last_marks()


def test_only_allowed_vectors(make: Make, pool: Store, tmp_path: Path) -> None:
    vectors = settled(make(tmp_path).vectors(pool, pool.facts()["store"], DIMENSIONS))
    here = rows(pool)
    for some in ([5], list(range(0, 120, 11)), list(range(100))):
        allowed = np.array([here[number] for number in some], dtype=np.int64)
        found = vectors.search(POOL[some[0]], 5, allowed)
        assert next(iter(found)) == here[some[0]]
        assert set(found) <= set(allowed.tolist())
        assert len(found) == min(5, len(allowed))
    assert vectors.search(POOL[0], 5, np.array([], dtype=np.int64)) == {}
    assert vectors.score(POOL[0], []) == {}


# -- both, in a collection -----------------------------------------------------------------------------------------------


@pytest.fixture
def reopen(make: Make, tmp_path: Path) -> Iterator[Callable[[], Collection]]:
    """Opens the collection of the test, as another process does."""
    opened: list[Collection] = []

    def reopen() -> Collection:
        opened.append(open_collection(tmp_path / "data", engine=make(tmp_path / "data")))
        return opened[-1]

    yield reopen
    for collection in opened:
        collection.close()


def check_whole(collection: Collection) -> None:
    collection.refresh()
    passages = collection.store.counts()["passages"]
    assert (collection.lexical.documents, len(collection.vectors)) == (passages, passages)
    assert collection.lexical.marks == collection.vectors.marks == collection.store.last_marks()
    for article in collection.store.list_articles(0, 5)[0]:
        assert by_words(collection, article.text)[0] == by_vector(collection, article.text)[0] == article.id


def test_a_collection_is_whole_and_its_changes_are_seen_at_once(reopen: Callable[[], Collection]) -> None:
    one = reopen()
    one.refresh()
    assert (by_words(one, DAM.text), by_vector(one, DAM.text)) == ([], [])
    Indexer(one, CUTTING).add(ARTICLES)
    other = reopen()
    for collection in (one, other):
        check_whole(collection)
    Indexer(one, CUTTING).add([numbered(1), replace(DAM, text="نص جديد عن القنطرة.")])
    Indexer(other, CUTTING).remove(["bridge"])
    for collection in (one, other, reopen()):
        check_whole(collection)
        assert by_words(collection, numbered(1).text) == ["n1"]
        assert by_words(collection, "القنطرة") == ["dam"]
        assert "bridge" not in by_vector(collection, BRIDGE.text)
    allowed = one.store.allowed(Filters(sources=("Lune Gazette",)))
    query = one.encoder.encode_queries([BRIDGE.text])[0]
    assert {hit.article_id for _, hit in one.store.hits(list(one.vectors.search(query, 10, allowed)))} == {"orchard"}
    found = one.lexical.search([[Option(term)] for term in terms(BRIDGE.text)], 10, allowed.tolist())
    assert {hit.article_id for _, hit in one.store.hits(list(found))} == {"orchard"}


def test_older_database_put_back(reopen: Callable[[], Collection], tmp_path: Path) -> None:
    """Its passage ids are given to other passages than before: what follows it must not mix the two."""
    first = reopen()
    Indexer(first, CUTTING).add(ARTICLES)
    with first.store.reading() as connection:
        connection.exec_driver_sql("VACUUM INTO ?", (str(tmp_path / "backup.db"),))
    Indexer(first, CUTTING).add(numbered(number) for number in range(12))
    first.close()
    for path in first.folder.glob(f"{DATABASE}*"):
        path.unlink()
    shutil.copy(tmp_path / "backup.db", first.folder / DATABASE)
    again = reopen()
    Indexer(again, CUTTING).add(numbered(number) for number in range(100, 120))
    check_whole(again)
    assert by_words(again, numbered(5).text) == []
    assert by_words(again, numbered(105).text) == ["n105"]
    assert by_vector(again, numbered(105).text)[0] == "n105"
