"""What only Milvus has: exact scores from its candidates, killed writers, collections that are lost, servers that go away."""

import fcntl
import random
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from index.article import Passage
from index.bm25 import kept_length
from index.errors import MissingExtra, SearchUnavailable, SettingsError
from index.indexing import Indexer
from index.language.stemming import terms
from index.lexical import LexicalIndex, Option
from index.store import Store
from index.writing import Record
from tests.index.test_engines import check_whole
from tests.index.test_store import put
from tests.samples import ARTICLES, BRIDGE, CUTTING, DAM, by_vector, by_words, numbered, open_collection

pytest.importorskip("pymilvus", reason="pymilvus is not installed: pip install 'dalil[milvus]'")
import index.milvus.words
from index.milvus import MilvusEngine
from index.milvus.following import Following
from index.milvus.notes import LONGEST, Notes
from index.milvus.words import MilvusWords

ROOT = Path(__file__).parents[2]


@pytest.fixture
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """One milvus-lite for all: each store has collections of its own."""
    return str(tmp_path_factory.getbasetemp() / "milvus.db")


@pytest.fixture
def open_words(tmp_path: Path, address: str) -> Callable[[], MilvusWords]:
    store = Store(tmp_path / "dalil.db")

    def opened() -> MilvusWords:
        return MilvusEngine(address).words(store, store.facts()["store"])

    return opened


def told(words: MilvusWords) -> tuple[int, dict[str, int]]:
    """The number of passages, and in how many each term stands, as Milvus has it."""
    return words.documents, {term: count for term, count in words._frequencies.items() if count}


def counted(store: Store) -> tuple[int, dict[str, int]]:
    """The same, counted anew from the store."""
    counts: Counter[str] = Counter()
    held = [row for batch in store.passages_after(0) for row in batch]
    for row in held:
        counts.update(set(terms(row.text)))
        counts.update(f" {term}" for term in set(terms(row.title or "")))
    return len(held), dict(counts)


# -- scores --------------------------------------------------------------------------------------------------------------


def test_scores_are_those_of_tantivy(open_words: Callable[[], MilvusWords], tmp_path: Path) -> None:
    words = open_words()
    store = words._store
    put(store, *ARTICLES)
    words.catch_up()  # the lengths that the weights are made with are those of these four
    chance = random.Random(5)
    vocabulary = [term for article in ARTICLES for term in terms(article.text)]
    for number in range(30):
        text = " ".join(chance.choices(vocabulary, k=chance.choice([3, 30, 150])))
        put(store, replace(DAM, id=f"m{number}", text=f"{text}.", title=chance.choice([None, text[:40]])))
    words.catch_up()
    tantivy = LexicalIndex(tmp_path / "tantivy", store, "owner")
    tantivy.catch_up()
    for _ in range(15):
        some = [
            [Option(chance.choice(vocabulary), chance.choice([1, 0.5, 0.2])) for _ in range(chance.randint(1, 5))]
            for _ in range(chance.randint(1, 4))
        ]
        for k in (1, 10):
            found, expected = words.search(some, k), tantivy.search(some, k)
            assert list(found.values()) == pytest.approx(list(expected.values()), rel=1e-5)
    assert all(words.document_frequency(term) == tantivy.document_frequency(term) for term in vocabulary)


