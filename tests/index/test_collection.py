"""One folder, several threads and processes: in step, in turn, and only ever with the encoder it was made with."""

import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from index.article import Article
from index.collection import DATABASE, Collection
from index.errors import EncoderMismatch, IndexBusy, IndexMissing
from index.hits import Filters
from index.indexing import Indexer
from index.opened import StoreError
from index.vectors import Sizes
from tests.samples import (
    ARTICLES,
    BRIDGE,
    CUTTING,
    DAM,
    ORCHARD,
    ToyEncoder,
    by_vector,
    by_words,
    numbered,
    open_collection,
    pseudoword,
)

ROOT = Path(__file__).parents[2]


def add(collection: Collection, *articles: Article) -> None:
    Indexer(collection, CUTTING).add(articles)


def remove(collection: Collection, *ids: str) -> None:
    Indexer(collection, CUTTING).remove(ids)


def check_whole(collection: Collection) -> None:
    """Store, BM25 and vectors hold the same passages."""
    collection.refresh()
    passages = collection.store.counts()["passages"]
    assert (collection.lexical.documents, len(collection.vectors)) == (passages, passages)
    assert collection.lexical.marks == collection.vectors.marks == collection.store.last_marks()


# -- opening -------------------------------------------------------------------------------------------------------------


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="dalil index"):
        Collection(tmp_path / "none", "toy", ToyEncoder, create=False)
    assert not (tmp_path / "none").exists()


def test_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text", encoding="utf-8")
    with pytest.raises(StoreError, match="cannot hold an index"):
        open_collection(tmp_path / "file")


def test_empty_collection_answers_nothing(collection: Collection) -> None:
    collection.refresh()
    assert (by_words(collection, DAM.text), by_vector(collection, DAM.text), collection.languages()) == ([], [], [])


def test_reopened_collection_is_whole(filled: Collection) -> None:
    filled.close()
    again = open_collection(filled.folder)
    check_whole(again)
    for article in ARTICLES:
        assert by_words(again, article.text)[0] == by_vector(again, article.text)[0] == article.id


def test_opening_does_not_load_the_encoder(filled: Collection) -> None:
    def load() -> ToyEncoder:
        pytest.fail("the encoder is not needed for this")

    again = Collection(filled.folder, "toy", load)
    remove(again, "dam")
    again.refresh()
    assert len(again.vectors) == again.store.counts()["passages"]


# -- the encoder ---------------------------------------------------------------------------------------------------------

MISMATCHES: list[tuple[str, ToyEncoder, str]] = [
    ("other", ToyEncoder(), "'toy', but 'other' is set"),
    ("toy query_prefix='q: '", ToyEncoder(), "but \"toy query_prefix='q: '\" is set"),
    ("toy", ToyEncoder("toy-2"), "'toy', but 'toy-2' is set"),
    ("toy", ToyEncoder("wider", 128), "'toy', but 'wider' is set"),
]


@pytest.mark.parametrize(("setting", "encoder", "told"), MISMATCHES)
def test_another_encoder_is_refused_and_changes_nothing(
    filled: Collection, setting: str, encoder: ToyEncoder, told: str
) -> None:
    def use() -> None:
        opened = open_collection(filled.folder, encoder=encoder, setting=setting)
        try:
            add(opened, ORCHARD, numbered(1))
        finally:
            opened.close()

    before = (filled.store.facts(), filled.store.list_articles(0, 99), filled.store.last_marks())
    with pytest.raises(EncoderMismatch, match="was made with the encoder") as raised:
        use()
    assert told in str(raised.value)
    assert "--data" in str(raised.value)
    assert (filled.store.facts(), filled.store.list_articles(0, 99), filled.store.last_marks()) == before
    check_whole(filled)


def test_two_that_opened_the_empty_folder_do_not_mix_encoders(tmp_path: Path) -> None:
    first = open_collection(tmp_path / "data")
    second = open_collection(tmp_path / "data", encoder=ToyEncoder("other", 32), setting="other")
    add(first, DAM)
    with pytest.raises(EncoderMismatch):
        add(second, BRIDGE)
    with pytest.raises(EncoderMismatch):
        second.refresh()
    assert first.store.counts()["articles"] == 1
    check_whole(first)


# -- two at once ---------------------------------------------------------------------------------------------------------


def test_changes_of_one_are_seen_by_the_other_at_once(filled: Collection) -> None:
    other = open_collection(filled.folder)
    check_whole(other)
    add(filled, numbered(1))
    other.refresh()
    assert by_words(other, numbered(1).text) == ["n1"]
    assert by_vector(other, numbered(1).text)[0] == "n1"
    remove(filled, "n1")
    assert by_words(other, numbered(1).text) == [], "also before anything is refreshed"
    assert "n1" not in by_vector(other, numbered(1).text)
    add(other, replace(DAM, text="نص جديد عن القنطرة."))
    filled.refresh()
    assert by_words(filled, "القنطرة") == ["dam"]
    assert by_words(filled, "وادي الزهور") == ["dam"], "the title"
    assert all("الزهور" not in hit.text for hit in filled.store.passages_of([("dam", 0, 99)])["dam"])
    check_whole(filled)
    check_whole(other)


