"""FAISS indexes of three kinds behind one interface: exact, a graph (HNSW), lists (IVF). Inner products, passages by row id."""

import os
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import faiss as _faiss
import numpy as np
from numpy.typing import NDArray

faiss: Any = _faiss  # the types some releases bring do not know half of what is used here
Kind = Literal["exact", "hnsw", "ivf"]
_LINKS = 32
_BUILD_EFFORT = 80
_SEARCH_EFFORT = 128
_WORTH_SHARING = 1000


def lists_for(count: int) -> int:
    """How many lists an IVF index of so many passages has."""
    return max(1, int(4 * np.sqrt(count)))


def _share_work(vectors: int) -> None:
    """Let FAISS use all cores for many vectors, and one for few: for a single question, waking threads up costs far more than
    it brings (20 ms instead of 0.2 where other processes are busy). The setting is the calling thread's own.
    """
    faiss.omp_set_num_threads((os.cpu_count() or 1) if vectors >= _WORTH_SHARING else 1)


class Neighbours:
    """An index of one kind. Not safe for changes during a search: the caller takes care of turns."""

    def __init__(self, kind: Kind, index: Any) -> None:
        self.kind = kind
        self._index = index
        # A graph cannot forget: what is gone is left out of the results until the graph is made again.
        self._gone: set[int] = set()

    @classmethod
    def empty(cls, kind: Kind, dimensions: int, sample: NDArray[np.float32] | None = None, count: int = 0) -> "Neighbours":
        """An index without passages; lists are trained on `sample` (n, dimensions), their number chosen for `count`."""
        if kind == "exact":
            return cls(kind, faiss.IndexIDMap2(faiss.IndexFlatIP(dimensions)))
        if kind == "hnsw":
            graph = faiss.IndexHNSWFlat(dimensions, _LINKS, faiss.METRIC_INNER_PRODUCT)
            graph.hnsw.efConstruction, graph.hnsw.efSearch = _BUILD_EFFORT, _SEARCH_EFFORT
            return cls(kind, faiss.IndexIDMap2(graph))
        if sample is None:
            raise ValueError("lists need a sample to be trained on")
        lists = min(lists_for(count), len(sample))
        inverted = faiss.IndexIVFFlat(faiss.IndexFlatIP(dimensions), dimensions, lists, faiss.METRIC_INNER_PRODUCT)
        inverted.nprobe = max(8, lists // 32)
        inverted.cp.min_points_per_centroid = 1  # otherwise FAISS warns on stderr about small collections
        _share_work(len(sample))
        inverted.train(sample)
        return cls(kind, inverted)

    @classmethod
    def from_bytes(cls, kind: Kind, data: bytes) -> "Neighbours":
        """What `to_bytes` gave. Raises `RuntimeError` where FAISS cannot read it."""
        return cls(kind, faiss.deserialize_index(np.frombuffer(data, dtype=np.uint8)))

    def to_bytes(self) -> memoryview:
        """For a file. What a graph has yet to forget is not in it: `remove` it again after reading."""
        return memoryview(np.ascontiguousarray(faiss.serialize_index(self._index)).data)

    def __len__(self) -> int:
        return int(self._index.ntotal) - len(self._gone)

    @property
    def gone_share(self) -> float:
        """How much of it is gone and only left out of results."""
        return len(self._gone) / max(1, int(self._index.ntotal))

    def add(self, ids: NDArray[np.int64], block: NDArray[np.float32]) -> None:
        """Add vectors (n, dimensions) under row ids (n,)."""
        _share_work(len(ids))
        self._index.add_with_ids(block, ids)

    def remove(self, ids: Iterable[int]) -> None:
        """Forget passages; ids that are not held are passed over."""
        wanted = np.fromiter(ids, dtype=np.int64)
        if self.kind == "hnsw":
            held = faiss.vector_to_array(self._index.id_map)
            self._gone.update(wanted[np.isin(wanted, held)].tolist())
        else:
            self._index.remove_ids(wanted)

    def search(self, query: NDArray[np.float32], k: int, allowed: NDArray[np.int64] | None = None) -> dict[int, float]:
        """The `k` passages nearest to `query` (dimensions,), as row id -> inner product; of `allowed` only, if given."""
        if not len(self):
            return {}
        params = self._parameters(k, allowed)
        _share_work(1)
        found, ids = self._index.search(query[None, :], min(k, int(self._index.ntotal)), params=params)
        pairs = zip(ids[0].tolist(), found[0].tolist(), strict=True)
        return {row_id: score for row_id, score in pairs if row_id >= 0}

    def vectors(self, ids: Sequence[int]) -> NDArray[np.float32] | None:
        """The vectors (n, dimensions) of these passages, or `None` where this kind cannot give them or one is not held."""
        if self.kind != "exact":
            return None
        try:
            held: NDArray[np.float32] = self._index.reconstruct_batch(np.array(ids, dtype=np.int64))
        except RuntimeError:
            return None
        return held

    def _parameters(self, k: int, allowed: NDArray[np.int64] | None) -> Any:
        """The chosen passages, and more effort the fewer of all they are."""
        share = 1.0 if allowed is None else max(len(allowed), 1) / max(1, len(self))
        if self.kind == "hnsw":
            effort = min(int(max(_SEARCH_EFFORT, 2 * k) / min(1.0, share)), int(self._index.ntotal))
            return faiss.SearchParametersHNSW(sel=self._selector(allowed), efSearch=effort)
        if self.kind == "ivf":
            probes = int(self._index.nprobe / min(1.0, share) ** 0.5)
            return faiss.SearchParametersIVF(sel=self._selector(allowed), nprobe=min(probes, int(self._index.nlist)))
        return faiss.SearchParameters(sel=self._selector(allowed))

    def _selector(self, allowed: NDArray[np.int64] | None) -> Any:
        if allowed is not None:
            return faiss.IDSelectorBatch(allowed)
        if self._gone:
            return faiss.IDSelectorNot(faiss.IDSelectorBatch(np.fromiter(self._gone, dtype=np.int64)))
        return None
