"""The store: articles, passages and vectors in SQL, the one source of truth.

SQLite in WAL mode with full synchronisation: what a committed transaction holds survives `kill -9` and power loss. One process
writes at a time (the caller holds the write lock); any number read.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, Row, create_engine, delete, event, func, insert, select, update
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import QueuePool

from index.article import Article, Language, Passage
from index.errors import DalilError, NotFound
from index.hits import Filters, Hit
from index.tables import articles, bands, meta, metadata, passages, removals, vectors

FORMAT = "1"
_CHUNK = 500  # ids in one statement, below SQLite's limit on variables
_ISO_DATE = "____-__-__"


_HITS = select(
    passages,
    func.substr(articles.c.text, passages.c.start + 1, passages.c.end - passages.c.start).label("passage_text"),
    *(articles.c[name] for name in ("title", "source", "date", "url", "quotable")),
).join(articles, articles.c.id == passages.c.article_id)


class StoreError(DalilError):
    """Raised when the database is unreadable, or of another version of Dalil."""

    code = "store_unreadable"
    status = 503


@dataclass(frozen=True, slots=True)
class Marks:
    """How far a derived index has followed the store: the last passage id added and the last removal read."""

    passage: int = 0
    removal: int = 0


@dataclass(frozen=True, slots=True)
class PassageRow:
    """A passage with what the derived indexes need of its article."""

    id: int
    text: str
    title: str | None
    source: str | None
    date: str | None
    language: str


def _pragmas(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


class Store:
    """Articles, passages, vectors, and the log of removals."""

    def __init__(self, path: Path) -> None:
        """Open the database at `path`, made when missing. Raises `StoreError`."""
        self.path = path
        self.engine: Engine = create_engine(URL.create("sqlite", database=str(path)), poolclass=QueuePool, pool_size=32)
        event.listen(self.engine, "connect", _pragmas)
        try:
            with self.engine.begin() as connection:
                metadata.create_all(connection)
                found = connection.scalar(select(meta.c.value).where(meta.c.key == "format"))
                if found is None:
                    connection.execute(
                        insert(meta).values([{"key": "format", "value": FORMAT}, {"key": "generation", "value": "0"}])
                    )
        except DatabaseError as error:
            raise StoreError(
                f"the database {path} cannot be opened: {error.orig}. Restore it from a backup, or index anew."
            ) from None
        if found not in (None, FORMAT):
            raise StoreError(f"the database {path} has format {found}, this version reads {FORMAT}: index into a new folder.")

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    # -- facts -----------------------------------------------------------------------------------------------------------

    def get_meta(self, key: str) -> str | None:
        """A stored fact such as the encoder's name."""
        with self.engine.connect() as connection:
            return connection.scalar(select(meta.c.value).where(meta.c.key == key))

    def set_meta(self, key: str, value: str) -> None:
        """Store a fact."""
        with self.engine.begin() as connection:
            connection.execute(delete(meta).where(meta.c.key == key))
            connection.execute(insert(meta).values(key=key, value=value))

    def generation(self) -> int:
        """A number that grows with every change of articles."""
        return int(self.get_meta("generation") or 0)

    def counts(self) -> dict[str, int]:
        """How many articles, duplicates among them, and passages there are."""
        with self.engine.connect() as connection:
            total = connection.scalar(select(func.count()).select_from(articles)) or 0
            repeats = connection.scalar(select(func.count()).where(articles.c.duplicate_of.is_not(None))) or 0
            return {"articles": total, "duplicates": repeats, "passages": self._count_passages(connection)}

    @staticmethod
    def _count_passages(connection: Connection) -> int:
        return connection.scalar(select(func.count()).select_from(passages)) or 0

    # -- reading ---------------------------------------------------------------------------------------------------------

    def article(self, article_id: str) -> Article:
        """One article. Raises `NotFound`."""
        with self.engine.connect() as connection:
            row = connection.execute(select(articles).where(articles.c.id == article_id)).first()
        if row is None:
            raise NotFound(f"there is no article {article_id!r} in the index")
        return _article(row)

    def list_articles(self, offset: int, limit: int) -> tuple[list[Article], int]:
        """A page of articles in order of id, and the number of all."""
        with self.engine.connect() as connection:
            rows = connection.execute(select(articles).order_by(articles.c.id).offset(offset).limit(limit)).all()
            total = connection.scalar(select(func.count()).select_from(articles)) or 0
        return [_article(row) for row in rows], total

    def origins(self) -> list[tuple[str, str | None]]:
        """Every article's id and where it was read from."""
        with self.engine.connect() as connection:
            return [(row.id, row.origin) for row in connection.execute(select(articles.c.id, articles.c.origin))]

    def digests(self, ids: Sequence[str]) -> dict[str, str]:
        """The digests of those of `ids` that are stored."""
        found: dict[str, str] = {}
        with self.engine.connect() as connection:
            for part in _parts(ids):
                query = select(articles.c.id, articles.c.digest).where(articles.c.id.in_(part))
                found.update((row.id, row.digest) for row in connection.execute(query))
        return found

    def hits(self, ids: Sequence[int]) -> list[tuple[int, Hit]]:
        """The passages of these row ids, scores still 0. Ids that are gone from the store are left out."""
        found = []
        with self.engine.connect() as connection:
            for part in _parts(ids):
                found += [(row.id, _hit(row)) for row in connection.execute(_HITS.where(passages.c.id.in_(part)))]
        return found

    def passages_of(self, article_id: str, first: int, last: int) -> list[Hit]:
        """The passages of one article with numbers from `first` to `last`, in order."""
        chosen = _HITS.where(passages.c.article_id == article_id, passages.c.number.between(first, last))
        with self.engine.connect() as connection:
            return [_hit(row) for row in connection.execute(chosen.order_by(passages.c.number))]

    def languages(self) -> list[Language]:
        """The languages that passages are in."""
        with self.engine.connect() as connection:
            return list(connection.scalars(select(passages.c.language).distinct().order_by(passages.c.language)))

    def allowed(self, filters: Filters) -> NDArray[np.int64]:
        """Row ids of the passages whose article satisfies the filters. Articles without a date fail a date filter."""
        query = select(passages.c.id).join(articles, articles.c.id == passages.c.article_id)
        if filters.sources:
            query = query.where(articles.c.source.in_(filters.sources))
        if filters.language:
            query = query.where(articles.c.language == filters.language)
        if filters.date_from:
            query = query.where(articles.c.date.like(_ISO_DATE), articles.c.date >= filters.date_from)
        if filters.date_to:
            query = query.where(articles.c.date.like(_ISO_DATE), articles.c.date <= filters.date_to)
        with self.engine.connect() as connection:
            return np.fromiter(connection.scalars(query), dtype=np.int64)

    def duplicates_of(self, ids: Sequence[str]) -> dict[str, list[Article]]:
        """For each of `ids`, the stored articles that repeat its story."""
        found: dict[str, list[Article]] = {}
        with self.engine.connect() as connection:
            query = select(articles).where(articles.c.duplicate_of.in_(list(ids))).order_by(articles.c.id)
            for row in connection.execute(query):
                found.setdefault(row.duplicate_of, []).append(_article(row))
        return found

    def candidates(self, keys: Sequence[str]) -> list[tuple[str, str]]:
        """Articles (id, text) that share a band with `keys` and carry their own passages."""
        query = (
            select(articles.c.id, articles.c.text)
            .where(articles.c.id.in_(select(bands.c.article_id).where(bands.c.band.in_(list(keys)))))
            .where(articles.c.duplicate_of.is_(None))
            .order_by(articles.c.id)
        )
        with self.engine.connect() as connection:
            return [(row.id, row.text) for row in connection.execute(query)]

    # -- what the derived indexes follow ---------------------------------------------------------------------------------

    def passages_after(self, mark: int, batch: int = 2000) -> Iterator[list[PassageRow]]:
        """Passages with a row id above `mark`, in order, in batches."""
        text = func.substr(articles.c.text, passages.c.start + 1, passages.c.end - passages.c.start).label("text")
        columns = (passages.c.id, text, articles.c.title, articles.c.source, articles.c.date, articles.c.language)
        base = select(*columns).join(articles, articles.c.id == passages.c.article_id).order_by(passages.c.id).limit(batch)
        while True:
            with self.engine.connect() as connection:
                rows = [PassageRow(*row) for row in connection.execute(base.where(passages.c.id > mark))]
            if not rows:
                return
            yield rows
            mark = rows[-1].id

    def vectors_after(self, mark: int, batch: int = 20_000) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        """Row ids and vectors (n, dimensions) above `mark`, in order, in batches."""
        base = select(vectors).order_by(vectors.c.passage_id).limit(batch)
        while True:
            with self.engine.connect() as connection:
                rows = connection.execute(base.where(vectors.c.passage_id > mark)).all()
            if not rows:
                return
            ids = np.array([row.passage_id for row in rows], dtype=np.int64)
            yield ids, _matrix(rows)
            mark = int(ids[-1])

    def vectors_of(self, ids: Sequence[int]) -> tuple[list[int], NDArray[np.float32]]:
        """Those of `ids` that are stored and their vectors (n, dimensions)."""
        rows = []
        with self.engine.connect() as connection:
            for part in _parts(ids):
                rows += connection.execute(select(vectors).where(vectors.c.passage_id.in_(part))).all()
        return [row.passage_id for row in rows], _matrix(rows)

    def removed_after(self, mark: int) -> tuple[list[int], int]:
        """Row ids of passages removed after `mark`, and the new mark."""
        with self.engine.connect() as connection:
            rows = connection.execute(select(removals).where(removals.c.seq > mark).order_by(removals.c.seq)).all()
        return [row.passage_id for row in rows], (rows[-1].seq if rows else mark)

    def last_marks(self) -> Marks:
        """Where a derived index stands that has followed everything."""
        with self.engine.connect() as connection:
            last = connection.scalar(select(func.max(passages.c.id))) or 0
            removal = connection.scalar(select(func.max(removals.c.seq))) or 0
        return Marks(last, removal)

    # -- writing ---------------------------------------------------------------------------------------------------------

    def write(self) -> "Writing":
        """A transaction that changes articles: `with store.write() as writing: ...`; commits at the end or not at all."""
        return Writing(self.engine)