def test_writing_takes_turns(collection: Collection) -> None:
    other = open_collection(collection.folder, wait=0.05)
    with collection.writing(), collection.writing():  # the one who has the turn may take it again
        with pytest.raises(IndexBusy, match="try again"):
            add(other, DAM)
        other.refresh()  # reading goes on
    add(other, DAM)
    assert other.store.counts()["articles"] == 1


def test_turns_among_threads(collection: Collection) -> None:
    inside, most, errors = [0], [0], list[BaseException]()

    def write(number: int) -> None:
        try:
            with collection.writing():
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                add(collection, numbered(number))
                inside[0] -= 1
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (errors, most[0], collection.store.counts()["articles"]) == ([], 1, 6)
    check_whole(collection)


def test_threads_search_while_one_indexes(filled: Collection) -> None:
    done, errors, searches = threading.Event(), list[BaseException](), [0]

    def search() -> None:
        try:
            while not done.is_set() or searches[0] < 20:
                filled.refresh()
                assert by_words(filled, DAM.text)[0] == "dam"
                assert by_vector(filled, BRIDGE.text)[0] == "bridge"
                searches[0] += 1
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    for start in range(0, 60, 10):
        add(filled, *(numbered(number) for number in range(start, start + 10)))
    remove(filled, *(f"n{number}" for number in range(0, 60, 2)))
    done.set()
    for thread in threads:
        thread.join()
    assert errors == []
    check_whole(filled)
    assert filled.store.counts()["articles"] == 34


READER = """
import json, sys
from pathlib import Path
from tests.samples import *
collection = open_collection(Path(sys.argv[1]))
answered, highest = 0, 0
for line in sys.stdin:
    collection.refresh()
    found = [by_words(collection, DAM.text)[:1], by_vector(collection, DAM.text)[:1]]
    asked = [by_words(collection, word) for word in line.split()]
    print(json.dumps([found, asked, collection.store.counts()["articles"]]), flush=True)
"""


