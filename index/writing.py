"""One transaction of changes to articles, with everything that hangs on them."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Table, delete, func, insert, select, update

from index.article import Article, Passage
from index.database import storable
from index.derived import Marks
from index.sealing import is_sealed, rows_seal
from index.tables import articles, bands, meta, passages, removals, vectors

CHUNK = 500  # ids in one statement, below every database's limit on variables
ARTICLE_FIELDS = ("id", "text", "title", "source", "url", "date", "language", "origin", "quotable")


@dataclass(slots=True)
class Record:
    """An article as it is stored: with its passages and their vectors (n, dimensions), or as a duplicate of another."""

    article: Article
    digest: str  # of the article and how it is cut; the seal of its rows is added on writing
    bands: Sequence[int] = ()
    passages: Sequence[Passage] = ()
    vectors: NDArray[np.float32] | None = None
    duplicate_of: str | None = None


class Writing:
    """Changes to articles in one transaction. The caller holds the turn to write: see `Collection.writing`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, records: Sequence[Record]) -> None:
        """Add or replace articles."""
        self.drop([record.article.id for record in records])
        vectors_of = [_half(record) for record in records]
        self._insert(articles, [_columns(record, half) for record, half in zip(records, vectors_of, strict=True)])
        self._insert(bands, [{"band": key, "article_id": record.article.id} for record in records for key in record.bands])
        next_id = last_marks(self._connection).passage + 1
        rows: list[dict[str, Any]] = []
        blobs: list[dict[str, Any]] = []
        for record, half in zip(records, vectors_of, strict=True):
            for number, passage in enumerate(record.passages):
                rows.append(_passage_columns(next_id, number, passage, record.article.id))
                if half:
                    blobs.append({"passage_id": next_id, "vector": half[number]})
                next_id += 1
        self._insert(passages, rows)
        self._insert(vectors, blobs)

    def drop(self, ids: Sequence[str]) -> list[str]:
        """Take articles out with their passages; returns the ids that were there."""
        gone: list[str] = []
        for part in parts([one for one in ids if storable(one)]):
            rows = self._connection.scalars(select(passages.c.id).where(passages.c.article_id.in_(part))).all()
            self._insert(removals, [{"passage_id": row_id} for row_id in rows])
            gone += self._connection.scalars(select(articles.c.id).where(articles.c.id.in_(part))).all()
            self._connection.execute(delete(articles).where(articles.c.id.in_(part)))
        return gone

    def move(self, origins: Mapping[str, str | None]) -> None:
        """Store where articles are read from now, by id."""
        for article_id, origin in origins.items():
            self._connection.execute(update(articles).where(articles.c.id == article_id).values(origin=origin))

    def seal(self, digest_of: Callable[[Article], str]) -> int:
        """Give the articles that have no seals theirs; returns how many."""
        count, after = 0, ""
        while rows := self._connection.execute(
            select(articles).where(articles.c.id > after).order_by(articles.c.id).limit(CHUNK)
        ).all():
            after = rows[-1].id
            for row in rows:
                if is_sealed(row.digest):
                    continue
                article = Article(**{name: getattr(row, name) for name in ARTICLE_FIELDS}, notes=tuple(json.loads(row.notes)))
                held = self._connection.execute(
                    select(passages, vectors.c.vector)
                    .outerjoin(vectors, vectors.c.passage_id == passages.c.id)
                    .where(passages.c.article_id == row.id)
                    .order_by(passages.c.number)
                ).all()
                sealed = f"{digest_of(article)}-{rows_seal(held, [one.vector for one in held])}"
                self._connection.execute(update(articles).where(articles.c.id == row.id).values(digest=sealed))
                count += 1
        return count

    def finish(self) -> None:
        """Let readers know that something changed; the last thing before the commit."""
        now = counted(self._connection)
        self._connection.execute(update(meta).where(meta.c.key == "generation").values(value=str(now + 1)))

    def _insert(self, table: Table, rows: list[dict[str, Any]]) -> None:
        """Insert rows that all have the same columns, every value as the database takes it.

        Past SQLAlchemy's own executemany, which looks at each value of each row: bands alone are twelve rows an article.
        """
        if not rows:
            return
        compiled = insert(table).compile(dialect=self._connection.dialect, column_keys=list(rows[0]))
        names = compiled.positiontup
        values: list[Any] = rows
        if names is not None:
            values = list(map(itemgetter(*names), rows)) if len(names) > 1 else [(row[names[0]],) for row in rows]
        self._connection.exec_driver_sql(str(compiled), values)


def counted(connection: Connection) -> int:
    """The number of changes so far. One that cannot be read, from a damaged page, counts as none."""
    stored = connection.scalar(select(meta.c.value).where(meta.c.key == "generation"))
    return int(stored) if isinstance(stored, str) and stored.isdecimal() else 0


def last_marks(connection: Connection) -> Marks:
    """The last passage id ever given, also where that passage is gone again, and the last removal."""
    held, gone, removal = connection.execute(
        select(
            select(func.max(passages.c.id)).scalar_subquery(),
            select(func.max(removals.c.passage_id)).scalar_subquery(),
            select(func.max(removals.c.seq)).scalar_subquery(),
        )
    ).one()
    return Marks(max(held or 0, gone or 0), removal or 0)


def parts(ids: Sequence[Any]) -> Iterator[list[Any]]:
    """`ids` in lists that fit into one statement."""
    return (list(ids[at : at + CHUNK]) for at in range(0, len(ids), CHUNK))


def _half(record: Record) -> list[bytes]:
    """The vectors as they are stored."""
    return [] if record.vectors is None else [row.tobytes() for row in record.vectors.astype(np.float16)]


def _columns(record: Record, half: Sequence[bytes]) -> dict[str, Any]:
    article = record.article
    return {name: getattr(article, name) for name in ARTICLE_FIELDS} | {
        "notes": json.dumps(article.notes, ensure_ascii=False),
        "digest": f"{record.digest}-{rows_seal(record.passages, half)}",
        "duplicate_of": record.duplicate_of,
    }


def _passage_columns(row_id: int, number: int, passage: Passage, article_id: str) -> dict[str, Any]:
    return {
        "id": row_id,
        "article_id": article_id,
        "number": number,
        "start": passage.start,
        "end": passage.end,
        "language": passage.language,
    }
