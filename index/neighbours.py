"""FAISS over rows of vectors, by position: exact, a graph (HNSW), or lists of compressed vectors (IVF), scored again exactly.

Inner products. A graph and lists are read from a file that is mapped into memory; they are never changed there: who wants to
add rows reads them whole, adds, and writes another file.
"""

import os
from pathlib import Path
from typing import Any, Literal, Self

import faiss as _faiss
import numpy as np
from numpy.typing import NDArray

faiss: Any = _faiss  # the types some releases bring do not know half of what is used here
Kind = Literal["exact", "hnsw", "ivf"]
Found = tuple[NDArray[np.float32], NDArray[np.int64]]
_BLOCK = 20_000
_LINKS = 32
_BUILD_EFFORT = 80
_SEARCH_EFFORT = 128
_SAMPLE_PER_LIST = 40
_PROBED = 32  # one list in so many
_AGAIN = 4  # times as many candidates as wanted are scored exactly
_WORTH_SHARING = 1000


def lists_for(count: int) -> int:
    """How many lists an IVF index of so many rows has."""
    return max(1, int(4 * np.sqrt(count)))


def _share_work(vectors: int) -> None:
    """Let FAISS use all cores for many vectors, and one for few: for a single question, waking threads up costs far more than
    it brings (20 ms instead of 0.2 where other processes are busy). The setting is the calling thread's own.
    """
    faiss.omp_set_num_threads((os.cpu_count() or 1) if vectors >= _WORTH_SHARING else 1)


class Neighbours:
    """Finds among `rows` (n, dimensions) float16, which it keeps hold of. Searching is safe from any number of threads."""

    def __init__(self, kind: Kind, index: Any, rows: NDArray[np.float16]) -> None:
        self.kind = kind
        self._index = index
        self._rows = rows

    @classmethod
    def exact(cls, rows: NDArray[np.float16]) -> Self:
        """Compares with every row; holds a copy of them."""
        index = faiss.IndexScalarQuantizer(rows.shape[1], faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
        index.is_trained = True
        if len(rows):
            index.add_sa_codes(np.ascontiguousarray(rows).view(np.uint8))
        return cls("exact", index, rows)

    @classmethod
    def build(cls, kind: Kind, rows: NDArray[np.float16]) -> Self:
        """A graph, or lists trained on a sample of the rows."""
        dimensions = rows.shape[1]
        if kind == "hnsw":
            index = faiss.IndexHNSWSQ(dimensions, faiss.ScalarQuantizer.QT_fp16, _LINKS, faiss.METRIC_INNER_PRODUCT)
            index.hnsw.efConstruction = _BUILD_EFFORT
            index.train(np.zeros((1, dimensions), np.float32))  # learns nothing: halves are cut, not trained
        else:
            index = _trained_lists(rows)
        built = cls(kind, index, rows[:0])
        built.extend(rows)
        return built

    @classmethod
    def read(cls, kind: Kind, path: Path, rows: NDArray[np.float16], *, mapped: bool = True) -> Self:
        """What `write` wrote, over the same rows; `mapped`, it cannot be extended. Raises `RuntimeError`."""
        flags = 0 if not mapped else faiss.IO_FLAG_MMAP_IFC if kind == "hnsw" else faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY
        index = faiss.read_index(str(path), flags)
        if index.ntotal != len(rows) or index.d != rows.shape[1]:
            raise RuntimeError(f"{path.name} holds {index.ntotal} rows, not {len(rows)}")
        return cls(kind, index, rows)

    def write(self, path: Path) -> None:
        """Into a file. Raises `RuntimeError`."""
        faiss.write_index(self._index, str(path))

    def __len__(self) -> int:
        return len(self._rows)

    def extend(self, rows: NDArray[np.float16]) -> None:
        """Take in what `rows` has more than are held. Not for what was read mapped."""
        for start in range(len(self._rows), len(rows), _BLOCK):
            block = np.asarray(rows[start : start + _BLOCK], np.float32)
            _share_work(len(block))
            self._index.add(block)
        self._rows = rows

    def search(self, query: NDArray[np.float32], k: int, kept: NDArray[np.bool_] | None = None) -> Found:
        """Scores and positions of the `k` rows nearest to `query` (dimensions,), of those only that `kept` (n,) marks."""
        k = min(k, len(self))
        left = len(self) if kept is None else int(np.count_nonzero(kept))
        if not k or not left:
            return np.empty(0, np.float32), np.empty(0, np.int64)
        _share_work(1)
        wanted = k if self.kind != "ivf" else min(_AGAIN * k, len(self))
        scores, positions = self._index.search(query[None, :], wanted, params=self._parameters(wanted, kept, left))
        found = positions[0] >= 0
        if self.kind != "ivf":
            return scores[0][found], positions[0][found]
        exact = dot(self._rows[positions[0][found]], query)
        best = np.argsort(-exact, kind="stable")[:k]
        return exact[best], positions[0][found][best]

    def _parameters(self, k: int, kept: NDArray[np.bool_] | None, left: int) -> Any:
        """More effort the fewer of all rows are left to choose from."""
        share = left / len(self)
        chosen = None if kept is None else faiss.IDSelectorBitmap(np.packbits(kept, bitorder="little"))
        if self.kind == "hnsw":
            effort = min(int(max(_SEARCH_EFFORT, 2 * k) / share), len(self))
            return faiss.SearchParametersHNSW(sel=chosen, efSearch=effort)
        if self.kind == "ivf":
            lists = int(self._index.nlist)
            probes = int(max(8, lists // _PROBED) / share**0.5)
            return faiss.SearchParametersIVF(sel=chosen, nprobe=min(probes, lists))
        return faiss.SearchParameters(sel=chosen)


def dot(rows: NDArray[np.float16], query: NDArray[np.float32]) -> NDArray[np.float32]:
    """Inner products (n,) of rows with a query."""
    # Not a matrix product: BLAS would wake threads up, which costs more than it brings here.
    return np.asarray(np.einsum("ij,j->i", np.asarray(rows, np.float32), query), np.float32)


def _trained_lists(rows: NDArray[np.float16]) -> Any:
    count, dimensions = rows.shape
    lists = min(lists_for(count), count)
    chosen = np.random.default_rng(0).choice(count, min(count, _SAMPLE_PER_LIST * lists), replace=False)
    sample = np.asarray(rows[np.sort(chosen)], np.float32)
    centres = faiss.IndexFlatIP(dimensions)
    kind = faiss.ScalarQuantizer.QT_8bit
    index = faiss.IndexIVFScalarQuantizer(centres, dimensions, lists, kind, faiss.METRIC_INNER_PRODUCT)
    index.cp.min_points_per_centroid = 1  # otherwise FAISS warns on stderr about small collections
    _share_work(len(sample))
    index.train(sample)
    return index
