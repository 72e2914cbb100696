"""`dalil migrate`: everything arrives, both ways; what was killed is taken up; nothing is written over."""

import json
import shutil
import signal
import uuid
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from index.collection import DATABASE
from index.database import Place, read_address, shown
from index.errors import DalilError, IndexMissing, InputError
from index.indexing import Indexer
from index.kept import OWN
from index.migrating import MigrationError, migrate
from index.opened import StoreError
from index.store import Store
from index.tables import metadata
from qa.answer import Answer
from qa.chat.ledger import Ledger
from qa.cli.migrate import KEPT
from qa.conversation.store import ConversationStore
from qa.feedback import FeedbackStore
from qa.keys import KeyStore
from qa.sharing import SharedAnswers
from tests.samples import ARTICLES, CUTTING, DAM, by_vector, by_words, numbered, open_collection

ANSWER = Answer("متى؟", "ar", "«غدا» [1]", None, False, 0.5, "extractive", (), (), (), {})


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A folder with something of everything, and a key that is in it."""
    place = Place(tmp_path_factory.mktemp("filled"))
    collection = open_collection(place)
    indexer = Indexer(collection, CUTTING)
    indexer.add([*ARTICLES, replace(DAM, id="copy"), *(numbered(number) for number in range(130))])
    indexer.remove(["n3", "festival"])
    collection.close()
    with ConversationStore(place) as conversations, FeedbackStore(place) as thumbs, KeyStore(place) as keys:
        for number in range(3):
            conversations.of("abcdefgh").add("c", f"سؤال {number}؟", "q?", {"answer": "\0"}, create=True)
            thumbs.add(f"q{number}?", "down", citations=[{"quote": "قال"}])
        token, _ = keys.create("غرفة الأخبار", days=3)
    with SharedAnswers(place) as shared, Ledger(place) as ledger:
        shared.add({"answer": "x"})
        ledger.first("delivery")
        ledger.keep("c", ANSWER)
    return place, token


def everything(place: Place) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables but the facts."""
    found = {}
    opened = [(Store(place.at(DATABASE))._database, metadata), *((kind(place).database, kind.tables) for kind in KEPT)]
    for database, tables in opened:
        with database.reading() as connection:
            for table in tables.sorted_tables:
                if table.info.get(OWN):
                    continue
                keys = table.primary_key.columns
                found[table.name] = [tuple(row) for row in connection.execute(select(table).order_by(*keys))]
        database.close()
    del found["meta"]
    return found


@pytest.fixture
def fill(filled):
    """Puts all of that somewhere; returns the key."""

    def put(place: Place) -> str:
        if place.database is None:
            shutil.copytree(filled[0].folder, place.folder)
        else:
            migrate(filled[0], place, KEPT)
        return filled[1]

    return put


@pytest.fixture(params=["to postgres", "from postgres", "files"])
def ends(request, tmp_path):
    """Where from and where to."""
    inside, outside = tmp_path / "from", tmp_path / "to"
    if request.param == "files":
        return Place(inside), Place(outside)
    address = read_address(request.getfixturevalue("postgres").url(f"t{uuid.uuid4().hex}"))
    if request.param == "to postgres":
        return Place(inside), Place(outside, address)
    return Place(inside, address), Place(outside)


def test_everything_arrives_and_goes_on(ends, dalil, fill):
    source, target = ends
    token = fill(source)
    before = everything(source)
    addresses = [shown(place) for place in ends]
    status, out, _ = dalil("migrate", "--from", addresses[0], "--to", addresses[1], "--json")
    assert status == 0
    assert json.loads(out)["rows"] == {name: len(rows) for name, rows in before.items()}
    assert all(before.values()), "there was something of everything"
    assert everything(target) == everything(source) == before
    copy, original = open_collection(target), open_collection(source)
    copy.refresh()
    assert by_words(copy, numbered(7).text) == by_vector(copy, numbered(7).text)[:1] == ["n7"]
    assert copy.store.facts()["store"] != original.store.facts()["store"]
    Indexer(copy, CUTTING).add([numbered(999)])
    Indexer(copy, CUTTING).remove(["n5"])
    copy.refresh()
    assert copy.store.last_marks().beyond(original.store.last_marks())
    assert (by_words(copy, numbered(999).text), by_words(copy, numbered(5).text)) == (["n999"], [])
    for collection in (copy, original):
        collection.close()
    with KeyStore(target) as keys, FeedbackStore(target) as thumbs, ConversationStore(target) as conversations:
        assert keys.check(token).name == "غرفة الأخبار"
        assert thumbs.add("new", "up").id == 4
        assert conversations.of("abcdefgh").add("c", "new?", "q?", {})
        assert [turn["question"] for turn in conversations.of("abcdefgh").turns("c", last=2) or []] == ["سؤال 2؟", "new?"]
    with pytest.raises(MigrationError, match="holds an index already"):
        migrate(source, target, KEPT)


