"""What searches of vectors see at one moment."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
from numpy.typing import NDArray

from index.derived import NOTHING, Marks, State
from index.neighbours import Kind, Neighbours
from index.rows import Rows


@dataclass(frozen=True, slots=True)
class View:
    """What searches see, replaced as a whole: saved rows, which of them are `kept`, and what was read from the store since.

    `parts` are searched one after the other and cover `rows` in order. `changes` counts what is not saved.
    """

    rows: Rows
    kept: NDArray[np.bool_]
    parts: tuple[Neighbours, ...]
    ids: NDArray[np.int64]
    vectors: NDArray[np.float32]
    marks: Marks = NOTHING
    state: State | None = None
    changes: int = 0

    @classmethod
    def empty(cls, dimensions: int) -> "View":
        """Nothing seen yet."""
        none = Rows.none(dimensions)
        return cls(none, np.empty(0, bool), (), none.ids, np.empty((0, dimensions), np.float32))

    @property
    def kind(self) -> Kind:
        """How the first of the saved rows are searched."""
        return cast(Kind, self.state.kind) if self.state is not None else "exact"

    def __len__(self) -> int:
        return int(np.count_nonzero(self.kept)) + len(self.ids)

    @property
    def gone_share(self) -> float:
        """How much of the saved rows is gone."""
        return 1 - np.count_nonzero(self.kept) / len(self.kept) if len(self.kept) else 0.0

    def without(self, removed: Sequence[int]) -> "View":
        """The view after removals; ids that are not held are passed over."""
        at, held = self.rows.positions(removed)
        kept = self.kept.copy()
        kept[at[held]] = False
        left = ~np.isin(self.ids, removed)
        return replace(self, kept=kept, ids=self.ids[left], vectors=self.vectors[left], changes=self.changes + len(removed))

    def find(self, ids: Sequence[int] | NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Which places of `ids` are in saved rows that are kept, and at which positions of those."""
        at, held = self.rows.positions(ids)
        held[held] = self.kept[at[held]]
        return np.flatnonzero(held), at[held]
