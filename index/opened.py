"""The tables of a collection, opened: their format, and facts about all of them."""

import uuid
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, delete, func, insert, select

from index.database import Database, Where, shown
from index.errors import DalilError, IndexMissing
from index.tables import articles, meta, metadata, passages
from index.writing import counted, parts

FORMAT = "1"
MIGRATING = "migrating"
"""The format of a store that `dalil migrate` has begun and not finished."""


class StoreError(DalilError):
    """Raised when the database is out of reach or unreadable, or of another version of Dalil."""

    code = "store_unreadable"
    status = 503


def among(query: Select[Any], column: Any) -> Select[Any]:
    """The rows of `query` whose `column` is one of the values that `Tables.by_ids` is given: made once, asked often."""
    # Not `in_(values)`, which looks at every value by itself before the statement is even compiled.
    return query.where(column.in_(bindparam("wanted", expanding=True)))


class Tables:
    """The tables in one place, whose format this version of Dalil reads."""

    def __init__(
        self, where: Where, turn: Callable[[], AbstractContextManager[None]] = nullcontext, *, create: bool = True
    ) -> None:
        """Open the tables; where there are none they are made, holding `turn()`.

        Raises `IndexMissing` (nothing there and not `create`), `StoreError`, `MissingExtra`.
        """
        self.where = where
        self._database = Database(where, "index", StoreError)
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

    def by_ids(self, query: Select[Any], ids: Sequence[Any]) -> list[Row[Any]]:
        """The rows of a query that `among` made for any of `ids`, however many these are."""
        found: list[Row[Any]] = []
        with self.reading() as connection:
            for part in parts(ids):
                found += connection.execute(query, {"wanted": part}).all()
        return found
