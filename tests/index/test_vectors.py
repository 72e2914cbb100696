"""Vectors: the kind is chosen by size, every kind finds, forgets and filters, and the saved copy is only ever a shortcut."""

import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import index.vectors
from index.article import Passage
from index.derived import read_state, write_state
from index.neighbours import Kind, Neighbours, share_found
from index.recall import DEPTHS, measure
from index.store import Store
from index.vectors import Sizes, VectorIndex
from index.writing import Record
from tests.samples import DAM

DIMENSIONS = 16
RANDOM = np.random.default_rng(7)
POOL = RANDOM.normal(size=(400, DIMENSIONS)).astype(np.float32)
POOL /= np.linalg.norm(POOL, axis=1, keepdims=True)
SIZES = {
    "exact": Sizes(exact=1000, unsaved=0),
    "hnsw": Sizes(exact=10, graph=1000, unsaved=0),
    "ivf": Sizes(exact=10, graph=20, unsaved=0),
}


def put(store: Store, *numbers: int) -> None:
    """One article of one passage for each number, with that vector of the pool."""
    records = []
    for number in numbers:
        passage = Passage(f"v{number}", 0, 0, 4, "نص .")
        records.append(Record(replace(DAM, id=f"v{number}"), "d", (), [passage], POOL[number : number + 1]))
    with store.write() as writing:
        writing.put(records)


def drop(store: Store, *numbers: int) -> None:
    with store.write() as writing:
        writing.drop([f"v{number}" for number in numbers])


def rows(store: Store) -> dict[int, int]:
    """Row id of each stored number's passage."""
    return {int(hit.article_id[1:]): row_id for row_id, hit in store.hits(store.vector_ids().tolist())}


def settle(vectors: VectorIndex) -> VectorIndex:
    """As a process with the turn to write does after every change."""
    vectors.catch_up()
    vectors.save()
    return vectors


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "dalil.db")
    put(store, *range(300))
    return store


@pytest.fixture(params=list(SIZES))
def kind(request: pytest.FixtureRequest) -> Kind:
    return request.param


@pytest.fixture
def vectors(tmp_path: Path, store: Store, kind: Kind) -> VectorIndex:
    opened = settle(VectorIndex(tmp_path / "vectors", store, "owner", DIMENSIONS, SIZES[kind]))
    assert opened.kind == kind
    return opened


def reopened(vectors: VectorIndex, store: Store, sizes: Sizes | None = None) -> VectorIndex:
    return VectorIndex(vectors.folder, store, "owner", DIMENSIONS, sizes or vectors._sizes)


def check_finds(vectors: VectorIndex, store: Store) -> None:
    """Every stored vector finds itself first, with its own score, and most true neighbours with it."""
    here = rows(store)
    ids, block = store.vectors_of(list(here.values()))
    exact = np.argsort(-(POOL[list(here)] @ block.T), kind="stable")[:, :5]
    agreement = []
    for (number, row_id), order in zip(here.items(), exact, strict=True):
        query = POOL[number]
        found = vectors.search(query, 5)
        assert next(iter(found)) == row_id
        assert found[row_id] == pytest.approx(1.0, abs=2e-3)
        assert list(found.values()) == sorted(found.values(), reverse=True)
        assert set(found) <= set(here.values())
        agreement.append(len(set(found) & {ids[at] for at in order}) / len(order))
    assert np.mean(agreement) > (0.999 if vectors.kind != "ivf" else 0.5)
    assert len(vectors) == len(here)


def test_finds(vectors: VectorIndex, store: Store) -> None:
    check_finds(vectors, store)


def test_removed_are_gone_and_added_are_found(vectors: VectorIndex, store: Store) -> None:
    drop(store, *range(0, 60, 2))
    put(store, *range(300, 330), 1, 3)  # 1 and 3 again: new passages of changed articles
    settle(vectors)
    check_finds(vectors, store)
    check_finds(reopened(vectors, store), store)


def test_removed_are_gone_before_anything_is_saved(vectors: VectorIndex, store: Store) -> None:
    gone = rows(store)[5]
    drop(store, 5)
    vectors.catch_up()
    assert gone not in vectors.search(POOL[5], 300)
    assert gone not in vectors.score(POOL[5], [gone])
    assert gone not in reopened(vectors, store).search(POOL[5], 300)


