"""Articles in PostgreSQL: what is told of a server that cannot be used, turns among machines, and a server that goes and comes.

Each "machine" is a folder of its own. What a store owes on any database is in test_store.py.
"""

import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from index import postgres as module
from index.article import Article
from index.collection import Collection
from index.database import Place, read_address
from index.derived import Marks
from index.errors import DalilError, EncoderMismatch, IndexBusy, IndexMissing, MissingExtra
from index.indexing import Indexer
from index.opened import StoreError
from index.store import Store
from tests.index.test_crash import ROOT, SIZES
from tests.postgres import Server
from tests.samples import ARTICLES, BRIDGE, CUTTING, DAM, by_vector, by_words, numbered, open_collection

Machine = Callable[..., Collection]


@pytest.fixture
def url(postgres: Server) -> str:
    return postgres.url(f"t{uuid.uuid4().hex}")


@pytest.fixture
def machine(tmp_path: Path, url: str) -> Iterator[Machine]:
    """Opens the collection as another machine would, with a folder by that name."""
    opened: list[Collection] = []

    def make(name: str, **options: object) -> Collection:
        opened.append(open_collection(Place(tmp_path / name, read_address(url)), **options))  # type: ignore[arg-type]
        return opened[-1]

    yield make
    for collection in opened:
        collection.close()


def add(collection: Collection, *articles: Article) -> None:
    Indexer(collection, CUTTING).add(articles)


def whole(collection: Collection) -> int:
    """Refreshed, BM25 and vectors hold the passages of the store; how many."""
    collection.refresh()
    count = collection.store.counts()["passages"]
    assert (collection.lexical.documents, len(collection.vectors)) == (count, count)
    return count


# -- what cannot be used --------------------------------------------------------------------------------------------------


def other_format(server: Server, url: str) -> str:
    store = Store(read_address(url))
    store.set_facts(format="999")
    store.close()
    return url


def other_encoding(server: Server, url: str) -> str:
    if ("latin",) not in server.execute("SELECT datname FROM pg_database"):
        server.execute("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
    return server.url("x", "latin")


def nobody_there(server: Server, url: str) -> str:
    return "postgresql+psycopg://dalil:hush-hush@127.0.0.1:1/dalil"


def no_such_database(server: Server, url: str) -> str:
    return server.url("x", "nowhere").replace("dalil@", "dalil:hush-hush@")


def no_such_option(server: Server, url: str) -> str:
    return f"{url}&sslcolour=green&password=hush-hush"


def may_make_nothing(server: Server, url: str) -> str:
    if not server.execute("SELECT FROM pg_roles WHERE rolname = 'guest'"):
        server.execute("CREATE ROLE guest LOGIN")
    return url.replace("dalil@", "guest@")


UNUSABLE: list[tuple[Callable[[Server, str], str], str]] = [
    (other_format, "has format 999, this version reads 1"),
    (other_encoding, "its encoding is LATIN1"),
    (nobody_there, "Connection refused"),
    (no_such_database, 'database "nowhere" does not exist'),
    (no_such_option, "sslcolour"),
    (may_make_nothing, "permission denied"),
]


@pytest.mark.parametrize(("make", "told"), UNUSABLE)
def test_a_database_that_cannot_be_used_is_told_in_one_line(
    postgres: Server, url: str, tmp_path: Path, make: Callable[[Server, str], str], told: str
) -> None:
    address = make(postgres, url)
    with pytest.raises(StoreError, match=told) as raised:
        open_collection(Place(tmp_path / "data", read_address(address)))
    assert "\n" not in str(raised.value)
    assert "hush-hush" not in str(raised.value)
    assert not (tmp_path / "data").exists()


def test_a_server_that_is_too_old(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "OLDEST", 99)
    with pytest.raises(StoreError, match=r"PostgreSQL .*, and 99 or later"):
        Store(read_address(url))


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtra, match=r"pip install 'dalil\[postgres\]'"):
        Store(read_address("postgresql://nowhere/dalil"))


def test_nothing_there_and_another_encoder(machine: Machine, postgres: Server, url: str, tmp_path: Path) -> None:
    schema = module.schema_of(read_address(url))
    with pytest.raises(IndexMissing, match="dalil index"):
        Collection(Place(tmp_path / "none", read_address(url)), "toy", lambda: pytest.fail("not needed"), create=False)
    assert not (tmp_path / "none").exists()
    assert postgres.execute(f"SELECT FROM pg_namespace WHERE nspname = '{schema}'") == []
    add(machine("a"), *ARTICLES)
    before = postgres.execute(f"SELECT * FROM {schema}.meta ORDER BY key")
    with pytest.raises(EncoderMismatch, match=f"127.0.0.1.*{schema}.*'toy', but 'other' is set"):
        machine("b", setting="other")
    assert postgres.execute(f"SELECT * FROM {schema}.meta ORDER BY key") == before


# -- several machines -----------------------------------------------------------------------------------------------------


def test_words_of_any_length_can_stand_where_a_source_or_a_date_does(machine: Machine, postgres: Server) -> None:
    words = "x".join(uuid.uuid4().hex for _ in range(400))  # longer than an ordered index can hold
    collection = machine("a")
    add(collection, replace(BRIDGE, source=words, date=words))
    assert collection.store.sources() == [(words, 1)]


