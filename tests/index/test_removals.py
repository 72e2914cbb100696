"""The log of removals: trimmed once it was followed, never so that ids are given again or old marks go unnoticed."""

from dataclasses import replace
from pathlib import Path

import pytest

from index.removals import LogTrimmed
from index.store import Store
from tests.index.test_store import passage_ids, put
from tests.samples import BRIDGE, DAM


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Ten articles, all of them out again but the fourth."""
    store = Store(tmp_path / "dalil.db")
    put(store, *(replace(DAM, id=f"a{number}") for number in range(10)))
    with store.write() as writing:
        writing.drop([f"a{number}" for number in range(10) if number != 3])
    return store


def test_trimmed_up_to_a_mark(store: Store) -> None:
    whole, end = store.removed_after(0)
    middle = end // 2
    assert store.trim_removals(middle) == middle - (max(whole) in whole[:middle])
    assert store.removed_after(middle) == (whole[middle:], end)
    assert store.removed_after(end) == ([], end)
    for mark in (0, 1, middle - 1):
        with pytest.raises(LogTrimmed):
            store.removed_after(mark)
    assert store.trim_removals(middle) == 0, "a second time there is nothing to do"


def test_marks_stay_and_ids_are_not_given_again(store: Store) -> None:
    before, given = store.last_marks(), passage_ids(store)
    removed = store.removed_after(0)[0]
    store.trim_removals(before.removal)
    assert store.last_marks() == before
    put(store, BRIDGE)
    assert min(set(passage_ids(store)) - set(given)) > max(removed)
    with store.write() as writing:
        writing.drop(["bridge"])
    assert store.last_marks().removal > before.removal
    assert store.removed_after(before.removal)[0]


def test_few_entries_are_not_worth_it(store: Store) -> None:
    end = store.last_marks().removal
    assert store.trim_removals(end, end + 1) == 0
    assert len(store.removed_after(0)[0]) == end


def test_space_is_given_back(tmp_path: Path) -> None:
    store = Store(tmp_path / "dalil.db")
    put(store, *(replace(DAM, id=f"a{number}", url="u" * 20_000) for number in range(100)))
    with store.write() as writing:
        writing.drop([f"a{number}" for number in range(99)])
    store.give_back_space()
    assert (tmp_path / "dalil.db").stat().st_size < 200_000
    assert (tmp_path / "dalil.db-wal").stat().st_size == 0
    assert store.article("a99").id == "a99"