@pytest.mark.parametrize("one_by_one", [0, 10_000])
@pytest.mark.parametrize("share", [1, 7, 150, 300])
def test_only_allowed(vectors: VectorIndex, store: Store, share: int, one_by_one: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index.vectors, "_SCORED_ONE_BY_ONE", one_by_one)
    drop(store, 299)
    vectors.catch_up()
    here = rows(store)
    allowed = np.array(sorted(RANDOM.choice(list(here.values()), min(share, len(here)), replace=False)), dtype=np.int64)
    inside = [number for number, row_id in here.items() if row_id in allowed]
    for number in inside[:20]:
        found = vectors.search(POOL[number], 5, allowed)
        assert next(iter(found)) == here[number]
        assert set(found) <= set(allowed.tolist())
        assert len(found) == min(5, len(allowed)) or vectors.kind == "ivf"
    assert vectors.search(POOL[0], 5, np.array([], dtype=np.int64)) == {}


def test_scores_are_the_stored_ones(vectors: VectorIndex, store: Store) -> None:
    some = list(rows(store).values())[:50]
    _, block = store.vectors_of(some)
    assert vectors.score(POOL[0], some) == pytest.approx(dict(zip(some, (block @ POOL[0]).tolist(), strict=True)), abs=1e-6)
    found = vectors.search(POOL[0], 5)
    assert vectors.score(POOL[0], list(found)) == pytest.approx(found, abs=1e-5)


def test_more_wanted_than_there_are(vectors: VectorIndex) -> None:
    found = vectors.search(POOL[0], 10_000)
    assert len(found) == 300 or vectors.kind == "ivf"


def test_saved_copy_is_read(vectors: VectorIndex, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Store, "vectors_after", lambda *_, **__: iter(()))  # so that the store cannot help
    check_finds(reopened(vectors, store), store)


