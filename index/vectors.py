"""Nearest passages, by FAISS: exact while small, a graph or lists by size.

Derived from the vectors in the store. Each process keeps its own copy in memory and follows the store by its log; whoever has
the turn to write chooses the kind and saves a copy beside a checksum, so that opening does not read every vector again.
"""

import logging
import threading
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from index.derived import Marks, State, read_state, write_state
from index.neighbours import Kind, Neighbours, lists_for
from index.store import Store

_SCORED_ONE_BY_ONE = 20_000
_SAMPLE_PER_LIST = 40
_UNSAVED_SHARE = 50
_ORDER: tuple[Kind, ...] = ("exact", "hnsw", "ivf")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sizes:
    """Up to how many passages the search is exact, and up to how many a graph serves; lists above."""

    exact: int = 50_000
    graph: int = 1_000_000
    # An HNSW graph cannot forget: it is made again when more than this share of it is gone.
    stale: float = 0.2
    # The saved copy may lag by this many changes, or by a fiftieth of all: reading them on opening is faster than saving all.
    unsaved: int = 1_000

    def kind(self, count: int) -> Kind:
        """The kind of index for so many passages."""
        return "exact" if count <= self.exact else "hnsw" if count <= self.graph else "ivf"

    def next_kind(self, kind: Kind, count: int) -> Kind:
        """The kind to have, given the kind that is there: smaller ones return late, so that nothing flips at a border."""
        wanted = self.kind(count)
        return wanted if _ORDER.index(wanted) > _ORDER.index(kind) else min(kind, self.kind(2 * count), key=_ORDER.index)


class VectorIndex:
    """The FAISS index over the vectors of `store`, with a saved copy in `folder`."""

    def __init__(self, folder: Path, store: Store, owner: str, dimensions: int, sizes: Sizes | None = None) -> None:
        """Read the saved copy (where it is missing or damaged, the vectors of the store) and follow the store to its end."""
        self.folder = folder
        self.dimensions = dimensions
        self._sizes = sizes or Sizes()
        self._store = store
        self._owner = f"{owner}/{dimensions}"
        self._lock = threading.Lock()
        self._held = Neighbours.empty("exact", dimensions)
        self.marks = Marks()
        self._copy: State | None = None
        self._unsaved = 0
        self.catch_up()

    @property
    def kind(self) -> Kind:
        """How it searches: exact, by a graph (hnsw) or by lists (ivf)."""
        return self._held.kind

    def __len__(self) -> int:
        return len(self._held)

    @property
    def lags(self) -> bool:
        """Whether another kind is due, or the saved copy is too far behind: `save` then has something to do."""
        return self._due() is not None or self._unsaved > max(self._sizes.unsaved, len(self) // _UNSAVED_SHARE)

    def _due(self) -> Kind | None:
        wanted = self._sizes.next_kind(self.kind, len(self))
        return wanted if wanted != self.kind or self._held.gone_share > self._sizes.stale else None

    def catch_up(self) -> None:
        """Follow the store: add what is new, forget what is gone; take over a copy that another process made."""
        with self._lock:
            self._adopt()
            self._held, self.marks, changes = self._follow(self._held, self.marks)
            self._unsaved += changes

    def _follow(self, held: Neighbours, marks: Marks) -> tuple[Neighbours, Marks, int]:
        removed, removal = self._store.removed_after(marks.removal)
        last, changes = max(marks.passage, *removed) if removed else marks.passage, len(removed)
        if removed:
            held.remove(removed)
        for ids, block in self._store.vectors_after(marks.passage):
            held.add(ids, block)
            last, changes = max(last, int(ids[-1])), changes + len(ids)
        return held, Marks(last, removal), changes

    def _adopt(self) -> None:
        """Take the saved copy where it is of another kind, or saves reading most vectors from the store."""
        state = read_state(self.folder)
        if state is None or state.owner != self._owner or state == self._copy:
            return
        if len(self) and state.kind == self.kind and self._held.gone_share <= self._sizes.stale:
            return
        held = self._read(state)
        if held is None:
            return
        if held.kind == "hnsw":  # saved with what it has yet to forget
            held.remove(self._store.removed_after(0)[0])
        self._held, self.marks, self._copy, self._unsaved = held, state.marks, state, 0

    def _read(self, state: State) -> Neighbours | None:
        try:
            data = (self.folder / state.file).read_bytes()
            if zlib.crc32(data) != state.checksum:
                raise ValueError("its checksum is wrong")
            return Neighbours.from_bytes(cast(Kind, state.kind), data)
        except (OSError, RuntimeError, ValueError) as error:
            _log.warning("the saved vectors in %s cannot be read (%s): they are read from the store", self.folder, error)
            return None

    def save(self) -> None:
        """Change kind if the size asks for it, and write the copy and its note where the copy lags.

        The caller has the turn to write and has caught up.
        """
        if not self.lags:
            return
        if (kind := self._due()) is not None:
            built, marks, _ = self._follow(self._empty(kind), Marks())
            with self._lock:
                self._held, self.marks = built, marks
        with self._lock:
            data, marks, kind = self._held.to_bytes(), self.marks, self.kind
        state = State(self._owner, marks, f"vectors-{zlib.crc32(data):08x}.faiss", zlib.crc32(data), kind)
        self._write(state, data)
        with self._lock:
            self._copy, self._unsaved = state, 0

    def _empty(self, kind: Kind) -> Neighbours:
        if kind != "ivf":
            return Neighbours.empty(kind, self.dimensions)
        ids = self._store.vector_ids()
        size = min(len(ids), _SAMPLE_PER_LIST * lists_for(len(ids)))
        chosen = np.random.default_rng(0).choice(ids, size, replace=False)
        _, sample = self._store.vectors_of(chosen.tolist())
        return Neighbours.empty(kind, self.dimensions, sample, len(ids))

    def _write(self, state: State, data: memoryview) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        temporary = self.folder / f"{state.file}.tmp"
        temporary.write_bytes(data)
        temporary.replace(self.folder / state.file)
        write_state(self.folder, state)
        for old in self.folder.glob("vectors-*"):
            if old.name != state.file:
                old.unlink(missing_ok=True)

    def search(self, query: NDArray[np.float32], k: int, allowed: NDArray[np.int64] | None = None) -> dict[int, float]:
        """The `k` passages nearest to `query` (dimensions,), as row id -> inner product; of `allowed` only, if given."""
        if allowed is not None and self.kind != "exact" and len(allowed) <= _SCORED_ONE_BY_ONE:
            scores = self.score(query, allowed.tolist())
            return dict(sorted(scores.items(), key=lambda pair: -pair[1])[:k])
        with self._lock:
            return self._held.search(query, k, allowed)

    def score(self, query: NDArray[np.float32], ids: Sequence[int]) -> dict[int, float]:
        """Inner products of `query` (dimensions,) with these passages; ids that are gone are left out."""
        if not len(ids):
            return {}
        with self._lock:
            block = self._held.vectors(ids)
        found: Sequence[int] = ids
        if block is None:
            found, block = self._store.vectors_of(ids)
        # Not a matrix product: BLAS would wake threads up, which costs more than it brings here.
        return dict(zip(found, np.einsum("ij,j->i", block, query).tolist(), strict=True)) if found else {}