def test_killed_and_run_again(ends, process, tmp_path, fill):
    source, target = ends
    fill(source)
    addresses = [shown(place) for place in ends]
    code = (
        "import os, sys, index.migrating as module\nfrom qa.cli.app import run\n"
        "copy, left = module._copy, [int(sys.argv.pop())]\n"
        "def dying(side, table, told):\n"
        "    def also(rows):\n"
        "        told(rows)\n"
        "        left[0] -= 1\n"
        "        left[0] or os.kill(os.getpid(), 9)\n"
        "    return copy(side, table, also)\n"
        "module._copy = dying\nsys.exit(run(sys.argv[1:]))\n"
    )
    for batches in (2, 3, 7):
        done = process("migrate", "--from", addresses[0], "--to", addresses[1], str(batches), code=code)
        assert done.returncode == -signal.SIGKILL
        with pytest.raises(StoreError, match="was not finished: run it again"):
            open_collection(target)
    told = []
    migrate(source, target, KEPT, lambda done, total, what: told.append((done, total, what)))
    assert "passages" not in [what for _, _, what in told], "what had arrived is not copied again"
    assert everything(target) == everything(source)


def test_articles_that_changed_since_are_copied_again(ends, fill):
    source, target = ends
    fill(source)

    def stop(done, total, what):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        migrate(source, target, KEPT, stop)
    collection = open_collection(source)
    Indexer(collection, CUTTING).remove(["bridge"])
    collection.close()
    migrate(source, target, KEPT)
    assert everything(target) == everything(source)


CHANGES = [
    ("turns", "turns: there are new rows; .*run it again"),
    ("keys", "conversations: 2 rows here and 1 in .*run it again"),
]


@pytest.mark.parametrize(("when", "told"), CHANGES)
def test_a_side_that_changes_meanwhile_is_told(ends, when, told, fill):
    source, target = ends
    fill(source)

    def alter(done, total, what):
        if what == when:
            with ConversationStore(source) as conversations:
                conversations.add("late", "q?", "q?", {}, create=True)

    with pytest.raises(MigrationError, match=told):
        migrate(source, target, KEPT, alter)
    with pytest.raises(StoreError, match="not finished"):
        Store(target.at(DATABASE))
    migrate(source, target, KEPT)
    assert everything(target) == everything(source)


def test_what_postgres_cannot_hold_is_named(postgres, tmp_path, fill):
    source = Place(tmp_path / "from")
    fill(source)
    with FeedbackStore(source) as thumbs, thumbs.database.begin() as connection:
        connection.execute(update(thumbs.tables.tables["feedback"]).values(comment="a\0b"))
    with pytest.raises(MigrationError, match="feedback '1': comment has a NUL character"):
        migrate(source, Place(tmp_path / "to", read_address(postgres.url(f"t{uuid.uuid4().hex}"))), KEPT)


def test_nothing_is_written_over(ends, fill):
    source, target = ends
    with pytest.raises(IndexMissing):
        migrate(source, target, KEPT)
    assert not source.folder.exists()
    fill(source)
    with pytest.raises(InputError, match="onto itself"):
        migrate(source, source, KEPT)
    with KeyStore(target) as keys:
        _, key = keys.create()
    with pytest.raises(MigrationError, match="holds keys already"):
        migrate(source, target, KEPT)
    with KeyStore(target) as keys:
        assert keys.all() == [key]


def test_who_writes_is_not_disturbed(ends, monkeypatch, fill):
    monkeypatch.setattr("index.migrating._WAIT", 0.1)
    source, target = ends
    fill(source)
    writer = open_collection(source)
    with writer.writing(), pytest.raises(DalilError, match="another process is writing"):
        migrate(source, target, KEPT)
    writer.close()


@pytest.mark.parametrize("wrong", ["mysql://a:hush-hush@b/c", "postgresql://a:hush-hush@b:x/c"])
def test_a_wrong_address_is_wrong_usage_and_not_repeated(dalil, wrong):
    status, out, err = dalil("migrate", "--to", wrong)
    assert status == 2
    assert "write it as postgresql+psycopg://" in err
    assert "hush-hush" not in out + err


def test_doctor_tells_of_a_database_that_is_away_without_its_password(dalil, monkeypatch, tmp_path):
    monkeypatch.setenv("DALIL_DATABASE", "postgresql+psycopg://dalil:hush-hush@127.0.0.1:1/news?password=hush-hush")
    for arguments in (["doctor", "--json"], ["doctor"], ["ask", "متى؟"], ["keys", "list"], ["index", "."]):
        status, out, err = dalil(*arguments, "--data", tmp_path / "data")
        assert (status == 0) == (arguments[0] == "doctor")
        assert "@127.0.0.1:1/news" in out + err
        assert "hush-hush" not in out + err
        assert len(err.splitlines()) == (status != 0)
    assert not (tmp_path / "data").exists()
