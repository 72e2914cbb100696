"""How a collection in Milvus follows the store: by marks, as FAISS and tantivy do, but once for all processes."""

import threading
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from index.derived import Marks
from index.errors import SearchUnavailable
from index.milvus.client import CollectionGone, Milvus
from index.milvus.notes import Notes, Progress
from index.removals import LogTrimmed
from index.store import Store
from index.writing import parts

_COMMIT_EVERY = 20_000  # passages, so that a run that is killed need not begin anew
_WORTH_SETTLING = 500


class Following(ABC):
    """A collection of rows under the store's row ids. Rows come first, then their note, then what is gone is taken out.

    A crash in between leaves rows beyond the note, which are written again, or rows that the note no longer counts, which
    are taken out again.
    """

    follower: str

    def __init__(self, milvus: Milvus, store: Store, owner: str) -> None:
        self._milvus = milvus
        self._store = store
        self._owner = owner
        store_name = owner.partition("/")[0]
        self.name = f"dalil_{store_name}_{self.follower}"
        self._notes = Notes(milvus, store_name)
        self._progress: Progress | None = None
        self._lock = threading.RLock()
        self.lost = False
        """Whether a search found the collection gone, since it was last looked at."""
        self._read()

    @property
    def marks(self) -> Marks:
        """How far it has followed the store, as of the last look at its note."""
        return self._progress.marks if self._progress else Marks()

    @property
    def saved(self) -> Marks:
        """How far the log of removals is not needed any more."""
        progress = self._progress
        return replace(progress.marks, removal=progress.purged) if progress else Marks()

    @property
    def gone_share(self) -> float:
        """Nothing: what is gone is taken out at once, and Milvus compacts its files by itself."""
        return 0.0

    @property
    def lags(self) -> bool:
        """Whether there is something to follow, or to take out."""
        progress = self._progress
        return self.marks != self._store.last_marks() or (progress is not None and progress.purged != progress.marks.removal)

    def _read(self) -> None:
        """Take over what another process has written; nothing, where the collection is not there or another's."""
        if not self._lock.acquire(blocking=False):
            return  # another thread is at it, perhaps writing: what it writes comes with the next look
        try:
            self._milvus.changed()
            progress = self._notes.read(self.follower)
            if progress is not None and (progress.owner != self._owner or not self._milvus.has(self.name)):
                progress = None
            if progress != self._progress:
                self._load(progress, self._progress)
                self._progress = progress
            self.lost = False
        finally:
            self._lock.release()

    def _follow(self) -> None:
        """Bring it to the store's end. The caller has the turn to write."""
        with self._lock:
            self._read()
            goal = self._store.last_marks()
            if self._progress is None:
                if goal == Marks():
                    return
                self._start_anew()
            try:
                self._bring_to(goal)
            except LogTrimmed:
                self._start_anew()
                self._bring_to(goal)

    def _bring_to(self, goal: Marks) -> None:
        assert self._progress is not None
        self._purge()
        if self._progress.marks != goal:
            self._add(goal)
            self._purge()

    def _add(self, goal: Marks) -> None:
        assert self._progress is not None
        marks = self._progress.marks
        removed, _ = self._store.removed_after(marks.removal)
        for some in parts([row_id for row_id in removed if row_id <= marks.passage]):
            self._uncount(some)
        pending = total = 0
        for ids, rows in self._rows_after(marks.passage):
            self._milvus.upsert(self.name, rows)
            pending, total = pending + len(ids), total + len(ids)
            if pending >= _COMMIT_EVERY:
                self._commit(Marks(ids[-1], goal.removal))
                pending = 0
        self._commit(goal)
        if total >= _WORTH_SETTLING:
            self._milvus.settle(self.name)

    def _commit(self, marks: Marks) -> None:
        assert self._progress is not None
        progress = self._counted(replace(self._progress, marks=marks))
        self._notes.write(self.follower, progress)
        self._progress = progress
        self._committed()
        self._milvus.changed()

    def _purge(self) -> None:
        """Take out the rows of all removals that the note counts."""
        assert self._progress is not None
        last = self._progress.marks.removal
        if self._progress.purged == last:
            return
        later, _ = self._store.removed_after(last)
        going, _ = self._store.removed_after(self._progress.purged)
        for some in parts(going[: len(going) - len(later)]):
            self._milvus.delete(self.name, some)
        self._progress = replace(self._progress, purged=last)
        self._notes.write(self.follower, self._progress)

    def _start_anew(self) -> None:
        self._notes.forget(self.follower)  # first: without it, what a crash leaves here is not read
        self._milvus.drop(self.name)
        self._create()
        self._progress = Progress(self._owner, uuid.uuid4().hex)
        self._load(None, None)

    def _has_something(self) -> bool:
        """Whether there is something to search. Raises `SearchUnavailable` where the store has passages and Milvus none yet."""
        if self._progress is None and self._store.last_marks() != Marks():
            raise SearchUnavailable("the passages are still being put into Milvus: ask again in a moment")
        return self._progress is not None

    def _found(self, *arguments: Any, **search: Any) -> list[dict[str, Any]]:
        """A search of the collection. Raises `SearchUnavailable`; where it is gone, the next refresh makes it again."""
        try:
            return self._milvus.search(self.name, *arguments, **search)
        except CollectionGone:
            self.lost = True
            raise

    @abstractmethod
    def _create(self) -> None:
        """Make the collection."""

    @abstractmethod
    def _rows_after(self, mark: int) -> Iterator[tuple[Sequence[int], list[dict[str, Any]]]]:
        """Row ids and rows for passages of the store after this id, in order and in batches."""

    def _load(self, progress: Progress | None, before: Progress | None) -> None:  # noqa: B027 - for those who need it
        """Read what goes with a note, given the one that was read before."""

    def _uncount(self, ids: list[int]) -> None:  # noqa: B027 - for those who count
        """These passages were counted and are gone from the store."""

    def _counted(self, progress: Progress) -> Progress:
        """The note with what was added and is gone counted in; what goes with it is written."""
        return progress

    def _committed(self) -> None:  # noqa: B027 - for those who count
        """The note is written: what was counted holds."""