def test_another_process_reads_while_this_one_indexes(filled: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked after every batch, in the middle of a run: it answers, and sees what is there without reopening."""
    monkeypatch.setattr("index.indexing._BATCH", 128)
    command = [sys.executable, "-c", READER, str(filled.folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as reader:
        assert reader.stdin is not None
        assert reader.stdout is not None

        def ask(*words: str) -> tuple[list[list[str]], list[list[str]], int]:
            assert reader.stdin is not None
            assert reader.stdout is not None
            print(*words, file=reader.stdin, flush=True)
            best, found, count = json.loads(reader.stdout.readline())
            return best, found, count

        counts = []

        def progress(done: int, total: int | None, what: str) -> None:
            best, _, count = ask()
            assert best == [["dam"], ["dam"]]
            counts.append(count)

        Indexer(filled, CUTTING).add((numbered(number) for number in range(300)), progress)
        assert counts == [132, 260, 304]
        assert ask(pseudoword(7), pseudoword(299)) == ([["dam"], ["dam"]], [["n7"], ["n299"]], 304)
        remove(filled, "n7")
        add(filled, numbered(299, version=1))
        _, found, count = ask(pseudoword(7), pseudoword(299), pseudoword(299, 1))
        assert (found, count) == ([[], [], ["n299"]], 303)
        reader.stdin.close()
        assert reader.wait() == 0


CREATOR = """
import sys
from pathlib import Path
from index.indexing import Indexer
from tests.samples import *
print("ready", flush=True)
sys.stdin.readline()
collection = open_collection(Path(sys.argv[1]), wait=60)
Indexer(collection, CUTTING).add([numbered(int(sys.argv[2]))])
"""


def test_processes_create_one_collection_together(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", CREATOR, str(folder), str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for number in range(3)
    ]
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    told = [process.communicate("go\n") for process in started]
    assert [process.returncode for process in started] == [0, 0, 0], told
    collection = open_collection(folder)
    assert collection.store.counts()["articles"] == 3
    check_whole(collection)


# -- repairs -------------------------------------------------------------------------------------------------------------


def damage_lexical(folder: Path) -> None:
    for path in (folder / "lexical").glob("*.idx"):
        path.unlink()  # another file: cutting one that this process has mapped would end it
        path.write_bytes(b"")


def take(name: str) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        shutil.rmtree(folder / name)

    damage.__name__ = f"without_{name}"
    return damage


@pytest.mark.parametrize("damage", [take("lexical"), take("vectors"), damage_lexical])
def test_repaired_on_the_first_question(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    folder, sizes = tmp_path / "data", Sizes(unsaved=0)
    first = open_collection(folder, sizes)
    add(first, *ARTICLES)
    first.close()
    damage(folder)
    again = open_collection(folder, sizes)
    check_whole(again)
    assert by_words(again, DAM.text)[0] == by_vector(again, DAM.text)[0] == "dam"
    assert (folder / "lexical" / "state.json").exists()
    assert (folder / "vectors" / "state.json").exists(), "repaired for good, not for this process only"


def test_database_lost_but_not_its_indexes(filled: Collection) -> None:
    filled.close()
    for path in filled.folder.glob(f"{DATABASE}*"):
        path.unlink()
    again = open_collection(filled.folder)
    add(again, BRIDGE)
    check_whole(again)
    assert by_words(again, DAM.text + BRIDGE.text) == ["bridge"]


def copy_database(collection: Collection, to: Path) -> None:
    """A backup as SQLite makes it, while the collection is open."""
    with collection.store._database.engine.connect() as connection:
        connection.exec_driver_sql("VACUUM INTO ?", (str(to),))


@pytest.mark.parametrize("sizes", [Sizes(unsaved=0), Sizes()])
def test_older_database_put_back(tmp_path: Path, sizes: Sizes) -> None:
    """Its passage ids are given to other passages than before: the indexes must not mix the two."""
    folder = tmp_path / "data"
    first = open_collection(folder, sizes)
    add(first, *ARTICLES)
    copy_database(first, tmp_path / "backup.db")
    add(first, *(numbered(number) for number in range(20)))
    first.close()
    for path in folder.glob(f"{DATABASE}*"):
        path.unlink()
    shutil.copy(tmp_path / "backup.db", folder / DATABASE)

    writer = open_collection(folder, sizes)
    with writer.writing(), writer.store.write():  # killed before anything derived has followed
        pass
    writer.close()
    again = open_collection(folder, sizes)
    add(again, *(numbered(number) for number in range(100, 130)))
    check_whole(again)
    assert by_words(again, numbered(5).text) == []
    assert by_words(again, numbered(105).text) == ["n105"]
    assert by_vector(again, numbered(105).text)[0] == "n105"
    assert by_words(again, DAM.text)[0] == "dam"


def test_older_indexes_put_back(filled: Collection, tmp_path: Path) -> None:
    shutil.copytree(filled.folder / "lexical", tmp_path / "old")
    add(filled, numbered(1))
    remove(filled, "dam")
    filled.close()
    shutil.rmtree(filled.folder / "lexical")
    shutil.copytree(tmp_path / "old", filled.folder / "lexical")
    again = open_collection(filled.folder)
    check_whole(again)
    assert by_words(again, numbered(1).text) == ["n1"]
    assert "dam" not in by_words(again, DAM.text)


def test_filters_reach_both_indexes(filled: Collection) -> None:
    allowed = filled.store.allowed(Filters(sources=("Lune Gazette",), date_from="2022-01-01"))
    query = filled.encoder.encode_queries([BRIDGE.text])[0]
    for found in (filled.vectors.search(query, 10, allowed), filled.vectors.search(query, 10, allowed[:1])):
        assert {hit.article_id for _, hit in filled.store.hits(list(found))} == {"orchard"}


def test_compacted_while_another_reads(filled: Collection) -> None:
    add(filled, *(numbered(number, words=300) for number in range(60)))
    other = open_collection(filled.folder)
    check_whole(other)
    remove(filled, *(f"n{number}" for number in range(50)))
    other.refresh()
    before = sum(path.stat().st_size for path in filled.folder.rglob("*") if path.is_file())
    filled.compact()
    after = sum(path.stat().st_size for path in filled.folder.rglob("*") if path.is_file())
    assert after < before / 2
    assert filled.gone_shares() == {"BM25": 0.0, "vectors": 0.0}
    with filled.store.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM removals").scalar() in (1, 2), "the last entry stays"
    for collection in (filled, other, open_collection(filled.folder)):
        check_whole(collection)
        assert by_words(collection, numbered(7, words=300).text) == []
        assert by_words(collection, numbered(55, words=300).text)[0] == "n55"
        assert by_vector(collection, DAM.text)[0] == "dam"
    add(other, numbered(100))
    check_whole(filled)


def test_nobody_waits_for_a_long_repair(filled: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    repairing, go_on = threading.Event(), threading.Event()

    def slow(self: Collection) -> bool:
        repairing.set()
        return go_on.wait(20)

    filled.close()
    shutil.rmtree(filled.folder / "lexical")
    again = open_collection(filled.folder, wait=1)
    monkeypatch.setattr(Collection, "_repair", slow)
    first = threading.Thread(target=again.refresh)
    first.start()
    assert repairing.wait(20)
    again.refresh()
    assert by_vector(again, DAM.text)[0] == "dam"
    go_on.set()
    first.join()
