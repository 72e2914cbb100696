"""The store: articles, passages and vectors in SQL, the one source of truth.

One process writes at a time (the caller holds the turn to write); any number read.
"""

import logging
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, delete, func, insert, or_, select

from index import removals
from index.article import Article, Language
from index.database import Database, Where, shown, storable
from index.derived import Marks
from index.errors import ArticleDamaged, DalilError, IndexMissing, NotFound
from index.hits import Filters, Hit
from index.stored import stored_article, whole_vectors
from index.tables import ISO_DATE, articles, bands, meta, metadata, passages, vectors
from index.writing import Writing, counted, last_marks, parts

FORMAT = "1"
MIGRATING = "migrating"
"""The format of a store that `dalil migrate` has begun and not finished."""
_REMEMBERED = 50_000  # articles that were found sound, so that each is looked at once
_log = logging.getLogger(__name__)
_TEXT = func.substr(articles.c.text, passages.c.start + 1, passages.c.end - passages.c.start).label("passage_text")
_HIT_FIELDS = ("title", "source", "date", "url", "quotable")
_HITS = select(passages, _TEXT, articles.c.digest, *(articles.c[name] for name in _HIT_FIELDS)).join(
    articles, articles.c.id == passages.c.article_id
)


class StoreError(DalilError):
    """Raised when the database is out of reach or unreadable, or of another version of Dalil."""

    code = "store_unreadable"
    status = 503


@dataclass(frozen=True, slots=True)
class PassageRow:
    """A passage with what BM25 needs of its article."""

    id: int
    text: str
    title: str | None


