"""Nearest passages: the vectors of the store as mapped files, and FAISS over them: exact while small, a graph or lists by size.

Derived from the vectors in the store. Rows once saved stay where they are and are followed by others; a graph or lists know the
first of them (`covered`), the rest is compared one by one, and so is what this process has read from the store since. Whoever
has the turn to write saves, builds and changes kind, beside what others search; they take over what its note names.
"""

import logging
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from index.derived import NOTHING, Marks, State, read_state, write_state
from index.neighbours import Kind, Neighbours, dot
from index.opened import StoreError
from index.removals import LogTrimmed
from index.rows import Growing, Rows, write_once
from index.store import Store
from index.view import View

_SCORED_ONE_BY_ONE = 20_000
_AT_ONCE = 50_000
_BLOCK = 20_000
_ORDER: tuple[Kind, ...] = ("exact", "hnsw", "ivf")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sizes:
    """Up to how many passages the search is exact, and up to how many a graph serves; lists above."""

    exact: int = 50_000
    graph: int = 200_000
    # Rows are written anew when more than this share of them is gone.
    stale: float = 0.2
    # So many changes may be held in memory only: whoever opens the index reads them from the store.
    unsaved: int = 1_000
    # A graph or lists may lag behind the saved rows by four times that, or by this share of all.
    uncovered: float = 0.02

    def kind(self, count: int) -> Kind:
        """The kind of index for so many passages."""
        return "exact" if count <= self.exact else "hnsw" if count <= self.graph else "ivf"

    def next_kind(self, kind: Kind, count: int) -> Kind:
        """The kind to have, given the kind that is there: smaller ones return late, so that nothing flips at a border."""
        wanted = self.kind(count)
        return wanted if _ORDER.index(wanted) > _ORDER.index(kind) else min(kind, self.kind(2 * count), key=_ORDER.index)


