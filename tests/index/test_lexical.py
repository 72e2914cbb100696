"""BM25 by tantivy: is made again when it is missing or damaged, and outlives killed writers. What it finds: test_engines."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from index.derived import Marks, State, read_state, write_state
from index.errors import IndexBusy
from index.lexical import LexicalIndex, Option
from index.store import Store
from tests.index.test_store import put
from tests.samples import DAM, FESTIVAL, ORCHARD


@pytest.fixture
def lexical(tmp_path: Path, store: Store) -> LexicalIndex:
    opened = LexicalIndex(tmp_path / "lexical", store, "owner")
    opened.catch_up()
    return opened


def articles(lexical: LexicalIndex, store: Store, *words: list[Option]) -> list[str]:
    found = lexical.search(words, 10)
    hits = dict(store.hits(list(found)))
    return list(dict.fromkeys(hits[row_id].article_id for row_id in found if row_id in hits))


def test_nothing_new_costs_nothing(lexical: LexicalIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.lexical.write_state", lambda *_: pytest.fail("there was nothing to write"))
    lexical.catch_up()


def test_additions_beyond_the_note_are_not_doubled(
    lexical: LexicalIndex, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    put(store, replace(DAM, id="new", text="قنطرة جديدة فوق الوادي."))
    monkeypatch.setattr("index.lexical.write_state", crash)
    with pytest.raises(KeyboardInterrupt):
        lexical.catch_up()
    monkeypatch.undo()
    again = LexicalIndex(lexical.folder, store, "owner")
    assert again.marks != store.last_marks()
    again.catch_up()
    assert again.documents == store.counts()["passages"]
    assert again.marks == store.last_marks()


def remove_segment(folder: Path) -> None:
    next(folder.glob("*.term")).unlink()


def cut_segment(folder: Path) -> None:
    path = next(folder.glob("*.store"))
    cut = path.with_suffix(".cut")  # put in its place: who cuts a mapped file ends the process that has it mapped
    cut.write_bytes(path.read_bytes()[:20])
    cut.replace(path)


def break_note(folder: Path) -> None:
    (folder / "state.json").write_text('{"owner": "own', encoding="utf-8")


def break_meta(folder: Path) -> None:
    (folder / "meta.json").write_text("{", encoding="utf-8")


def of_another(folder: Path) -> None:
    state = read_state(folder)
    assert state is not None
    write_state(folder, State("another/1", state.marks))


@pytest.mark.parametrize("damage", [shutil.rmtree, remove_segment, cut_segment, break_note, break_meta, of_another])
def test_is_made_again(lexical: LexicalIndex, store: Store, damage: Callable[[Path], None]) -> None:
    damage(lexical.folder)
    again = LexicalIndex(lexical.folder, store, "owner")
    assert (again.documents, again.marks) == (0, Marks())
    again.catch_up()
    assert again.documents == store.counts()["passages"]
    assert articles(again, store, [Option("bridg")]) == ["bridge"]


def test_folder_taken_away_under_an_open_index(lexical: LexicalIndex, store: Store) -> None:
    shutil.rmtree(lexical.folder)
    assert articles(lexical, store, [Option("bridg")]) == ["bridge"], "what is open goes on"
    put(store, replace(FESTIVAL, id="second"))
    lexical.catch_up()
    assert lexical.documents == store.counts()["passages"]


def test_busy_is_said(lexical: LexicalIndex, store: Store) -> None:
    import tantivy

    holder = tantivy.Index.open(str(lexical.folder)).writer(heap_size=20_000_000, num_threads=1)
    put(store, replace(ORCHARD, id="second"))
    with pytest.raises(IndexBusy, match="another process is writing"):
        lexical.catch_up()
    holder.wait_merging_threads()
    lexical.catch_up()
    assert lexical.marks == store.last_marks()


def test_deletions_that_a_killed_writer_left_are_no_obstacle(tmp_path: Path, lexical: LexicalIndex, store: Store) -> None:
    before = tmp_path / "before"
    shutil.copytree(lexical.folder, before)
    with store.write() as writing:
        writing.drop(["bridge"])
    lexical.catch_up()
    left = {path.name for path in lexical.folder.glob("*.del")} - {path.name for path in before.glob("*.del")}
    assert left
    # As after a kill -9 between the writing of the deletions and the commit: the file is there, and tantivy has noted it.
    managed = before / ".managed.json"
    managed.write_text(json.dumps([*json.loads(managed.read_text("utf-8")), *left]), "utf-8")
    for name in left:
        shutil.copy(lexical.folder / name, before / name)
    again = LexicalIndex(before, store, "owner")
    again.catch_up()
    assert articles(again, store, [Option("bridg")]) == []


def test_made_anew_beside_what_is_searched(lexical: LexicalIndex, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = LexicalIndex(lexical.folder, store, "owner")
    with store.write() as writing:
        writing.drop(["dam"])
    lexical.catch_up()
    assert lexical.gone_share > 0
    write, seen = LexicalIndex._write, []

    def watched(self: LexicalIndex, *arguments: object) -> None:
        write(self, *arguments)
        for one in (reader, LexicalIndex(lexical.folder, store, "owner")):
            one.reload()
            seen.append((articles(one, store, [Option("bridg")]), articles(one, store, [Option("سد")])))

    monkeypatch.setattr(LexicalIndex, "_write", watched)
    lexical.catch_up(anew=True)
    assert seen == [(["bridge"], [])] * 2
    assert lexical.gone_share == 0
    assert lexical.documents == store.counts()["passages"]
    assert articles(reader, store, [Option("bridg")]) == ["bridge"], "over files that are gone"
    put(store, replace(FESTIVAL, id="second"))
    lexical.catch_up()
    reader.reload()
    assert reader.documents == store.counts()["passages"]


def test_too_old_for_a_trimmed_log(tmp_path: Path, lexical: LexicalIndex, store: Store) -> None:
    shutil.copytree(lexical.folder, tmp_path / "old")
    with store.write() as writing:
        writing.drop(["dam"])
    with store.write() as writing:
        writing.drop(["bridge"])
    lexical.catch_up()
    store.trim_removals(lexical.marks.removal)
    again = LexicalIndex(tmp_path / "old", store, "owner")
    again.catch_up()
    assert again.documents == store.counts()["passages"]
    assert articles(again, store, [Option("سد")]) == []