def test_each_machine_follows_by_itself(machine: Machine) -> None:
    writer, reader = machine("a"), machine("b")
    add(writer, *ARTICLES)
    assert whole(reader) == whole(writer) > 0
    with writer.writing():
        add(writer, numbered(1))
        Indexer(writer, CUTTING).remove(["dam"])
        whole(reader)  # while the other one still has the turn to write
        assert by_words(reader, numbered(1).text) == by_vector(reader, numbered(1).text)[:1] == ["n1"]
        assert "dam" not in by_words(reader, DAM.text)
    add(reader, DAM)  # and the other way round
    assert whole(writer) == whole(reader)
    assert by_words(writer, DAM.text)[0] == "dam"


def test_machines_take_turns(machine: Machine) -> None:
    one, other = machine("a", wait=0.2), machine("b", wait=0.2)
    with one.writing():
        with one.writing():
            pass
        for wait in (0, 0.2):
            with pytest.raises(IndexBusy, match="another process is writing to postgresql"), other.writing(wait):
                pass
        with pytest.raises(IndexBusy):
            add(other, DAM)
    add(other, DAM)
    assert one.store.counts()["articles"] == 1


WRITER = """
import sys
from pathlib import Path
from index.database import Place, read_address
from index.indexing import Indexer
from tests.index.test_crash import SIZES, die_at
from tests.samples import *
folder, url, point, numbers = sys.argv[1:5]
if point:
    die_at(point, 2)
collection = open_collection(Place(Path(folder), read_address(url)), SIZES, wait=60)
print("ready", flush=True)
sys.stdin.readline()
for number in numbers.split():
    Indexer(collection, CUTTING).add([numbered(int(number), version=9), numbered(1000 + int(number))])
    print(number, flush=True)
"""


def start(folder: Path, url: str, numbers: range, point: str = "") -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(folder), url, point, " ".join(map(str, numbers))]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)


def test_two_machines_index_at_once(machine: Machine, tmp_path: Path, url: str) -> None:
    """Numbers are given in the order of commits, whoever writes: a follower misses nothing."""
    follower = machine("c")
    writers = [start(tmp_path / name, url, range(at, at + 12)) for name, at in (("a", 0), ("b", 100))]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin is not None
        print(file=writer.stdin, flush=True)
    marks = [Marks()]
    while any(writer.poll() is None for writer in writers):
        whole_marks(follower, marks)
    assert [writer.communicate()[1] for writer in writers] == ["", ""]
    whole(follower)
    assert follower.store.counts()["articles"] == 48
    assert {writer.returncode for writer in writers} == {0}


def whole_marks(follower: Collection, marks: list[Marks]) -> None:
    follower.refresh()
    marks.append(follower.lexical.marks)
    assert not marks[-2].beyond(marks[-1])


POINTS = ["before index.writing:Writing.put", "after index.writing:Writing.finish", "before index.lexical:write_state"]


@pytest.mark.parametrize("point", POINTS)
def test_a_killed_writer_lets_go_of_its_turn(machine: Machine, tmp_path: Path, url: str, point: str) -> None:
    killed = start(tmp_path / "a", url, range(6), point)
    said, _ = killed.communicate("go\n")
    assert killed.returncode == -9
    assert said.split() == ["ready", "0"]
    survivor = machine("b", wait=30.0)
    assert survivor.store.counts()["articles"] in (2, 4)
    assert all(survivor.store.article(name).text for name in ("n0", "n1000"))
    add(survivor, BRIDGE)
    whole(survivor)
    assert survivor.store.counts()["articles"] in (3, 5)
    whole(machine("a", sizes=SIZES))  # its folder is repaired


# -- a server that goes and comes ------------------------------------------------------------------------------------------


def test_who_lost_the_connection_lost_the_turn(machine: Machine, postgres: Server) -> None:
    one, other = machine("a"), machine("b")
    add(one, BRIDGE)
    with pytest.raises(StoreError, match=r"index in postgresql.* cannot be used"), one.writing():  # noqa: PT012
        postgres.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'dalil'")
        add(other, DAM)
        add(one, numbered(1))
    assert sorted(article.id for article in one.store.list_articles(0, 9)[0]) == ["bridge", "dam"]
    add(one, numbered(1))
    assert whole(one) == whole(other)


def test_a_server_that_was_away_is_found_again(machine: Machine, postgres: Server) -> None:
    collection = machine("a")
    add(collection, *ARTICLES)
    postgres.stop()
    try:
        reads: list[Callable[[], object]] = [
            collection.refresh,
            lambda: collection.store.article("dam"),
            lambda: add(collection, numbered(1)),
        ]
        for read in reads:
            with pytest.raises(DalilError, match=r"Connection refused|terminating connection|closed") as raised:
                read()
            assert (raised.value.code, raised.value.status) == ("store_unreadable", 503)
    finally:
        postgres.start()
    add(collection, numbered(1))
    assert whole(collection) == collection.store.counts()["passages"]
    assert by_words(collection, DAM.text)[0] == "dam"


def test_an_older_database_is_put_back_under_a_running_process(machine: Machine, postgres: Server, url: str) -> None:
    schema = module.schema_of(read_address(url))
    reader, writer = machine("a"), machine("b")
    add(writer, *ARTICLES)
    add(writer, *(numbered(number) for number in range(9)))
    whole(reader)
    writer.close()
    postgres.execute(f"DELETE FROM {schema}.articles WHERE id LIKE 'n%'")
    postgres.execute(f"UPDATE {schema}.meta SET value = '1' WHERE key = 'generation'")
    whole(reader)
    add(machine("b"), *(numbered(number) for number in range(100, 104)))  # on the numbers of passages that are no more
    for collection in (reader, machine("c")):
        whole(collection)
        assert by_words(collection, numbered(5).text) == []
        assert by_words(collection, numbered(101).text) == by_vector(collection, numbered(101).text)[:1] == ["n101"]
