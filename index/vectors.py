"""Nearest passages by inner product, by FAISS: exact while small, a graph (HNSW) or lists (IVF) by size.

Derived from the vectors in the store. Each process keeps its own copy in memory, follows the store by its log, and the one
that writes saves a file beside a checksum, so that opening does not read every vector again.
"""

import logging
import os
import threading
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

import faiss
import numpy as np
from numpy.typing import NDArray

from index.derived import State, read_state, write_state
from index.store import Marks, Store

Kind = Literal["exact", "hnsw", "ivf"]
_SCORED_ONE_BY_ONE = 20_000
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sizes:
    """Up to how many passages the search is exact, and up to how many a graph serves; lists above."""

    exact: int = 50_000
    graph: int = 1_000_000
    # An HNSW graph cannot forget: it is made again when more than this share of it is gone.
    stale: float = 0.2

    def kind(self, count: int) -> Kind:
        """The kind of index for so many passages."""
        return "exact" if count <= self.exact else "hnsw" if count <= self.graph else "ivf"


class VectorIndex:
    """The FAISS index over the vectors of `store`, with a saved copy in `folder`."""

    def __init__(self, folder: Path, store: Store, owner: str, dimensions: int, sizes: Sizes | None = None) -> None:
        """Read the saved copy (made anew from the store where it is missing or damaged) and follow the store to its end."""
        self.folder = folder
        self.dimensions = dimensions
        self._sizes = sizes or Sizes()
        self._store = store
        self._owner = f"{owner}/{dimensions}"
        self._lock = threading.Lock()
        self._saved = Marks()
        folder.mkdir(parents=True, exist_ok=True)
        self._reset(0)
        self._load()
        self.catch_up()

    def _reset(self, count: int) -> None:
        self.kind: Kind = self._sizes.kind(count)
        self.marks = Marks()
        self._gone: set[int] = set()
        self._index: Any = self._empty(count)

    def _empty(self, count: int) -> Any:
        if self.kind == "exact":
            return faiss.IndexIDMap2(faiss.IndexFlatIP(self.dimensions))
        if self.kind == "hnsw":
            graph = faiss.IndexHNSWFlat(self.dimensions, 32, faiss.METRIC_INNER_PRODUCT)
            graph.hnsw.efConstruction, graph.hnsw.efSearch = 80, 128
            return faiss.IndexIDMap2(graph)
        lists = max(1, int(4 * np.sqrt(count)))
        inverted = faiss.IndexIVFFlat(faiss.IndexFlatIP(self.dimensions), self.dimensions, lists, faiss.METRIC_INNER_PRODUCT)
        inverted.nprobe = max(8, lists // 32)
        sample = np.concatenate([block for _, block in self._store.vectors_after(0, batch=max(count // 4, 40 * lists))][:1])
        inverted.train(sample)
        return inverted

    def _load(self) -> None:
        state = read_state(self.folder)
        if state is None or state.owner != self._owner:
            return
        try:
            data = (self.folder / state.file).read_bytes()
            if zlib.crc32(data) != state.checksum:
                _log.warning("the saved vectors in %s are damaged: making them again from the store", self.folder)
                return
            self._index = faiss.deserialize_index(np.frombuffer(data, dtype=np.uint8))
        except (OSError, RuntimeError) as error:
            _log.warning("the saved vectors in %s cannot be read (%s): making them again", self.folder, error)
            return
        self.kind = cast(Kind, state.kind)
        self.marks = self._saved = state.marks

    def __len__(self) -> int:
        return int(self._index.ntotal) - len(self._gone)

    def catch_up(self) -> None:
        """Follow the store: add what is new, forget what is gone, change kind when the size asks for it."""
        with self._lock:
            removed, removal = self._store.removed_after(self.marks.removal)
            if removed:
                self._forget(removed)
            last = self.marks.passage
            for ids, block in self._store.vectors_after(last):
                self._index.add_with_ids(block, ids)
                last = int(ids[-1])
            self.marks = Marks(last, removal)
            stale = len(self._gone) > self._sizes.stale * max(1, self._index.ntotal)
            if self._sizes.kind(len(self)) != self.kind or stale:
                self._rebuild()

    def _forget(self, removed: Sequence[int]) -> None:
        if self.kind == "hnsw":
            held = faiss.vector_to_array(self._index.id_map)
            self._gone.update(set(removed) & set(held.tolist()))
        else:
            self._index.remove_ids(np.array(removed, dtype=np.int64))

    def _rebuild(self) -> None:
        marks = self.marks
        self._reset(len(self))
        for ids, block in self._store.vectors_after(0):
            self._index.add_with_ids(block, ids)
        self.marks = marks

    def save(self) -> None:
        """Write the copy and its note, each replaced at once. The caller holds the write lock."""
        with self._lock:
            if self.marks == self._saved:
                return
            if self._gone:
                self._rebuild()
            data = faiss.serialize_index(self._index).tobytes()
            marks, kind = self.marks, self.kind
        name = f"vectors-{marks.passage}-{marks.removal}.faiss"
        temporary = self.folder / f"{name}.{os.getpid()}.tmp"
        temporary.write_bytes(data)
        temporary.replace(self.folder / name)
        write_state(self.folder, State(self._owner, marks, name, zlib.crc32(data), kind))
        self._saved = marks
        for old in self.folder.glob("vectors-*"):
            if old.name != name:
                old.unlink(missing_ok=True)

    def search(self, query: NDArray[np.float32], k: int, allowed: NDArray[np.int64] | None = None) -> dict[int, float]:
        """The `k` passages nearest to `query` (dimensions,), as row id -> inner product; of `allowed` only, if given."""
        if not len(self):
            return {}
        if allowed is not None and len(allowed) <= _SCORED_ONE_BY_ONE:
            scores = self.score(query, allowed.tolist())
            return dict(sorted(scores.items(), key=lambda pair: -pair[1])[:k])
        with self._lock:
            wanted = min(k + len(self._gone), int(self._index.ntotal))
            params = None if allowed is None else self._parameters(allowed)
            found, ids = self._index.search(query[None, :], wanted, params=params)
            gone = self._gone
        pairs = zip(ids[0].tolist(), found[0].tolist(), strict=True)
        return dict([(row_id, score) for row_id, score in pairs if row_id >= 0 and row_id not in gone][:k])

    def _parameters(self, allowed: NDArray[np.int64]) -> Any:
        selector = faiss.IDSelectorBatch(allowed)
        if self.kind == "hnsw":
            return faiss.SearchParametersHNSW(sel=selector, efSearch=256)
        if self.kind == "ivf":
            return faiss.SearchParametersIVF(sel=selector, nprobe=self._index.nprobe)
        return faiss.SearchParameters(sel=selector)

    def score(self, query: NDArray[np.float32], ids: Sequence[int]) -> dict[int, float]:
        """Inner products of `query` (dimensions,) with these passages, from the store; ids that are gone are left out."""
        held, block = self._store.vectors_of(ids)
        return dict(zip(held, (block @ query).tolist(), strict=True)) if held else {}
