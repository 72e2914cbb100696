"""SQLite as everything here uses it: many read while one writes, and what is committed survives `kill -9` and power loss."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Engine, MetaData, create_engine, event
from sqlalchemy.engine import URL, Connection
from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.exc import DatabaseError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import QueuePool
from sqlalchemy.schema import CreateIndex, CreateTable

from index.errors import DalilError

_PRAGMAS = ("busy_timeout=30000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")


def sqlite_engine(path: Path, failure: Callable[[str], DalilError]) -> Engine:
    """Connections to the database at `path`, for any number of threads; nothing is opened yet.

    Where the file cannot be used, what `failure` makes of the reason is raised in place of the database's own error. Errors of
    what is asked of it (a value that breaks a rule) are raised as they are.
    """
    # Not an address put together by hand: a path may have `?` and `%` in it.
    engine = create_engine(URL.create("sqlite", database=str(path)), poolclass=QueuePool, pool_size=32)
    opened: list[tuple[int, int]] = []

    def connected(connection: Any, _record: object) -> None:
        _set_pragmas(connection)
        if not opened:
            opened.append(_file(path) or (0, 0))

    def replaced() -> bool:
        if opened and _file(path) != opened[0]:
            opened[0] = (-1, -1)  # for good: what takes its place later may get the number that this one had
        return opened[:1] == [(-1, -1)]

    def checked_out(_connection: object, _record: object, _proxy: object) -> None:
        # SQLite would go on in a file that has no name any more, and lose what it is given.
        if replaced():
            raise failure(_REPLACED)

    def failed(context: ExceptionContext) -> None:
        if isinstance(context.original_exception, DalilError):
            return
        if type(context.sqlalchemy_exception) in (DatabaseError, OperationalError) or context.sqlalchemy_exception is None:
            reason = _REPLACED if replaced() else _reason(str(context.original_exception))
            raise failure(reason) from context.original_exception

    event.listen(engine, "connect", connected)
    event.listen(engine, "checkout", checked_out)
    event.listen(engine, "handle_error", failed)
    return engine


def _file(path: Path) -> tuple[int, int] | None:
    """What a path names, whatever happens to the name."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


_REPLACED = "was removed or replaced while in use: start again, after restoring it where that was a mistake"
_REASONS = (
    ("is full", "has no room left: free space on its disk and try again; what was told to be done is safe"),
    ("I/O error", "cannot be read or written ({error}): its disk is full, gone or failing; what was told to be done is safe"),
    ("readonly", "cannot be written to: it or its folder is read-only"),
    ("unable to open", "cannot be opened: its folder must be there and be writable"),
    ("locked", "is held by another process: try again when that is done"),
    ("malformed", "is damaged ({error}): `dalil doctor --repair` saves what is sound, `dalil restore` brings a backup back"),
    ("not a database", "is not a database, or damaged in its first bytes: `dalil restore` brings a backup back"),
    ("decode", "is damaged (a text is no UTF-8): `dalil doctor --repair` saves what is sound"),
    ("no such", "is damaged ({error}): `dalil doctor --repair` saves what is sound, `dalil restore` brings a backup back"),
)


def _reason(error: str) -> str:
    """What is the matter, and what to do, for what SQLite says."""
    error = error.split("\n")[0]
    return next((reason.format(error=error) for said, reason in _REASONS if said in error), f"cannot be used: {error}")


def _set_pragmas(connection: Any) -> None:
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
        self._engine = sqlite_engine(path, lambda reason: error(f"the {what} in {path} cannot be used: the file {reason}"))
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