class Writing:
    """One transaction of changes to articles."""

    def __init__(self, engine: Engine) -> None:
        self._begin = engine.begin()

    def __enter__(self) -> "Writing":
        self._connection = self._begin.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        if error[0] is None:
            grown = str(int(self._connection.scalar(select(meta.c.value).where(meta.c.key == "generation")) or 0) + 1)
            self._connection.execute(update(meta).where(meta.c.key == "generation").values(value=grown))
        self._begin.__exit__(*error)

    def put(
        self,
        article: Article,
        digest: str,
        band_keys: Sequence[str],
        cut: Sequence[Passage] = (),
        encoded: NDArray[np.float32] | None = None,
        duplicate_of: str | None = None,
    ) -> None:
        """Add or replace an article with its passages and their vectors (n, dimensions), or as a duplicate of another."""
        self.drop([article.id])
        self._connection.execute(insert(articles).values(**_columns(article), digest=digest, duplicate_of=duplicate_of))
        if band_keys:
            self._connection.execute(insert(bands), [{"band": key, "article_id": article.id} for key in band_keys])
        if not cut:
            return
        rows = [
            {
                "article_id": article.id,
                "number": number,
                "start": passage.start,
                "end": passage.end,
                "language": passage.language,
            }
            for number, passage in enumerate(cut)
        ]
        ids = self._connection.scalars(insert(passages).returning(passages.c.id, sort_by_parameter_order=True), rows).all()
        if encoded is not None:
            blobs = [row.astype(np.float16).tobytes() for row in encoded]
            pairs = zip(ids, blobs, strict=True)
            self._connection.execute(insert(vectors), [{"passage_id": row_id, "vector": blob} for row_id, blob in pairs])

    def drop(self, ids: Iterable[str]) -> list[str]:
        """Take articles out with their passages; returns the ids that were there."""
        gone: list[str] = []
        for part in _parts(list(ids)):
            rows = self._connection.execute(select(passages.c.id).where(passages.c.article_id.in_(part))).all()
            if rows:
                self._connection.execute(insert(removals), [{"passage_id": row.id} for row in rows])
            gone += self._connection.scalars(select(articles.c.id).where(articles.c.id.in_(part))).all()
            self._connection.execute(delete(articles).where(articles.c.id.in_(part)))
        return gone