def named_files(folder: Path) -> set[str]:
    state = read_state(folder)
    assert state is not None
    return {mark.name for mark in state.files.values()} | {"state.json"}


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def change_a_byte(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def change_owner(path: Path) -> None:
    state = read_state(path.parent)
    assert state is not None
    write_state(path.parent, replace(state, owner="another/16"))


def change_kind(path: Path) -> None:
    state = read_state(path.parent)
    assert state is not None
    write_state(path.parent, replace(state, kind="hnsw", covered=7))


def no_folder(path: Path) -> None:
    shutil.rmtree(path.parent)


def no_note(path: Path) -> None:
    (path.parent / "state.json").unlink()


@pytest.mark.parametrize("damage", [Path.unlink, cut, change_a_byte, change_owner, change_kind, no_folder, no_note])
def test_damaged_copy_is_made_again(vectors: VectorIndex, store: Store, damage: Callable[[Path], None]) -> None:
    saved = read_state(vectors.folder)
    assert saved is not None
    damage(vectors.folder / saved.files["vectors"].name)
    again = reopened(vectors, store)
    assert again.lags
    settle(again)
    assert not again.lags
    check_finds(reopened(vectors, store), store)
    assert {path.name for path in vectors.folder.iterdir()} == named_files(vectors.folder), "old and half-written ones are gone"


def test_copy_is_not_saved_for_a_few_changes(tmp_path: Path, store: Store) -> None:
    sizes = Sizes(unsaved=250)
    vectors = settle(VectorIndex(tmp_path / "vectors", store, "owner", DIMENSIONS, sizes))
    first = read_state(vectors.folder)
    put(store, *range(300, 350))
    drop(store, 0)
    settle(vectors)
    assert read_state(vectors.folder) == first
    check_finds(reopened(vectors, store), store)


def test_rows_are_added_not_written_again(vectors: VectorIndex, store: Store) -> None:
    first = read_state(vectors.folder)
    put(store, *range(300, 330))
    settle(vectors)
    second = read_state(vectors.folder)
    assert first is not None
    assert second is not None
    assert second.files["vectors"].name == first.files["vectors"].name
    assert second.files["vectors"].size == 330 * DIMENSIONS * 2
    assert second.covered == (0 if vectors.kind == "exact" else 330)


def test_what_a_killed_writer_left_behind_the_rows_is_written_over(vectors: VectorIndex, store: Store) -> None:
    state = read_state(vectors.folder)
    assert state is not None
    for role in ("ids", "vectors"):
        with (vectors.folder / state.files[role].name).open("ab") as file:
            file.write(b"\xff" * 1000)
    again = reopened(vectors, store)
    check_finds(again, store)
    put(store, *range(300, 320))
    settle(again)
    check_finds(again, store)
    check_finds(reopened(vectors, store), store)


def test_compaction_leaves_only_what_is_there_while_others_search(vectors: VectorIndex, store: Store) -> None:
    drop(store, *range(30))
    settle(vectors)
    reader = reopened(vectors, store)
    assert vectors.gone_share == pytest.approx(0.1)
    vectors.save(anew=True)
    assert vectors.gone_share == 0
    state = read_state(vectors.folder)
    assert state is not None
    assert state.files["ids"].size == 270 * 8
    assert {path.name for path in vectors.folder.iterdir()} == named_files(vectors.folder)
    check_finds(reader, store)  # over files that no longer have a name
    reader.catch_up()
    assert reader.gone_share == 0
    check_finds(reader, store)
    vectors.save(anew=True)
    assert read_state(vectors.folder) == state, "nothing is gone: nothing to do"


def test_large_files_are_read_whole_only_where_they_were_written_to(
    vectors: VectorIndex, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.derived._CHECKED_WHOLE", 0)
    state = read_state(vectors.folder)
    assert state is not None
    path = vectors.folder / state.files["vectors"].name
    vectors.check_files()
    change_a_byte(path)
    assert reopened(vectors, store).lags, "written to: read whole, and found out"
    os.utime(path, ns=(state.files["vectors"].changed, state.files["vectors"].changed))
    assert not reopened(vectors, store).lags
    with pytest.raises(ValueError, match="checksum"):
        vectors.check_files()


def test_searching_goes_on_while_another_kind_is_built(tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = settle(VectorIndex(tmp_path / "vectors", store, "owner", DIMENSIONS, SIZES["exact"]))
    writer = reopened(vectors, store, SIZES["ivf"])
    build, asked = Neighbours.build, []

    def slow(*arguments: object) -> Neighbours:
        with ThreadPoolExecutor() as pool:  # would hang if searching or following waited for the build
            for index in (writer, vectors):
                pool.submit(index.catch_up).result(10)
                asked.append(pool.submit(index.search, POOL[7], 1).result(10))
        return build(*arguments)

    monkeypatch.setattr(Neighbours, "build", slow)
    writer.save()
    assert [list(found) for found in asked] == [[rows(store)[7]]] * 2
    assert (writer.kind, vectors.kind) == ("ivf", "exact")
    vectors.catch_up()
    assert vectors.kind == "ivf"


def test_follows_a_large_store_step_by_step(tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index.vectors, "_AT_ONCE", 100)
    monkeypatch.setattr(index.vectors, "_BLOCK", 50)
    drop(store, 250, 299)
    vectors = VectorIndex(tmp_path / "vectors", store, "owner", DIMENSIONS)
    sizes = [len(vectors)]
    while vectors.marks != store.last_marks():
        vectors.catch_up()
        sizes.append(len(vectors))
    assert sizes == [100, 200, 298]
    check_finds(vectors, store)


def test_old_files_put_back_after_the_log_was_trimmed_serve_nothing_gone(
    tmp_path: Path, vectors: VectorIndex, store: Store
) -> None:
    shutil.copytree(vectors.folder, tmp_path / "old")
    idle = reopened(vectors, store)
    gone = [rows(store)[number] for number in range(20)]
    drop(store, *range(20))
    settle(vectors)
    assert store.trim_removals(vectors.saved.removal) >= 18  # the last and the highest stay
    idle.catch_up()  # takes over what was saved: its own mark is too old
    shutil.rmtree(vectors.folder)
    shutil.copytree(tmp_path / "old", vectors.folder)
    for one in (idle, reopened(vectors, store)):
        assert not set(one.search(POOL[3], 300)) & set(gone)
        assert one.score(POOL[3], gone) == {}
        check_finds(settle(one), store)


def test_recall_is_measured_against_an_exact_search(vectors: VectorIndex, store: Store) -> None:
    drop(store, 0, 1)
    put(store, 300)  # not saved yet
    vectors.catch_up()
    found = measure(vectors, 60)
    assert (found.kind, found.passages) == (vectors.kind, 299)
    assert [len(found.shares[depth]) for depth in DEPTHS] == [60, 60]
    here = rows(store)
    ids, block = np.array(list(here.values())), POOL[list(here)]
    by_hand = []
    for number in list(here)[:60]:
        nearest = ids[np.argsort(-(block @ POOL[number]))[1:11]]
        by_hand.append(len(set(nearest.tolist()) & set(list(vectors.search(POOL[number], 101))[1:11])) / 10)
    if vectors.kind == "exact":
        assert found.shares[10] == [1.0] * 60
    assert np.mean(found.shares[10]) == pytest.approx(np.mean(by_hand), abs=0.1)


def test_recall_tells_a_bad_index(vectors: VectorIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    search = VectorIndex.search
    monkeypatch.setattr(VectorIndex, "search", lambda self, query, k: dict(list(search(self, query, k).items())[::2]))
    shares = measure(vectors, 50).shares
    assert 0.1 < np.mean(shares[100]) < 0.55  # lists miss some of these vectors, which have no order, by themselves


def test_recall_of_nothing(tmp_path: Path) -> None:
    empty = VectorIndex(tmp_path / "vectors", Store(tmp_path / "dalil.db"), "owner", DIMENSIONS)
    assert measure(empty).shares == {10: [], 100: []}


def test_lists_are_tuned_until_they_find_nearly_all() -> None:
    built = Neighbours.build("ivf", POOL.astype(np.float16))
    assert built.effort >= 8
    low = [share_found(built.search(query, 50)[0], np.sort(POOL @ query)[::-1][:50]) for query in POOL[:50]]
    built.effort = 1
    lower = [share_found(built.search(query, 50)[0], np.sort(POOL @ query)[::-1][:50]) for query in POOL[:50]]
    assert np.mean(lower) < np.mean(low)


GROWTH: list[tuple[int, Kind]] = [(10, "exact"), (50, "hnsw"), (200, "hnsw"), (201, "ivf"), (300, "ivf")]


def test_switches_as_it_grows_and_back_when_much_smaller(tmp_path: Path) -> None:
    store, sizes = Store(tmp_path / "dalil.db"), Sizes(exact=20, graph=200, unsaved=0)
    vectors = VectorIndex(tmp_path / "vectors", store, "owner", DIMENSIONS, sizes)
    reader = reopened(vectors, store)
    assert vectors.search(POOL[0], 5) == {}
    there = 0
    for count, kind in GROWTH:
        put(store, *range(there, count))
        there = count
        settle(vectors)
        assert vectors.kind == kind
        check_finds(vectors, store)
        reader.catch_up()
        assert reader.kind == kind, "another process takes over what the writer made"
        check_finds(reader, store)
    for count, kind in [(150, "ivf"), (90, "hnsw"), (15, "hnsw"), (9, "exact"), (0, "exact")]:
        drop(store, *range(count, there))
        there = count
        settle(vectors)
        assert vectors.kind == kind, f"{count}"
        check_finds(vectors, store) if count else None
    assert vectors.search(POOL[0], 5) == {}


def test_stale_graph_is_made_again(tmp_path: Path, store: Store) -> None:
    vectors = settle(VectorIndex(tmp_path / "vectors", store, "owner", DIMENSIONS, SIZES["hnsw"]))
    drop(store, *range(30))
    settle(vectors)
    assert vectors._view.gone_share == pytest.approx(0.1)
    drop(store, *range(30, 70))
    settle(vectors)
    assert vectors._view.gone_share == 0
    check_finds(vectors, store)


def test_sizes_at_their_borders() -> None:
    sizes = Sizes(exact=10, graph=100)
    assert [sizes.kind(count) for count in (0, 10, 11, 100, 101)] == ["exact", "exact", "hnsw", "hnsw", "ivf"]
    assert [sizes.next_kind("hnsw", count) for count in (5, 6, 100, 101)] == ["exact", "hnsw", "hnsw", "ivf"]
    assert [sizes.next_kind("ivf", count) for count in (5, 50, 51, 500)] == ["exact", "hnsw", "ivf", "ivf"]
