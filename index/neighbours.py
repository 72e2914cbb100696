"""FAISS over rows of vectors, by position: exact, a graph (HNSW), or lists of compressed vectors (IVF), scored again exactly.

Inner products. A graph and lists are read from a file that is mapped into memory; they are never changed there: who wants to
add rows reads them whole, adds, and writes another file.
"""

import os
from collections.abc import Iterable, Iterator
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
_BUILD_EFFORT = 40
_SAMPLE_PER_LIST = 40
_EFFORTS = {"hnsw": (128, 192, 256, 384, 512, 768, 1024), "ivf": (8, 16, 32, 64, 96, 128, 192, 256, 384, 512)}
_MOST_PROBED = 8  # at most one list in so many
_ENOUGH = 0.97  # of the nearest that an exact search finds: the least effort that reaches it is taken
_TRIED, _TRIED_K = 64, 50
_EQUAL = 1e-4  # what the sums of float32 differ by
_AGAIN = 2  # times as many candidates as wanted are scored exactly
_WORTH_SHARING = 1000


def lists_for(count: int) -> int:
    """How many lists an IVF index of so many rows has."""
    return max(1, int(2 * np.sqrt(count)))


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
        """Into a file. Raises `OSError`."""
        try:
            faiss.write_index(self._index, str(path))
        except RuntimeError as error:  # a full disk, say
            raise OSError(f"{path} cannot be written: {error}") from None

    def __len__(self) -> int:
        return len(self._rows)

    def extend(self, rows: NDArray[np.float16]) -> None:
        """Take in what `rows` has more than are held, and tune. Not for what was read mapped."""
        for start in range(len(self._rows), len(rows), _BLOCK):
            block = np.asarray(rows[start : start + _BLOCK], np.float32)
            _share_work(len(block))
            self._index.add(block)
        self._rows = rows
        self.tune()

    @property
    def effort(self) -> int:
        """How much of the graph (candidates) or of the lists (their number) a search looks at; kept in the file."""
        return int(self._index.hnsw.efSearch if self.kind == "hnsw" else self._index.nprobe)

    @effort.setter
    def effort(self, value: int) -> None:
        if self.kind == "hnsw":
            self._index.hnsw.efSearch = value
        else:
            self._index.nprobe = value

    def tune(self) -> None:
        """Set the least effort at which some of its own rows find nearly all of what an exact search finds."""
        chosen = np.sort(np.random.default_rng(1).choice(len(self), min(_TRIED, len(self)), replace=False))
        queries, k = np.asarray(self._rows[chosen], np.float32), min(_TRIED_K, len(self))
        nearest, _ = exact_neighbours(self._blocks(), queries, k)
        for effort in _EFFORTS[self.kind]:
            if self.kind == "ivf" and effort > max(_EFFORTS["ivf"][0], int(self._index.nlist) // _MOST_PROBED):
                break
            self.effort = effort
            found = [self.search(query, k)[0] for query in queries]
            if np.mean([share_found(some, right) for some, right in zip(found, nearest, strict=True)]) >= _ENOUGH:
                break

    def _blocks(self) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        for start in range(0, len(self), _BLOCK):
            block = np.asarray(self._rows[start : start + _BLOCK], np.float32)
            yield np.arange(start, start + len(block)), block

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
            effort = min(int(max(self.effort, 2 * k) / share), len(self))
            return faiss.SearchParametersHNSW(sel=chosen, efSearch=effort)
        if self.kind == "ivf":
            probes = min(int(self.effort / share**0.5), int(self._index.nlist))
            return faiss.SearchParametersIVF(sel=chosen, nprobe=probes)
        return faiss.SearchParameters(sel=chosen)


def dot(rows: NDArray[np.float16] | NDArray[np.float32], query: NDArray[np.float32]) -> NDArray[np.float32]:
    """Inner products (n,) of rows with a query."""
    # Not a matrix product: BLAS would wake threads up, which costs more than it brings here.
    return np.asarray(np.einsum("ij,j->i", np.asarray(rows, np.float32), query), np.float32)


def exact_neighbours(
    blocks: Iterable[tuple[NDArray[np.int64], NDArray[np.float32]]], queries: NDArray[np.float32], k: int
) -> Found:
    """Scores and ids (queries, k) of the rows nearest to each query, best first; all are compared.

    -inf and -1 stand where there are not so many.
    """
    scores = np.full((len(queries), k), -np.inf, np.float32)
    ids = np.full((len(queries), k), -1, np.int64)
    for some, block in blocks:
        scores = np.hstack([scores, queries @ block.T])
        ids = np.hstack([ids, np.broadcast_to(some, (len(queries), len(some)))])
        best = np.argpartition(-scores, k - 1, axis=1)[:, :k]
        scores, ids = np.take_along_axis(scores, best, 1), np.take_along_axis(ids, best, 1)
    order = np.argsort(-scores, axis=1, kind="stable")
    return np.take_along_axis(scores, order, 1), np.take_along_axis(ids, order, 1)


def share_found(scores: NDArray[np.float32], nearest: NDArray[np.float32]) -> float:
    """How many of the `nearest` scores were found. By score, not by id: of rows equally near, either will do."""
    return min(1.0, float(np.count_nonzero(scores >= nearest[-1] - _EQUAL)) / len(nearest))


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