def _parts(ids: Sequence[Any]) -> Iterator[list[Any]]:
    return (list(ids[at : at + _CHUNK]) for at in range(0, len(ids), _CHUNK))


def _matrix(rows: Sequence[Row[Any]]) -> NDArray[np.float32]:
    flat = np.frombuffer(b"".join(row.vector for row in rows), dtype=np.float16)
    return flat.reshape(len(rows), -1 if rows else 0).astype(np.float32)


def _columns(article: Article) -> dict[str, Any]:
    names = ("id", "text", "title", "source", "url", "date", "language", "origin", "quotable")
    return {name: getattr(article, name) for name in names} | {"notes": json.dumps(article.notes, ensure_ascii=False)}


def _article(row: Row[Any]) -> Article:
    names = ("id", "text", "title", "source", "url", "date", "language", "origin", "quotable")
    return Article(**{name: getattr(row, name) for name in names}, notes=tuple(json.loads(row.notes)))


def _hit(row: Row[Any]) -> Hit:
    return Hit(
        passage_id=f"{row.article_id}#{row.number}",
        article_id=row.article_id,
        text=row.passage_text,
        start=row.start,
        end=row.end,
        score=0.0,
        language=row.language,
        title=row.title,
        source=row.source,
        date=row.date,
        url=row.url,
        quotable=row.quotable,
    )
