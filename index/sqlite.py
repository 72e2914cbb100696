"""SQLite as everything here uses it: many read while one writes, and what is committed survives `kill -9` and power loss."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import QueuePool

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
        error = context.original_exception
        if isinstance(error, DalilError) or not isinstance(error, Exception):
            return
        if type(context.sqlalchemy_exception) in (DatabaseError, OperationalError) or context.sqlalchemy_exception is None:
            raise failure(_REPLACED if replaced() else _reason(str(error))) from error

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
