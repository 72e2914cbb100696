"""What the derived indexes follow: passages and vectors in the order they came, and what was removed."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Row, select

from index import removals
from index.database import Where, shown
from index.derived import Marks
from index.opened import Tables, among
from index.stored import whole_vectors
from index.tables import articles, passages, vectors
from index.writing import last_marks

_VECTORS = among(select(vectors).order_by(vectors.c.passage_id), vectors.c.passage_id)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PassageRow:
    """A passage with what BM25 needs of its article."""

    id: int
    text: str
    title: str | None


class Followed(Tables):
    """The tables as an index reads them that is made from them."""

    def __init__(
        self, where: Where, turn: Callable[[], AbstractContextManager[None]] = nullcontext, *, create: bool = True
    ) -> None:
        """Open the tables, as `Tables` does."""
        super().__init__(where, turn, create=create)
        self._told_vectors: set[int] = set()

    def passages_after(self, mark: int, batch: int = 2000) -> Iterator[list[PassageRow]]:
        """Passages with a row id above `mark`, in order, in batches."""
        columns = (passages.c.id, passages.c.article_id, passages.c.start, passages.c.end)
        base = select(*columns).order_by(passages.c.id).limit(batch)
        while True:
            with self.reading() as connection:
                rows = connection.execute(base.where(passages.c.id > mark)).all()
                # Whole texts, cut here: databases count characters from the start of the text for every piece they cut.
                ids = (rows[0].id, rows[-1].id) if rows else (0, 0)
                held = articles.c.id.in_(select(passages.c.article_id).where(passages.c.id.between(*ids)))
                of = {
                    row.id: row
                    for row in connection.execute(select(articles.c.id, articles.c.text, articles.c.title).where(held))
                }
            if not rows:
                return
            yield [
                PassageRow(row.id, of[row.article_id].text[row.start : row.end], of[row.article_id].title)
                for row in rows
                if row.article_id in of
            ]
            mark = rows[-1].id

    def vectors_after(self, mark: int, batch: int = 20_000) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        """Row ids and vectors (n, dimensions) above `mark`, in order, in batches."""
        base = select(vectors).order_by(vectors.c.passage_id).limit(batch)
        while True:
            with self.reading() as connection:
                rows = connection.execute(base.where(vectors.c.passage_id > mark)).all()
            if not rows:
                return
            ids, matrix = self._matrix(rows)
            if len(ids):
                yield np.array(ids, dtype=np.int64), matrix
            mark = rows[-1].passage_id

    def vectors_of(self, ids: Sequence[int]) -> tuple[list[int], NDArray[np.float32]]:
        """Those of `ids` that are stored and their vectors (n, dimensions)."""
        return self._matrix(self.by_ids(_VECTORS, ids))

    def _matrix(self, rows: Sequence[Row[Any]]) -> tuple[list[int], NDArray[np.float32]]:
        ids, matrix = whole_vectors(rows)
        if len(ids) < len(rows) and (lost := {row.passage_id for row in rows} - set(ids) - self._told_vectors):
            self._told_vectors |= lost
            told = "%d vectors in %s are damaged and left out: `dalil doctor --repair` makes them again"
            _log.warning(told, len(lost), shown(self.where))
        return ids, matrix

    def vector_ids(self) -> NDArray[np.int64]:
        """Row ids of all vectors, in order."""
        with self.reading() as connection:
            query = select(vectors.c.passage_id).order_by(vectors.c.passage_id)
            return np.fromiter(connection.scalars(query), dtype=np.int64)

    def removed_after(self, mark: int) -> tuple[list[int], int]:
        """Row ids of passages removed after `mark`, and the new mark. Raises `LogTrimmed` for a mark from before a trimming."""
        with self.reading() as connection:
            return removals.removed_after(connection, mark)

    def trim_removals(self, upto: int, least: int = 1) -> int:
        """Take entries up to `upto`, which everything derived has followed, out of the log of removals; returns how many."""
        with self._database.changing() as connection:
            return removals.trim(connection, upto, least)

    def give_back_space(self) -> None:
        """Let the database be no larger than what is in it. The caller has the turn to write. Raises `StoreError`."""
        self._database.give_back_space()

    def last_marks(self) -> Marks:
        """Where a derived index stands that has followed everything."""
        with self.reading() as connection:
            return last_marks(connection)
