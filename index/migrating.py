"""A whole collection to another place: every table in batches, then both sides counted and hashed.

Until both sides are seen to be equal the copy cannot be opened. A run that was killed is taken up where it stopped.
"""

import hashlib
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Row, Table, delete, func, insert, literal, select, text, tuple_
from sqlalchemy.exc import IntegrityError

from index.collection import DATABASE
from index.database import Database, Place, shown
from index.errors import DalilError, IndexBusy, IndexMissing, InputError
from index.kept import Kept
from index.opened import FORMAT, MIGRATING, StoreError
from index.tables import articles, meta, metadata

Progress = Callable[[int, int | None, str], None]
"""Called as `progress(rows done, rows in all, table)`."""

_WAIT = 10.0
_BATCH = 2_000
_FEW = 100  # of articles: some are books
_AGAIN = "end what writes to either side and run it again"
_FROM, _AS_OF = "migrating_from", "migrating_generation"


class MigrationError(DalilError):
    """Raised when a migration would write over something, or its two sides differ in the end. The copy stays closed."""

    code = "migration_failed"


@dataclass(frozen=True, slots=True)
class _Side:
    """One kind of tables where it comes from, and where it goes."""

    source: Database
    target: Database
    tables: Sequence[Table]


def migrate(source: Place, target: Place, kinds: Sequence[type[Kept]], progress: Progress | None = None) -> dict[str, int]:
    """Copy the articles and all of `kinds` from one place to another; returns the rows of each table.

    The turn to write is held on both sides. Raises `InputError`, `IndexMissing`, `IndexBusy`, `MigrationError`, and what the
    databases raise.
    """
    told = progress or (lambda done, total, what: None)
    if _resolved(source) == _resolved(target):
        raise InputError(f"{shown(source)} cannot be copied onto itself")
    with ExitStack() as stack:
        store = _Side(
            _opened(stack, Database(source.at(DATABASE), "index", StoreError)),
            _opened(stack, Database(target.at(DATABASE), "index", StoreError)),
            [table for table in metadata.sorted_tables if table is not meta],
        )
        facts = _facts(store.source)
        if facts.get("format") is None:
            raise IndexMissing(f"there is no index in {shown(source)}")
        if facts["format"] != FORMAT:
            raise StoreError(f"{shown(source)} has format {facts['format']}, this version reads {FORMAT}")
        stack.enter_context(_turn(source, store.source))
        facts = _facts(store.source)
        _refuse(store.target, target, facts["store"], kinds)
        stack.enter_context(_turn(target, store.target))
        _begin(store, facts)
        kept = [_kept(stack, kind, source, target) for kind in kinds if kind.exists(source)]
        sides = [store, *kept]
        total = sum(_count(side.source, table) for side in sides for table in side.tables)
        done = 0
        for side in sides:
            for table in side.tables:
                done += _copy(side, table, partial(_tell, told, done, total, table.name))
        counts = _verify(sides, target)
        _finish(store.target, facts)
    return counts


def _tell(told: Progress, before: int, total: int, name: str, rows: int) -> None:
    told(before + rows, total, name)


def _resolved(place: Place) -> Any:
    where = place.at(DATABASE)
    return where.resolve() if isinstance(where, Path) else where


def _opened(stack: ExitStack, database: Database) -> Database:
    stack.callback(database.close)
    return database


@contextmanager
def _turn(place: Place, database: Database) -> Iterator[None]:
    """The turn to write there, as a `Collection` takes it."""
    if not isinstance(database.where, Path):
        with database.turn(_WAIT):
            yield
        return
    try:
        place.folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(place.folder / "write.lock").acquire(timeout=_WAIT)
    except Timeout:
        raise IndexBusy(f"another process is writing to {place.folder}: try again when it is done") from None
    except OSError as error:
        raise StoreError(f"{place.folder} cannot be written to: {error.strerror}") from None
    with lock:
        yield


# -- before ---------------------------------------------------------------------------------------------------------------


def _facts(database: Database) -> dict[str, str]:
    if not database.has(meta):
        return {}
    with database.reading() as connection:
        return {row.key: row.value for row in connection.execute(select(meta))}


def _refuse(database: Database, place: Place, name: str, kinds: Sequence[type[Kept]]) -> None:
    """Refuse a target that holds anything but an unfinished copy of the same collection; nothing is made there."""
    facts = _facts(database)
    if facts.get("format") == MIGRATING and facts.get(_FROM) == name:
        return
    if facts.get("format") == MIGRATING:
        raise MigrationError(f"{shown(place)} holds an unfinished copy of another collection: choose another place")
    if facts.get("format") is not None:
        raise MigrationError(f"{shown(place)} holds an index already: choose an empty place")
    for kind in kinds:
        if kind.exists(place):
            with kind(place) as found:
                if any(_count(found.database, table) for table in kind.held()):
                    raise MigrationError(f"{shown(place)} holds {kind.what} already: choose an empty place")


def _begin(store: _Side, facts: dict[str, str]) -> None:
    """Make the tables and note whose copy this is; what was copied before the articles changed is copied again."""
    begun = _facts(store.target)
    if begun.get(_AS_OF) == facts["generation"]:
        return
    with store.target.changing() as connection:
        if not begun:
            store.target.prepare(connection)
            metadata.create_all(connection)
        for table in reversed(metadata.sorted_tables):
            connection.execute(delete(table))
        _set(connection, {"format": MIGRATING, _FROM: facts["store"], _AS_OF: facts["generation"]})


