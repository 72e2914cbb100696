"""SQLite as everything here uses it: many read while one writes, and what is committed survives `kill -9` and power loss."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Engine, MetaData, create_engine, event
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool
from sqlalchemy.schema import CreateIndex, CreateTable

from index.errors import DalilError

_PRAGMAS = ("busy_timeout=30000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")


def sqlite_engine(path: Path) -> Engine:
    """Connections to the database at `path`, for any number of threads; nothing is opened yet."""
    # Not an address put together by hand: a path may have `?` and `%` in it.
    engine = create_engine(URL.create("sqlite", database=str(path)), poolclass=QueuePool, pool_size=32)
    event.listen(engine, "connect", _set_pragmas)
    return engine


def _set_pragmas(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


class SqliteFile:
    """A small database beside the index, made when it is not there. Safe to share between threads and processes.

    `what` names its contents in errors, which are of the kind `error`.
    """

    def __init__(self, path: Path, tables: MetaData, what: str, error: type[DalilError]) -> None:
        """Open the file. Raises `error`."""
        self.path, self._what, self._error = path, what, error
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as failure:
            raise error(f"cannot make the folder {path.parent}: {failure.strerror}") from None
        self._engine = sqlite_engine(path)
        with self._begin() as connection:
            for table in tables.sorted_tables:
                # Unlike `create_all`, also right when two processes do it at the same moment.
                connection.execute(CreateTable(table, if_not_exists=True))
                for index in table.indexes:
                    connection.execute(CreateIndex(index, if_not_exists=True))

    def close(self) -> None:
        """Release the file."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _begin(self) -> Iterator[Connection]:
        """A transaction. Raises the file's kind of error."""
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as failure:
            reason = str(getattr(failure, "orig", None) or failure).split("\n")[0]
            raise self._error(f"the {self._what} in {self.path} cannot be used: {reason}") from failure