class VectorIndex:
    """FAISS over the vectors of `store`, with its files in `folder`. Searching waits for nobody."""

    def __init__(self, folder: Path, store: Store, owner: str, dimensions: int, sizes: Sizes | None = None) -> None:
        """Map what is saved (where it is missing or damaged, the vectors of the store count) and follow the store."""
        self.folder = folder
        self.dimensions = dimensions
        self._sizes = sizes or Sizes()
        self._store = store
        self._owner = f"{owner}/{dimensions}"
        self._following = threading.Lock()
        self._view = View.empty(dimensions)
        self._unusable: State | None = None
        self._damage = ""
        self.catch_up()

    @property
    def kind(self) -> Kind:
        """How it searches: exact, by a graph (hnsw) or by lists (ivf)."""
        return self._view.kind

    @property
    def marks(self) -> Marks:
        """How far it has followed the store."""
        return self._view.marks

    @property
    def saved(self) -> Marks:
        """How far whoever opens the files finds the store followed."""
        return self._view.state.marks if self._view.state is not None else NOTHING

    def __len__(self) -> int:
        return len(self._view)

    @property
    def gone_share(self) -> float:
        """How much of the saved rows is gone and only left out of results."""
        return self._view.gone_share

    @property
    def lags(self) -> bool:
        """Whether too much is not saved, or another kind is due: `save` then has something to do."""
        view = self._view
        return view.changes > self._sizes.unsaved or view.gone_share > self._sizes.stale or self._due(view)

    def _due(self, view: View) -> bool:
        """Whether another kind is due, or the graph or the lists know too little of the rows."""
        state = view.state
        if state is None:
            return self._sizes.kind(len(view)) != "exact"
        if self._sizes.next_kind(view.kind, len(view)) != view.kind:
            return True
        return view.kind != "exact" and len(view.rows) - state.covered > self._allowed_lag(len(view.rows))

    def _allowed_lag(self, count: int) -> int:
        return max(4 * self._sizes.unsaved, int(self._sizes.uncovered * count))

    # -- following the store ---------------------------------------------------------------------------------------------

    def catch_up(self) -> None:
        """Follow the store: add what is new, forget what is gone; take over what another process saved.

        At most some ten thousand vectors at a time are read from the store: what is beyond comes with the next call.
        """
        with self._following:
            self._view = self._follow(self._adopted(self._view))

    def _follow(self, view: View) -> View:
        goal = self._store.last_marks()  # before the vectors are read: those up to there are in the store, or gone from it
        removal = goal.removal
        if view.marks.passage:
            try:
                removed, removal = self._store.removed_after(view.marks.removal)
            except LogTrimmed:
                _log.warning("the vectors in %s are too old to follow the store: they are read from it", self.folder)
                self._unusable = view.state
                view, removed = View.empty(self.dimensions), []
            view = view.without(removed) if removed else view
        ids, vectors, last = [view.ids], [view.vectors], view.marks.passage
        new = 0
        for some, block in self._store.vectors_after(last, _BLOCK):
            ids.append(some)
            vectors.append(block)
            last, new = int(some[-1]), new + len(some)
            if new >= _AT_ONCE:
                break
        else:
            last = max(last, goal.passage)
        view = replace(view, marks=Marks(last, removal), changes=view.changes + new)
        return replace(view, ids=np.concatenate(ids), vectors=np.concatenate(vectors)) if new else view

    def _adopted(self, view: View) -> View:
        """What the note in the folder names, where that is not what `view` shows already."""
        for _ in range(3):
            state = read_state(self.folder)
            if state is None or state.owner != self._owner or state in (view.state, self._unusable):
                return view
            if not state.files:  # of the first versions, which kept them otherwise
                return view
            try:
                return self._open(state)
            except FileNotFoundError as error:
                reason: Exception = error  # a writer has put other files in the place of these: its note is there now
            except (OSError, RuntimeError, ValueError, KeyError) as error:
                reason = error
                break
        self._unusable, self._damage = state, f"the saved vectors cannot be read ({reason})"
        _log.warning("the saved vectors in %s cannot be read (%s): they are read from the store", self.folder, reason)
        return view

    def _open(self, state: State) -> View:
        rows = Rows.mapped(self.folder, state.files["ids"], state.files["vectors"], self.dimensions)
        kept = np.ones(len(rows), bool)
        if (gone := state.files.get("gone")) is not None:
            kept[np.fromfile(gone.check(self.folder), np.int64, gone.size // 8)] = False
        parts = []
        if (near := state.files.get("near")) is not None:
            path, covered = near.check(self.folder), rows.vectors[: state.covered]
            parts.append(Neighbours.read(cast(Kind, state.kind), path, covered))
        if state.covered < len(rows):
            parts.append(Neighbours.exact(rows.vectors[state.covered :]))
        view = View.empty(self.dimensions)
        return replace(view, rows=rows, kept=kept, parts=tuple(parts), marks=state.marks, state=state)

    # -- saving ----------------------------------------------------------------------------------------------------------

    def save(self, *, anew: bool = False) -> None:
        """Where it lags, write what is not saved, and build what is due, while others go on searching what there is.

        With `anew`, all rows are written anew without those that are gone. The caller has the turn to write and has caught up.
        Raises `StoreError` where nothing can be written.
        """
        if not self.lags and not (anew and (self._view.gone_share or self._view.changes)):
            return
        try:
            self._save(anew)
        except (OSError, RuntimeError) as error:  # FAISS tells of a full disk by a `RuntimeError`
            raise StoreError(
                f"the vectors in {self.folder} cannot be written ({error}): its disk may be full or read-only; "
                "what was told to be done is safe"
            ) from error

    def _save(self, anew: bool) -> None:
        view = self._view
        anew = anew or view.state is None or view.gone_share > self._sizes.stale or read_state(self.folder) != view.state
        state = self._write_all() if anew else self._append(view, cast(State, view.state))
        rows = Rows.mapped(self.folder, state.files["ids"], state.files["vectors"], self.dimensions)
        state = self._cover(state, rows, view.kind)
        write_state(self.folder, state)
        with self._following:
            self._view = self._follow(self._adopted(self._view))
            self._damage = ""
        self._clear_away(state)

    def _write_all(self) -> State:
        """A new generation of rows, straight from the store."""
        goal = self._store.last_marks()
        growing = Growing(self.folder)
        for ids, block in self._store.vectors_after(0, _BLOCK):
            growing.add(ids, block)
        return State(self._owner, goal, files=dict(zip(("ids", "vectors"), growing.finish(), strict=True)))

    def _append(self, view: View, state: State) -> State:
        growing = Growing(self.folder, (state.files["ids"], state.files["vectors"]))
        growing.add(view.ids, view.vectors)
        ids, vectors = growing.finish()
        files = state.files | {"ids": ids, "vectors": vectors}
        if len(gone := np.flatnonzero(~view.kept)):
            files["gone"] = write_once(self.folder, "gone", "positions", gone.astype(np.int64).tofile)
        return replace(state, marks=view.marks, files=files)

    def _cover(self, state: State, rows: Rows, before: Kind) -> State:
        """The state with a graph or lists where there are to be some: those it has, those extended, or others."""
        gone = state.files["gone"].size // 8 if "gone" in state.files else 0
        kind = self._sizes.next_kind(before, len(rows) - gone)
        files = {role: mark for role, mark in state.files.items() if role != "near"}
        if kind == "exact":
            return replace(state, kind=kind, files=files, covered=0, trained=0)
        near = state.files.get("near") if kind == state.kind else None
        if near is not None and len(rows) - state.covered <= self._allowed_lag(len(rows)):
            return state
        if near is not None and (kind != "ivf" or len(rows) <= 2 * state.trained):
            known = rows.vectors[: state.covered]
            built, trained = Neighbours.read(kind, near.check(self.folder), known, mapped=False), state.trained
            built.extend(rows.vectors)
        else:
            built, trained = Neighbours.build(kind, rows.vectors), len(rows)
        near = write_once(self.folder, "near", "faiss", built.write)
        return replace(state, kind=kind, files=files | {"near": near}, covered=len(rows), trained=trained)

    def _clear_away(self, state: State) -> None:
        """Files that no note names any more. Whoever has them open keeps them."""
        named = {mark.name for mark in state.files.values()} | {"state.json"}
        for path in self.folder.iterdir():
            if path.name not in named:
                path.unlink(missing_ok=True)

    # -- searching -------------------------------------------------------------------------------------------------------

    def search(self, query: NDArray[np.float32], k: int, allowed: NDArray[np.int64] | None = None) -> dict[int, float]:
        """The `k` passages nearest to `query` (dimensions,), as row id -> inner product; of `allowed` only, if given."""
        view = self._view
        if allowed is not None and len(allowed) <= _SCORED_ONE_BY_ONE:
            return _best(*self._scored(view, query, allowed), k)
        kept, recent = self._chosen(view, allowed)
        ids, scores, start = [view.ids[recent]], [dot(view.vectors[recent], query)], 0
        for part in view.parts:
            end = start + len(part)
            found, positions = part.search(query, k, None if kept is None else kept[start:end])
            ids.append(view.rows.ids[start + positions])
            scores.append(found)
            start = end
        return _best(np.concatenate(ids), np.concatenate(scores), k)

    def _chosen(
        self, view: View, allowed: NDArray[np.int64] | None
    ) -> tuple[NDArray[np.bool_] | None, NDArray[np.bool_] | slice]:
        """Which saved rows may be found (`None` for all), and which of those in memory."""
        if allowed is None:
            return (None if view.kept.all() else view.kept), slice(None)
        kept = np.zeros(len(view.rows), bool)
        kept[view.find(allowed)[1]] = True
        return kept, np.isin(view.ids, allowed)

    def score(self, query: NDArray[np.float32], ids: Sequence[int]) -> dict[int, float]:
        """Inner products of `query` (dimensions,) with these passages; ids that are gone are left out."""
        if not len(ids):
            return {}
        found, scores = self._scored(self._view, query, np.asarray(ids, np.int64))
        return dict(zip(found.tolist(), scores.tolist(), strict=True))

    def _scored(
        self, view: View, query: NDArray[np.float32], ids: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        places, positions = view.find(ids)
        recent = np.isin(view.ids, ids)
        scores = dot(view.rows.vectors[positions], query), dot(view.vectors[recent], query)
        return np.concatenate([ids[places], view.ids[recent]]), np.concatenate(scores)

    def blocks(self) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        """Every vector, in blocks: row ids (n,) and vectors (n, dimensions)."""
        view = self._view
        for start in range(0, len(view.rows), _BLOCK):
            kept = view.kept[start : start + _BLOCK]
            block = view.rows.vectors[start : start + _BLOCK][kept]
            yield view.rows.ids[start : start + _BLOCK][kept], np.asarray(block, np.float32)
        yield view.ids, view.vectors

    def check_files(self) -> None:
        """Read every saved byte. Raises `ValueError` or `OSError` where it is not as noted."""
        if self._damage:
            raise ValueError(self._damage)
        if (state := self._view.state) is not None:
            for mark in state.files.values():
                mark.whole(self.folder)


def _best(ids: NDArray[np.int64], scores: NDArray[np.float32], k: int) -> dict[int, float]:
    order = np.argsort(-scores, kind="stable")[:k]
    return dict(zip(ids[order].tolist(), scores[order].tolist(), strict=True))