def test_candidates_are_fetched_until_none_is_missing(
    open_words: Callable[[], MilvusWords], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Milvus adds up the translations of a word; passages with all of them come first there, and do not belong there."""
    words = open_words()
    alike = [f"zeta{letter}" for letter in "bcdfghjklm"]
    many = [replace(DAM, id=f"m{number}", text=f"{' '.join(alike)} {'more ' * number}.", title=None) for number in range(8)]
    put(words._store, *many, replace(DAM, id="best", text="omega omega omega.", title=None), *ARTICLES)
    words.catch_up()
    asked = []
    inner = Following._found
    monkeypatch.setattr(Following, "_found", lambda self, *given, **how: asked.append(given[2]) or inner(self, *given, **how))
    question = [[Option("omega"), *(Option(term, 0.9) for term in alike)]]
    (best,) = words.search(question, 1)
    assert words._store.hits([best])[0][1].article_id == "best"
    assert asked == [2, 8, 32]


@pytest.mark.parametrize("length", [0, 1, 39, 40, 41, 42, 55, 56, 59, 60, 203, 5000])
def test_lengths_are_kept_as_tantivy_keeps_them(length: int) -> None:
    kept = kept_length(length)
    assert kept <= length < kept + max(1, kept // 8)


def test_text_longer_than_a_field(open_words: Callable[[], MilvusWords]) -> None:
    words = open_words()
    long = " ".join(f"w{number}{'x' * 200}" for number in range(400))
    with words._store.write() as writing:
        passage = Passage("long", 0, 0, len(long), long)
        writing.put([Record(replace(DAM, id="long", text=long, title=long), "d", (), [passage])])
    words.catch_up()
    first, last = terms(long)[0], terms(long)[-1]
    assert len(words.search([[Option(first)]], 5)) == 1
    assert words.document_frequency(last) == 0, f"beyond {LONGEST} bytes"


# -- killed writers ------------------------------------------------------------------------------------------------------

POINTS = [  # where it is killed, and whether the same process goes on, as after a server that was away
    ("index.milvus.client.Milvus.upsert", 1, False),  # nothing is written
    ("index.milvus.notes.Notes.put_terms", 1, False),  # rows are, terms are not
    ("index.milvus.notes.Notes.write", 1, False),  # rows and terms are, their note is not
    ("index.milvus.notes.Notes.write", 1, True),
    ("index.milvus.client.Milvus.delete", 1, True),  # the note is written, what is gone is still there
    ("index.milvus.notes.Notes.write", 2, False),  # what is gone is gone, and not noted
]


@pytest.mark.parametrize(("point", "nth", "goes_on"), POINTS)
def test_killed_anywhere_it_counts_right(
    open_words: Callable[[], MilvusWords], monkeypatch: pytest.MonkeyPatch, point: str, nth: int, goes_on: bool
) -> None:
    words = open_words()
    store = words._store
    put(store, *ARTICLES)
    words.catch_up()
    put(store, replace(DAM, id="lost", text="كلمة فريدة لن تبقى."), numbered(1), replace(BRIDGE, text="Ferries cross now."))
    calls = [0]
    module, _, name = point.rpartition(".")
    owner, _, kind = module.rpartition(".")
    target = getattr(sys.modules[owner], kind)
    inner = getattr(target, name)

    def killed(*given: object, **how: object) -> object:
        calls[0] += 1
        if calls[0] == nth:
            raise KeyboardInterrupt
        return inner(*given, **how)

    monkeypatch.setattr(target, name, killed)
    with pytest.raises(KeyboardInterrupt):
        words.catch_up()
    monkeypatch.undo()
    with store.write() as writing:  # what the killed writer had half written goes before anybody follows
        writing.drop(["lost"])
    put(store, numbered(2))
    again = words if goes_on else open_words()
    again.catch_up()
    reader = open_words()
    assert told(again) == told(reader) == counted(store)
    assert again.marks == store.last_marks()
    held = {row.id for batch in store.passages_after(0) for row in batch}
    everything = [[Option(term)] for term in counted(store)[1] if not term.startswith(" ")]
    assert set(reader.search(everything, 200)) == held
    assert reader._milvus.count(reader.name) == len(held)


def test_a_reader_sees_whole_commits_only(open_words: Callable[[], MilvusWords], monkeypatch: pytest.MonkeyPatch) -> None:
    words = open_words()
    store = words._store
    put(store, *ARTICLES)
    words.catch_up()
    before = counted(store)
    seen = []
    inner = Notes.write
    monkeypatch.setattr(Notes, "write", lambda *given: seen.append(told(open_words())) or inner(*given))
    monkeypatch.setattr(index.milvus.following, "_COMMIT_EVERY", 1)
    put(store, numbered(1), replace(BRIDGE, text="Ferries cross now."))
    words.catch_up()
    assert seen[0] == before
    assert len(seen) > 1
    assert told(open_words()) == counted(store)


# -- lost, put back, another's -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("follower", ["words", "vectors", "notes"])
def test_a_collection_that_is_gone_is_made_again(tmp_path: Path, address: str, follower: str) -> None:
    collection = open_collection(tmp_path / "data", engine=MilvusEngine(address))
    Indexer(collection, CUTTING).add(ARTICLES)
    check_whole(collection)
    name = f"dalil_{collection.store.facts()['store']}_{follower}"
    collection.lexical._milvus.call("drop_collection", name)  # type: ignore[attr-defined]
    if follower != "notes":  # what nothing is searched in is missed with the next change
        search = by_words if follower == "words" else by_vector
        with pytest.raises(SearchUnavailable, match="made again"):
            search(collection, DAM.text)
        check_whole(collection)
    check_whole(open_collection(tmp_path / "data", engine=MilvusEngine(address)))
    Indexer(collection, CUTTING).add([numbered(1)])
    check_whole(collection)


def test_what_is_not_there_yet_is_no_answer(tmp_path: Path, address: str) -> None:
    """While the passages are put there for the first time, questions are told so, and not that nothing is found."""
    writer = open_collection(tmp_path / "data")
    Indexer(writer, CUTTING).add([DAM])
    asked = open_collection(tmp_path / "data", engine=MilvusEngine(address))
    with writer.writing():
        with ThreadPoolExecutor() as thread:
            thread.submit(asked.refresh).result()
        for search in (by_words, by_vector):
            with pytest.raises(SearchUnavailable, match="still being put into Milvus"):
                search(asked, DAM.text)
    check_whole(asked)


def test_two_stores_in_one_milvus_do_not_meet(tmp_path: Path, address: str) -> None:
    one, other = (open_collection(tmp_path / name, engine=MilvusEngine(address)) for name in ("one", "other"))
    Indexer(one, CUTTING).add([DAM])
    Indexer(other, CUTTING).add([BRIDGE])
    for collection in (one, other):
        check_whole(collection)
    assert (by_words(one, BRIDGE.text), by_words(other, DAM.text)) == ([], [])


def test_from_files_to_milvus_and_back(tmp_path: Path, address: str) -> None:
    """Setting it is all it takes: whatever engine was away catches up."""
    for number, engine in enumerate((None, MilvusEngine(address), None, MilvusEngine(address))):
        collection = open_collection(tmp_path / "data", engine=engine)
        if number:
            check_whole(collection)
        Indexer(collection, CUTTING).add([numbered(number)])
        check_whole(collection)
        collection.close()


# -- servers -------------------------------------------------------------------------------------------------------------


class Server:
    """milvus-lite in a process of its own, at a port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            self.port = taken.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "milvus_lite", "server", "--data-dir", str(self.folder), "--port", str(self.port)]
        self.process = subprocess.Popen([*command, "--host", "127.0.0.1"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.2)
        pytest.fail("milvus-lite does not listen")

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    started = Server(tmp_path / "server")
    yield started
    started.stop()


def wait_for(ask: Callable[[], object]) -> None:
    """Until it is answered: a server that is back takes a moment."""
    for _ in range(120):
        try:
            ask()
            return
        except SearchUnavailable:
            time.sleep(0.5)
    pytest.fail("it is not answered")


READER = """
import sys
from pathlib import Path
from index.milvus import MilvusEngine
from tests.samples import *
engine = MilvusEngine(sys.argv[2])
engine._milvus.patience = 60
collection = open_collection(Path(sys.argv[1]), engine=engine)
for line in sys.stdin:
    collection.refresh()
    print([by_words(collection, line), by_vector(collection, line)[:1]], flush=True)
"""


def test_processes_share_a_server_that_goes_and_comes_back(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    engine = MilvusEngine(server.address)
    engine._milvus.patience = 60  # of a machine that is busy with other tests
    collection = open_collection(tmp_path / "data", engine=engine)
    Indexer(collection, CUTTING).add(ARTICLES)
    command = [sys.executable, "-c", READER, str(tmp_path / "data"), server.address]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as reader:
        assert reader.stdin is not None
        assert reader.stdout is not None

        def ask(text: str) -> str:
            assert reader.stdin is not None
            assert reader.stdout is not None
            print(text.replace("\n", " "), file=reader.stdin, flush=True)
            return reader.stdout.readline().strip()

        assert ask(numbered(1).text).startswith("[[],")
        Indexer(collection, CUTTING).add([numbered(1)])
        assert ask(numbered(1).text) == "[['n1'], ['n1']]"
        Indexer(collection, CUTTING).remove(["n1"])
        assert ask(numbered(1).text).startswith("[[],")
        reader.stdin.close()
        assert reader.wait() == 0

    server.stop()
    engine._milvus.patience = 1
    with pytest.raises(SearchUnavailable, match=f"Milvus at {server.address} cannot be used") as raised:
        by_words(collection, DAM.text)
    assert (raised.value.status, "\n" in str(raised.value)) == (503, False)
    with pytest.raises(SearchUnavailable):
        Indexer(collection, CUTTING).add([numbered(2)])
    assert collection.store.counts()["articles"] == 5, "it is stored, and will be found"
    server.start()
    engine._milvus.patience = 60
    wait_for(lambda: by_words(collection, DAM.text))
    check_whole(collection)
    assert by_words(collection, numbered(2).text) == by_vector(collection, numbered(2).text)[:1] == ["n2"]
    assert not (tmp_path / "http:").exists(), "an address is no folder"


# -- settings ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["localhost:19530", "milvus", "ftp://host", ""])
def test_bad_addresses(address: str) -> None:
    with pytest.raises(SettingsError, match=r"DALIL_MILVUS is .*write an address as http://localhost:19530"):
        MilvusEngine(address)


def test_a_password_in_the_address_is_refused_and_not_shown() -> None:
    with pytest.raises(SettingsError, match="DALIL_MILVUS_TOKEN") as raised:
        MilvusEngine("http://root:s3cret@milvus.example:19530")
    assert "s3cret" not in str(raised.value)


def test_nobody_there(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(SearchUnavailable, match="cannot be used"):
            open_collection(tmp_path / "data", engine=MilvusEngine(address, "root:secret"))


def test_a_file_of_another_process(tmp_path: Path) -> None:
    (tmp_path / "taken.db").mkdir()
    with (tmp_path / "taken.db" / "LOCK").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # as milvus-lite does it
        with pytest.raises(SearchUnavailable, match="one process at a time"):
            open_collection(tmp_path / "data", engine=MilvusEngine(str(tmp_path / "taken.db")))


def test_without_pymilvus_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(MissingExtra, match=r"dalil\[milvus\]"):
        MilvusEngine("http://localhost:19530")