def _set(connection: Connection, facts: dict[str, str]) -> None:
    connection.execute(insert(meta), [{"key": key, "value": value} for key, value in facts.items()])


def _kept(stack: ExitStack, kind: type[Kept], source: Place, target: Place) -> _Side:
    """What is kept beside the articles: little enough to be copied from the start each time, since it may change meanwhile."""
    old, new = stack.enter_context(kind(source)), stack.enter_context(kind(target))
    tables = kind.held()
    with new.database.begin() as connection:
        for table in reversed(tables):
            connection.execute(delete(table))
    return _Side(old.database, new.database, tables)


# -- copying --------------------------------------------------------------------------------------------------------------


def _copy(side: _Side, table: Table, told: Callable[[int], None]) -> int:
    """Copy the rows after the last that the target has; the rows that are there in the end."""
    done, after = _count(side.target, table), _last(side.target, table)
    for rows in _rows(side.source, table, after):
        _check(table, rows, side.target)
        try:
            with side.target.begin() as connection:
                connection.execute(insert(table), [dict(row._mapping) for row in rows])
        except IntegrityError:  # such as a turn of a conversation that began when conversations had been copied
            raise MigrationError(f"{table.name}: there are new rows; {_AGAIN}") from None
        done += len(rows)
        told(done)
    _continue(side.target, table)
    return done


def _check(table: Table, rows: Sequence[Row[Any]], target: Database) -> None:
    """Refuse text that PostgreSQL cannot hold; articles never have it."""
    if isinstance(target.where, Path):
        return
    for row in rows:
        for name, value in row._mapping.items():
            if isinstance(value, str) and "\0" in value:
                key = "/".join(str(row._mapping[column]) for column in table.primary_key.columns)
                raise MigrationError(
                    f"{table.name} {key!r}: {name} has a NUL character, which PostgreSQL cannot hold: take it out there"
                )


def _count(database: Database, table: Table) -> int:
    with database.reading() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


def _last(database: Database, table: Table) -> Sequence[Any] | None:
    keys = list(table.primary_key.columns)
    with database.reading() as connection:
        return connection.execute(select(*keys).order_by(*(key.desc() for key in keys)).limit(1)).first()


def _rows(database: Database, table: Table, after: Sequence[Any] | None = None) -> Iterator[Sequence[Row[Any]]]:
    """The rows in the order of their keys, in batches, beginning behind the key `after`."""
    keys = list(table.primary_key.columns)
    query = select(table).order_by(*keys).limit(_FEW if table is articles else _BATCH)
    while True:
        mark = [literal(value, key.type) for value, key in zip(after or (), keys, strict=bool(after))]
        beyond = query.where(tuple_(*keys) > tuple_(*mark)) if mark else query
        with database.reading() as connection:
            rows = connection.execute(beyond).all()
        if not rows:
            return
        yield rows
        after = [rows[-1]._mapping[key] for key in keys]


def _continue(database: Database, table: Table) -> None:
    """Let PostgreSQL number new rows behind those that came with their numbers; SQLite does so by itself."""
    column = table.autoincrement_column
    if isinstance(database.where, Path) or column is None or column.autoincrement is not True:
        return
    name = f'"{table.name}"'
    following = text(
        f"SELECT setval(pg_get_serial_sequence('{name}', '{column.name}'), max(\"{column.name}\")) FROM {name}"  # noqa: S608
    )
    with database.begin() as connection:
        if connection.scalar(select(func.max(column))) is not None:
            connection.execute(following)


# -- after ----------------------------------------------------------------------------------------------------------------


def _verify(sides: Sequence[_Side], place: Place) -> dict[str, int]:
    """The rows of each table. Raises `MigrationError` where the two sides differ; the next run then copies everything."""
    counts: dict[str, int] = {}
    for side in sides:
        for table in side.tables:
            ours, theirs = _fingerprint(side.source, table), _fingerprint(side.target, table)
            if ours != theirs:
                with sides[0].target.changing() as connection:
                    connection.execute(delete(meta).where(meta.c.key == _AS_OF))
                raise MigrationError(
                    f"{table.name}: {ours[0]} rows here and {theirs[0]} in {shown(place)}, or they differ; {_AGAIN}"
                )
            counts[table.name] = ours[0]
    return counts


def _fingerprint(database: Database, table: Table) -> tuple[int, str]:
    """How many rows there are, and a hash of all that is in them."""
    count, digest = 0, hashlib.blake2b(digest_size=16)
    for rows in _rows(database, table):
        for row in rows:
            digest.update(repr(tuple(row)).encode("utf-8", "surrogatepass"))
        count += len(rows)
    return count, digest.hexdigest()


def _finish(database: Database, facts: dict[str, str]) -> None:
    """Let the copy be opened. It has a name of its own: what was derived from the other store must not follow this one."""
    with database.changing() as connection:
        connection.execute(delete(meta))
        _set(connection, facts | {"store": uuid.uuid4().hex})
