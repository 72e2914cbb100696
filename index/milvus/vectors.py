"""Nearest passages, by Milvus."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.milvus.client import CollectionGone, Fields, Milvus
from index.milvus.following import Following
from index.store import Store

_BATCH = 2_000
_EFFORT = 128
# The same graph as the embedded one; exact where milvus-lite has not built it yet.
_INDEX = {"index_type": "HNSW", "params": {"M": 32, "efConstruction": 200}}


class MilvusVectors(Following):
    """The collection of vectors of a store."""

    follower = "vectors"

    def __init__(self, milvus: Milvus, store: Store, owner: str, dimensions: int) -> None:
        self.dimensions = dimensions
        super().__init__(milvus, store, f"{owner}/{dimensions}")

    @property
    def kind(self) -> str:
        """How it searches."""
        return "Milvus, by a graph (hnsw)"

    def __len__(self) -> int:
        try:
            return self._milvus.count(self.name) if self._progress else 0
        except CollectionGone:
            return 0

    def catch_up(self) -> None:
        """See what another process has written."""
        self._read()

    def save(self, *, anew: bool = False) -> None:
        """Follow the store to its end; there is nothing to make `anew`. The caller has the turn to write."""
        self._follow()

    def check_files(self) -> None:
        """Milvus looks after its own files."""

    def _create(self) -> None:
        fields: Fields = {
            "id": {"kind": "INT64"},
            "vector": {"kind": "FLOAT_VECTOR", "dim": self.dimensions},
        }
        self._milvus.create(self.name, fields, "vector", _INDEX)

    def _rows_after(self, mark: int) -> Iterator[tuple[Sequence[int], list[dict[str, Any]]]]:
        for ids, block in self._store.vectors_after(mark, _BATCH):
            numbers = ids.tolist()
            yield numbers, [{"id": row_id, "vector": vector} for row_id, vector in zip(numbers, block, strict=True)]

    def search(self, query: NDArray[np.float32], k: int, allowed: NDArray[np.int64] | None = None) -> dict[int, float]:
        """The `k` passages nearest to `query` (dimensions,), as row id -> inner product; of `allowed` only, if given."""
        if not self._has_something() or (allowed is not None and not len(allowed)):
            return {}
        chosen = None if allowed is None else allowed.tolist()
        found = self._found("vector", query, k, chosen, ["id"], ef=max(_EFFORT, 2 * k))
        return {int(row["id"]): float(row["distance"]) for row in found}

    def score(self, query: NDArray[np.float32], ids: Sequence[int]) -> dict[int, float]:
        """Inner products of `query` (dimensions,) with these passages, from the store; ids that are gone are left out."""
        if not len(ids):
            return {}
        found, block = self._store.vectors_of(ids)
        return dict(zip(found, np.einsum("ij,j->i", block, query).tolist(), strict=True)) if found else {}
