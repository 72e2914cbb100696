"""Conversations, on SQLite and on PostgreSQL: nothing acknowledged is lost, deleted is deleted, old ones are gone."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from index.database import Place, shown
from index.errors import InputError, NotFound
from qa.conversation.store import FILE, ConversationError, ConversationStore

ANSWER = {"answer": "«نعم» [1]", "refused": False, "short": "نعم", "citations": [{"article_id": "a", "quote": "نعم"}]}


@pytest.fixture
def store(place: Place):
    with ConversationStore(place) as opened:
        yield opened


def run(store: ConversationStore, statement: str):
    with store.database.begin() as connection:
        found = connection.execute(text(statement))
        return found.fetchall() if found.returns_rows else []


def test_a_turn_is_there_after_opening_again(place: Place) -> None:
    with ConversationStore(place) as store:
        assert store.add("c1", "ومتى حدث ذلك؟", "متى نفى ذلك؟", ANSWER, create=True)
    with ConversationStore(place) as store:
        [turn] = store.turns("c1") or []
        assert (turn["question"], turn["standalone"], turn["answer"]) == ("ومتى حدث ذلك؟", "متى نفى ذلك؟", ANSWER)
        [known] = store.history("c1") or []
        assert (known.short, known.articles, known.answer) == ("نعم", ("a",), "«نعم» [1]")


def test_a_conversation_is_begun_listed_renamed_and_deleted(store: ConversationStore) -> None:
    first = store.create("الأولى")
    second = store.create()
    assert first.id != second.id
    assert len(first.id) >= 16
    store.add(second.id, "سؤال؟", "سؤال؟", ANSWER)
    found, total = store.recent()
    assert total == 2
    assert [(one.title, one.turns) for one in found] == [("سؤال؟", 1), ("الأولى", 0)]
    assert store.recent(offset=1, limit=1)[0][0].id == first.id
    assert store.rename(first.id, "  اسم\nآخر ").title == "اسم آخر"
    store.delete(second.id)
    assert store.turns(second.id) is None
    assert [one.id for one in store.recent()[0]] == [first.id]
    assert run(store, "select count(*) from turns") == [(0,)]


@pytest.mark.parametrize("unknown", ["nobody", "a\0b", "half \ud83d"])
def test_what_is_not_there_is_not_found(store: ConversationStore, unknown: str) -> None:
    for action in (store.get, store.delete, lambda name: store.rename(name, "x")):
        with pytest.raises(NotFound, match="no conversation has the id"):
            action(unknown)
    assert store.turns(unknown) is None
    assert store.history("nobody") is None


def test_owners_have_their_own(store: ConversationStore) -> None:
    longest = "x" * 200
    for owner in ("abcdefgh", "o" * 200):
        assert store.of(owner).add(longest, f"{owner}?", "q?", ANSWER, create=True)
    for owner in ("abcdefgh", "o" * 200):
        assert [turn["question"] for turn in store.of(owner).turns(longest) or []] == [f"{owner}?"]
        assert [one.id for one in store.of(owner).recent()[0]] == [longest]
    assert store.recent() == ([], 0)


@pytest.mark.parametrize("bad", ["", " ", "a b", "../x", "محادثة", "a" * 201, "-x", "a/b"])
def test_an_id_that_can_name_none_is_refused(store: ConversationStore, bad: str) -> None:
    with pytest.raises(InputError, match="id"):
        store.create("", bad)
    with pytest.raises(InputError, match="id"):
        store.history(bad)


def test_two_conversations_cannot_have_one_id(store: ConversationStore) -> None:
    store.create("", "slack:C1:1718.5")
    with pytest.raises(InputError, match="already"):
        store.create("", "slack:C1:1718.5")


def test_a_deleted_conversation_is_not_brought_back_by_a_late_answer(store: ConversationStore) -> None:
    begun = store.create()
    store.delete(begun.id)
    assert not store.add(begun.id, "q?", "q?", ANSWER)
    assert store.turns(begun.id) is None


def test_a_conversation_expires_after_its_last_turn(place: Place) -> None:
    with ConversationStore(place, days=30) as store:
        store.add("old", "q?", "q?", ANSWER, create=True)
        store.add("new", "q?", "q?", ANSWER, create=True)
        assert (store.get("old").expires or "") > store.get("old").updated
        run(store, "update conversations set updated = '2020-01-01T00:00:00.000+00:00' where id = 'old'")
        assert store.history("old") is None
        assert not store.add("old", "q?", "q?", ANSWER)
        assert [one.id for one in store.recent()[0]] == ["new"]
        assert store.add("old", "again?", "again?", ANSWER, create=True)
        assert [turn["question"] for turn in store.turns("old") or []] == ["again?"]


def test_without_days_nothing_expires(place: Place) -> None:
    with ConversationStore(place, days=0) as store:
        store.add("old", "q?", "q?", ANSWER, create=True)
        run(store, "update conversations set updated = '2020-01-01T00:00:00.000+00:00'")
        assert store.get("old").expires is None
        assert len(store.history("old") or []) == 1


def test_many_threads_begin_and_continue_one_conversation(store: ConversationStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda number: store.add("c", f"q{number}?", "q?", ANSWER, create=True), range(40)))
    assert all(done)
    assert {turn["question"] for turn in store.turns("c") or []} == {f"q{number}?" for number in range(40)}


def test_what_was_acknowledged_survives_a_killed_process(place: Place) -> None:
    program = (
        "import os, sys\nfrom pathlib import Path\nfrom index.database import Place, read_address\n"
        "from qa.conversation.store import ConversationStore\n"
        "address = read_address(sys.argv[2]) if sys.argv[2] else None\n"
        "store = ConversationStore(Place(Path(sys.argv[1]), address))\n"
        "for number in range(5):\n"
        "    store.add('c', f'q{number}?', 'q?', {'answer': 'a'}, create=True)\n"
        "    print(number, flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    address = "" if place.database is None else shown(place)
    done = subprocess.run([sys.executable, "-c", program, place.folder, address], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["0", "1", "2", "3", "4"]
    with ConversationStore(place) as store:
        assert len(store.turns("c") or []) == 5


def test_half_a_character_does_not_lose_the_turn(store: ConversationStore) -> None:
    assert store.add("c", "q?", "q?", {"answer": "half \ud83d"}, create=True)
    assert (store.turns("c") or [])[0]["answer"]["answer"].startswith("half ")


def test_another_kind_of_file_is_told_apart(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("no database " * 100)
    with pytest.raises(ConversationError, match="is not a database"):
        ConversationStore(tmp_path)
