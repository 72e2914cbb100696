"""The store: articles, passages and vectors in SQL, the one source of truth.

One process writes at a time (the caller holds the turn to write); any number read.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Row, Select, bindparam, func, or_, select

from index.article import Article, Language
from index.database import Where, shown, storable
from index.errors import ArticleDamaged, NotFound
from index.followed import Followed
from index.hits import Filters, Hit
from index.opened import among
from index.stored import stored_article
from index.tables import ISO_DATE, articles, bands, passages
from index.writing import Writing

_REMEMBERED = 50_000  # articles that were found sound, so that each is looked at once
_log = logging.getLogger(__name__)
_TEXT = func.substr(articles.c.text, passages.c.start + 1, passages.c.end - passages.c.start).label("passage_text")
_HIT_FIELDS = ("title", "source", "date", "url", "quotable")
_HITS = select(passages, _TEXT, articles.c.digest, *(articles.c[name] for name in _HIT_FIELDS)).join(
    articles, articles.c.id == passages.c.article_id
)
_STRETCH = ("article", "first", "last")
_HITS_AMONG = among(_HITS, passages.c.id)
_ARTICLES = among(select(articles), articles.c.id)
_DUPLICATES = among(select(articles).order_by(articles.c.id), articles.c.duplicate_of)
_KNOWN = among(select(articles.c.id, articles.c.digest, articles.c.origin), articles.c.id)
_TEXTS = among(select(articles.c.id, articles.c.text), articles.c.id)
_BANDS = among(select(bands).order_by(bands.c.article_id), bands.c.band)


@cache
def _stretches(count: int) -> Select[Any]:
    """The passages of so many stretches of articles, in order: ids `article0`..., numbers `first0`... to `last0`..."""
    of, number = passages.c.article_id, passages.c.number
    chosen = (
        (of == bindparam(f"article{n}")) & number.between(bindparam(f"first{n}"), bindparam(f"last{n}")) for n in range(count)
    )
    return _HITS.where(or_(*chosen)).order_by(of, number)


class Store(Followed):
    """Articles, passages, vectors, and the log of removals."""

    def __init__(
        self, where: Where, turn: Callable[[], AbstractContextManager[None]] = nullcontext, *, create: bool = True
    ) -> None:
        """Open the tables, as `Tables` does."""
        super().__init__(where, turn, create=create)
        self._sound: dict[str, str] = {}
        self._told: set[str] = set()

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
        return {row.id: (row.digest, row.origin) for row in self.by_ids(_KNOWN, ids)}

    def hits(self, ids: Sequence[int]) -> list[tuple[int, Hit]]:
        """The passages of these row ids, scores still 0. Ids that are gone from the store are left out."""
        rows = self.by_ids(_HITS_AMONG, ids)
        sound = self._read_before(rows)
        return [(row.id, _hit(row)) for row in rows if row.article_id in sound]

    def passages_of(self, stretches: Sequence[tuple[str, int, int]]) -> dict[str, list[Hit]]:
        """By article the passages of stretches of articles: id, first and last number of a passage; in order."""
        if not stretches:
            return {}
        values = {f"{name}{n}": value for n, one in enumerate(stretches) for name, value in zip(_STRETCH, one, strict=True)}
        with self.reading() as connection:
            rows = connection.execute(_stretches(len(stretches)), values).all()
        sound = self._read_before(rows)
        found: dict[str, list[Hit]] = {}
        for row in rows:
            if row.article_id in sound:
                found.setdefault(row.article_id, []).append(_hit(row))
        return found

    def sound(self, ids: Iterable[str]) -> set[str]:
        """Those of `ids` that read now as they did when they were stored. Whoever quotes an article asks."""
        rows = self.by_ids(_ARTICLES, list(dict.fromkeys(ids)))
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
        for row in self.by_ids(_DUPLICATES, ids):
            if (article := self._checked(row)) is not None:
                found.setdefault(row.duplicate_of, []).append(article)
        return found

    def holders(self, keys: Sequence[int]) -> dict[int, list[str]]:
        """For those bands of `keys` that are stored, the ids of the articles in them."""
        found: dict[int, list[str]] = {}
        for row in self.by_ids(_BANDS, keys):
            found.setdefault(row.band, []).append(row.article_id)
        return found

    def texts(self, ids: Sequence[str]) -> dict[str, str]:
        """The texts of those of `ids` that are stored."""
        return {row.id: row.text for row in self.by_ids(_TEXTS, ids)}

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
