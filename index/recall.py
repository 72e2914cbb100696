"""How much of what an exact search finds the vector search finds, measured on the collection's own vectors."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.neighbours import Kind, exact_neighbours, share_found
from index.vectors import VectorIndex

DEPTHS = (10, 100)


@dataclass(frozen=True, slots=True)
class Recall:
    """For each depth, the share of the nearest passages that was found, for each passage asked with; empty in an empty index.

    The passage itself, which is always nearest, does not count.
    """

    kind: Kind
    passages: int
    shares: dict[int, list[float]]


def measure(vectors: VectorIndex, count: int = 200, seed: int = 0) -> Recall:
    """Ask with `count` passages, drawn by chance. Every vector is read once: about a second for half a million."""
    total = len(vectors)
    chosen = np.sort(np.random.default_rng(seed).choice(total, min(count, total), replace=False))
    if not len(chosen):
        return Recall(vectors.kind, total, {depth: [] for depth in DEPTHS})
    ids, queries = _pick(vectors, chosen)
    nearest, nearest_ids = exact_neighbours(vectors.blocks(), queries, min(DEPTHS[-1] + 1, total))
    shares: dict[int, list[float]] = {depth: [] for depth in DEPTHS}
    for row_id, query, right, right_ids in zip(ids, queries, nearest, nearest_ids, strict=True):
        found = vectors.search(query, DEPTHS[-1] + 1)
        found.pop(int(row_id), None)
        others = right[right_ids != row_id]
        for depth in DEPTHS:
            wanted = others[:depth]
            scores = np.array(list(found.values())[:depth], np.float32)
            shares[depth].append(share_found(scores, wanted) if len(wanted) else 1.0)
    return Recall(vectors.kind, total, shares)


def _pick(vectors: VectorIndex, chosen: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Ids and vectors at the chosen places among all."""
    ids, picked, start = [], [], 0
    for some, block in vectors.blocks():
        at = chosen[(chosen >= start) & (chosen < start + len(some))] - start
        ids.append(some[at])
        picked.append(block[at])
        start += len(some)
    return np.concatenate(ids), np.concatenate(picked)
