"""What Milvus keeps beside the passages of a store: how far each follower has come, and in how many passages a term stands.

Both lie in one small collection, so that every process over the same Milvus and store sees the same.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from index.derived import Marks
from index.milvus.client import CollectionGone, Fields, Milvus

LONGEST = 65_000  # bytes of a text field, below Milvus's own limit
_STATE = "\t"  # no term begins with it
_BLANK = [0.0, 0.0]  # a collection must have a vector
_BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a follower has come. `owner` ties it to one store and one way of making it.

    `made` names this making of the collection, and `purged` is the last removal whose row is gone from it too. The rest is for
    words: `commit` counts the commits, `documents` the passages, `body` and `title` their words; `pivots` are the lengths that
    the kept weights were made with, once they are chosen.
    """

    owner: str
    made: str
    marks: Marks = field(default_factory=Marks)
    purged: int = 0
    commit: int = 0
    documents: int = 0
    body: int = 0
    title: int = 0
    pivots: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class TermRow:
    """In how many passages a term stands since the commit `at`, and in how many before.

    Both are kept so that a commit takes effect at once, with its note: whoever reads while it is written, or after its
    writer was killed, takes `before`.
    """

    key: str
    now: int
    at: int
    before: int

    def as_of(self, commit: int) -> int:
        """The number that was true at this commit."""
        return self.now if self.at <= commit else self.before


class Notes:
    """The collection of notes of one store."""

    def __init__(self, milvus: Milvus, store: str) -> None:
        self._milvus = milvus
        self.name = f"dalil_{store}_notes"

    def read(self, follower: str) -> Progress | None:
        """The note of a follower, or `None` where there is none that can be read."""
        try:
            if not self._milvus.has(self.name):
                return None
            found = self._milvus.get(self.name, [_STATE + follower], ["note"])
            values = json.loads(found[0]["note"])
            return Progress(**{**values, "marks": Marks(**values["marks"]), "pivots": tuple(values["pivots"])})
        except (CollectionGone, IndexError, ValueError, TypeError, KeyError):
            return None

    def write(self, follower: str, progress: Progress) -> None:
        """Replace the note; from now on what it tells of counts."""
        self._put([{"key": _STATE + follower, "note": json.dumps(asdict(progress)), "now": 0, "at": -1, "before": 0}])

    def forget(self, follower: str) -> None:
        """Take a note away, and make the collection where it is not there."""
        if self._milvus.has(self.name):
            self._milvus.call("delete", self.name, ids=[_STATE + follower])
            return
        text = {"kind": "VARCHAR", "max_length": 65_535}
        number = {"kind": "INT64"}
        fields: Fields = {"key": text, "note": text, "now": number, "at": number, "before": number}
        blank = {"kind": "FLOAT_VECTOR", "dim": len(_BLANK)}
        self._milvus.create(self.name, fields | {"blank": blank}, "blank", {"index_type": "FLAT"})

    def terms(self, after: int) -> Iterator[TermRow]:
        """Terms that were written in commits after this one, those of a killed writer among them."""
        for row in self._milvus.rows(self.name, f"at > {after}", ["key", "now", "at", "before"]):
            yield TermRow(row["key"], row["now"], row["at"], row["before"])

    def put_terms(self, rows: Iterable[TermRow]) -> None:
        """Write what terms stand in; it counts with the next note of their commit."""
        self._put([asdict(row) | {"note": ""} for row in rows])

    def forget_terms(self) -> None:
        """Take all terms away."""
        self._milvus.delete_where(self.name, "at >= 0")

    def _put(self, rows: list[dict[str, Any]]) -> None:
        for at in range(0, len(rows), _BATCH):
            self._milvus.upsert(self.name, [row | {"blank": _BLANK} for row in rows[at : at + _BATCH]])