class Store:
    """Articles, passages, vectors, and the log of removals."""

    def __init__(
        self, where: Where, turn: Callable[[], AbstractContextManager[None]] = nullcontext, *, create: bool = True
    ) -> None:
        """Open the tables; where there are none they are made, holding `turn()`.

        Raises `IndexMissing` (nothing there and not `create`), `StoreError`, `MissingExtra`.
        """
        self.where = where
        self._database = Database(where, "index", StoreError)
        self._sound: dict[str, str] = {}
        self._told: set[str] = set()
        self._told_vectors: set[int] = set()
        try:
            found = self._format()
            if found is None:
                if not create:
                    raise IndexMissing(f"there is no index in {shown(where)}: make one with `dalil index PATH...`")
                with turn():
                    self._create()
                found = self._format()
            if found == MIGRATING:
                raise StoreError(f"`dalil migrate` to {shown(where)} was not finished: run it again")
            if found != FORMAT:
                newer = (found or "").isdecimal() and int(found or 0) > int(FORMAT)
                advice = "use the version of Dalil that made it, or a later one" if newer else "index into a new one"
                raise StoreError(f"{shown(where)} has format {found}, this version reads {FORMAT}: {advice}")
        except BaseException:
            self.close()
            raise

    def _format(self) -> str | None:
        if not self._database.has(meta):
            return None
        with self.reading() as connection:
            return connection.scalar(select(meta.c.value).where(meta.c.key == "format"))

    def _create(self) -> None:
        """Make the tables; the facts come last and together, so that a database with a format is whole."""
        with self._database.begin() as connection:
            self._database.prepare(connection)
            metadata.create_all(connection)
            if connection.scalar(select(meta.c.value).where(meta.c.key == "format")) is None:
                facts = {"format": FORMAT, "generation": "0", "store": uuid.uuid4().hex}
                connection.execute(insert(meta), [{"key": key, "value": value} for key, value in facts.items()])

    def close(self) -> None:
        """Close every connection."""
        self._database.close()

    def turn(self, wait: float) -> AbstractContextManager[None]:
        """The turn to write among machines; see `Database.turn`. Raises `IndexBusy`, `StoreError`."""
        return self._database.turn(wait)

    def reading(self) -> AbstractContextManager[Connection]:
        """A connection to read the tables by. Failures of the database are `StoreError`."""
        return self._database.reading()

    # -- facts -----------------------------------------------------------------------------------------------------------

    def facts(self) -> dict[str, str]:
        """Every stored fact: the format, the store's name, the encoder, the generation."""
        with self.reading() as connection:
            return {row.key: row.value for row in connection.execute(select(meta))}

    def set_facts(self, **facts: str) -> None:
        """Store facts, all or none."""
        with self._database.changing() as connection:
            connection.execute(delete(meta).where(meta.c.key.in_(list(facts))))
            connection.execute(insert(meta), [{"key": key, "value": value} for key, value in facts.items()])

    def generation(self) -> int:
        """A number that grows with every change of articles."""
        with self.reading() as connection:
            return counted(connection)

    def counts(self) -> dict[str, int]:
        """How many articles, duplicates among them, and passages there are."""
        queries = {
            "articles": select(func.count()).select_from(articles),
            "duplicates": select(func.count()).where(articles.c.duplicate_of.is_not(None)),
            "passages": select(func.count()).select_from(passages),
        }
        with self.reading() as connection:
            return {name: connection.scalar(query) or 0 for name, query in queries.items()}

    # -- reading ---------------------------------------------------------------------------------------------------------

    def article(self, article_id: str) -> Article:
        """One article. Raises `NotFound`."""
        row = None
        if storable(article_id):
            with self.reading() as connection:
                row = connection.execute(select(articles).where(articles.c.id == article_id)).first()
        if row is None:
            raise NotFound(f"there is no article {article_id!r} in the index")
        if (article := stored_article(row)) is None:
            raise ArticleDamaged(self._damage(row))
        return article

    def list_articles(
        self, offset: int, limit: int, filters: Filters | None = None, *, newest: bool = False
    ) -> tuple[list[Article], int]:
        """A page of the articles that satisfy the filters, and how many there are.

        In order of id, or the `newest` first and those without a day last.
        """
        wanted = _conditions(filters or Filters())
        known = articles.c.date.like(ISO_DATE)
        latest = [known.is_(True).desc(), articles.c.date.desc().nulls_last()]
        order = [*latest, articles.c.id] if newest else [articles.c.id]
        with self.reading() as connection:
            rows = connection.execute(select(articles).where(*wanted).order_by(*order).offset(offset).limit(limit)).all()
            total = connection.scalar(select(func.count()).select_from(articles).where(*wanted)) or 0
        return [article for row in rows if (article := self._checked(row)) is not None], total

    def sources(self) -> list[tuple[str, int]]:
        """Every outlet with the number of its articles, the largest first."""
        count = func.count().label("articles")
        query = select(articles.c.source, count).where(articles.c.source.is_not(None)).group_by(articles.c.source)
        with self.reading() as connection:
            return [(row.source, row.articles) for row in connection.execute(query.order_by(count.desc(), articles.c.source))]

    def origins(self) -> list[tuple[str, str | None]]:
        """Every article's id and where it was read from."""
        with self.reading() as connection:
            return [(row.id, row.origin) for row in connection.execute(select(articles.c.id, articles.c.origin))]

    def digests(self) -> list[str]:
        """The digest of every article."""
        with self.reading() as connection:
            return list(connection.scalars(select(articles.c.digest)))

    def known(self, ids: Sequence[str]) -> dict[str, tuple[str, str | None]]:
        """The digest and the origin of those of `ids` that are stored."""
        query = select(articles.c.id, articles.c.digest, articles.c.origin)
        return {row.id: (row.digest, row.origin) for row in self._by_ids(query, articles.c.id, ids)}

    def hits(self, ids: Sequence[int]) -> list[tuple[int, Hit]]:
        """The passages of these row ids, scores still 0. Ids that are gone from the store are left out."""
        rows = self._by_ids(_HITS, passages.c.id, ids)
        sound = self._read_before(rows)
        return [(row.id, _hit(row)) for row in rows if row.article_id in sound]

    def passages_of(self, stretches: Sequence[tuple[str, int, int]]) -> dict[str, list[Hit]]:
        """By article the passages of stretches of articles: id, first and last number of a passage; in order."""
        if not stretches:
            return {}
        chosen = or_(
            *((passages.c.article_id == article) & passages.c.number.between(first, last) for article, first, last in stretches)
        )
        with self.reading() as connection:
            rows = connection.execute(_HITS.where(chosen).order_by(passages.c.article_id, passages.c.number)).all()
        sound = self._read_before(rows)
        found: dict[str, list[Hit]] = {}
        for row in rows:
            if row.article_id in sound:
                found.setdefault(row.article_id, []).append(_hit(row))
        return found

    def sound(self, ids: Iterable[str]) -> set[str]:
        """Those of `ids` that read now as they did when they were stored. Whoever quotes an article asks."""
        rows = self._by_ids(select(articles), articles.c.id, list(dict.fromkeys(ids)))
        return {row.id for row in rows if self._checked(row) is not None}

    def _read_before(self, rows: Sequence[Row[Any]]) -> set[str]:
        """Articles of these passages that are sound; each is looked at when it is read for the first time."""
        digests = {row.article_id: row.digest for row in rows}
        sound = {article_id for article_id, digest in digests.items() if self._sound.get(article_id) == digest}
        return sound | self.sound(digests.keys() - sound) if len(sound) < len(digests) else sound

    def _checked(self, row: Row[Any]) -> Article | None:
        """The article of a row, or `None`, and a warning, where it is damaged."""
        article = stored_article(row)
        if article is None:
            self._sound.pop(row.id, None)
            if row.id not in self._told:
                self._told.add(row.id)
                _log.warning("%s", self._damage(row))
        else:
            if len(self._sound) >= _REMEMBERED:
                self._sound.clear()
            self._sound[row.id] = row.digest
        return article

    def _damage(self, row: Row[Any]) -> str:
        return (
            f"the article {row.id!r} in {shown(self.where)} is damaged and not served: `dalil doctor --repair` sets it aside, "
            f"then index it again from {row.origin or 'where it came from'}"
        )

    def languages(self) -> list[Language]:
        """The languages that passages are in."""
        known: tuple[Language, ...] = ("ar", "en")
        with self.reading() as connection:
            queries = {code: select(passages.c.id).where(passages.c.language == code).limit(1) for code in known}
            return [code for code, query in queries.items() if connection.scalar(query) is not None]

    def allowed(self, filters: Filters) -> NDArray[np.int64]:
        """Row ids of the passages whose article satisfies the filters. Articles without a date fail a date filter."""
        query = select(passages.c.id).join(articles, articles.c.id == passages.c.article_id).where(*_conditions(filters))
        with self.reading() as connection:
            return np.fromiter(connection.scalars(query), dtype=np.int64)

    def duplicates_of(self, ids: Sequence[str]) -> dict[str, list[Article]]:
        """For each of `ids`, the stored articles that repeat its story."""
        found: dict[str, list[Article]] = {}
        for row in self._by_ids(select(articles).order_by(articles.c.id), articles.c.duplicate_of, ids):
            if (article := self._checked(row)) is not None:
                found.setdefault(row.duplicate_of, []).append(article)
        return found

    def holders(self, keys: Sequence[int]) -> dict[int, list[str]]:
        """For those bands of `keys` that are stored, the ids of the articles in them."""
        found: dict[int, list[str]] = {}
        for row in self._by_ids(select(bands).order_by(bands.c.article_id), bands.c.band, keys):
            found.setdefault(row.band, []).append(row.article_id)
        return found

    def texts(self, ids: Sequence[str]) -> dict[str, str]:
        """The texts of those of `ids` that are stored."""
        return {row.id: row.text for row in self._by_ids(select(articles.c.id, articles.c.text), articles.c.id, ids)}

    def _by_ids(self, query: Select[Any], column: Any, ids: Sequence[Any]) -> list[Row[Any]]:
        found: list[Row[Any]] = []
        # Not `in_(part)`, which looks at every value by itself before the statement is even compiled.
        wanted = query.where(column.in_(bindparam("wanted", expanding=True)))
        with self.reading() as connection:
            for part in parts(ids):
                found += connection.execute(wanted, {"wanted": part}).all()
        return found

    # -- what the derived indexes follow ---------------------------------------------------------------------------------

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
        return self._matrix(self._by_ids(select(vectors).order_by(vectors.c.passage_id), vectors.c.passage_id, ids))

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

    # -- writing ---------------------------------------------------------------------------------------------------------

    @contextmanager
    def write(self) -> Iterator[Writing]:
        """A transaction that changes articles: `with store.write() as writing: ...`; commits at the end or not at all."""
        with self._database.changing() as connection:
            writing = Writing(connection)
            yield writing
            writing.finish()


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    """The filters as conditions on `articles`. Articles without a day fail a filter by date."""
    found: list[ColumnElement[bool]] = []
    if filters.sources:
        found.append(articles.c.source.in_([source for source in filters.sources if storable(source)]))
    if filters.language:
        found.append(articles.c.language == filters.language)
    if filters.date_from:
        found += [articles.c.date.like(ISO_DATE), articles.c.date >= filters.date_from]
    if filters.date_to:
        found += [articles.c.date.like(ISO_DATE), articles.c.date <= filters.date_to]
    return found


def _hit(row: Row[Any]) -> Hit:
    return Hit(
        passage_id=f"{row.article_id}#{row.number}",
        article_id=row.article_id,
        text=row.passage_text,
        start=row.start,
        end=row.end,
        score=0.0,
        language=row.language,
        **{name: getattr(row, name) for name in _HIT_FIELDS},
    )
