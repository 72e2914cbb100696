"""SQLite as everything here uses it: many read while one writes, and what is committed survives `kill -9` and power loss."""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.pool import QueuePool

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
