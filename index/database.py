"""Where tables are kept: in files of SQLite, or in PostgreSQL by its address. Everything that differs between the two is here.

Nothing is opened by making a `Place`; a `Database` opens connections as they are needed, and opens lost ones again.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, Connection, Integer, MetaData, Table, Text, inspect
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DataError, IntegrityError, SQLAlchemyError
from sqlalchemy.schema import CreateIndex, CreateTable

from index import postgres
from index.errors import DalilError, IndexBusy
from index.sqlite import sqlite_engine

EXACT = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that is compared and ordered by its characters' numbers, on every database alike and whatever its locale."""
ROW_ID = BigInteger().with_variant(Integer(), "sqlite")
"""A number that a row has for good. On SQLite only an `INTEGER` can be given by the database."""
LONGEST_ID = 2000
"""Bytes in the id of an article: what an index of PostgreSQL can hold, with something to spare."""
_DRIVERS = ("postgresql", "postgres", "postgresql+psycopg")

Where = Path | URL
"""A file of SQLite, or a database of PostgreSQL."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a collection is: in the files of `folder`; with `database`, its tables are there and the folder holds the rest."""

    folder: Path
    database: URL | None = None

    def __repr__(self) -> str:
        return f"Place({str(self.folder)!r}, {shown(self)!r})"

    def at(self, file: str) -> Where:
        """Where the tables are that `file` holds on SQLite."""
        return self.folder / file if self.database is None else self.database


def at(place: Place | Path | str, file: str) -> Where:
    """The same for a place or a folder."""
    return place.at(file) if isinstance(place, Place) else Path(place) / file


def read_address(text: str) -> URL:
    """An address such as `postgresql+psycopg://USER@HOST/DATABASE?schema=news`.

    Raises `ValueError` that says what is wrong without repeating the address, which may hold a password.
    """
    form = "write it as postgresql+psycopg://USER@HOST:PORT/DATABASE"
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise ValueError(f"this is no address of a database: {form}") from None
    if url.drivername not in _DRIVERS:
        raise ValueError(f"{url.drivername!r} is no kind of database that can be used: {form}")
    if not postgres.SCHEMA_NAME.fullmatch(schema := postgres.schema_of(url)):
        raise ValueError(f"the schema {schema!r} is no name of small letters of English, digits and _")
    return url.set(drivername="postgresql+psycopg")


def shown(where: Where | Place) -> str:
    """The file, folder or address as people may see it: without a password, wherever in an address it stands."""
    if isinstance(where, Place):
        where = where.folder if where.database is None else where.database
    if isinstance(where, Path):
        return str(where)
    schema = {name: value for name, value in where.query.items() if name == "schema"}
    return where.set(query=schema).render_as_string(hide_password=True)


def storable(text: str) -> bool:
    """Whether a database can hold the text: PostgreSQL has no NUL, and UTF-8 no half of a character."""
    return "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def insert_new(connection: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert a row unless one is there that it cannot stand beside; whether it was inserted."""
    dialect = import_module(f"sqlalchemy.dialects.{connection.dialect.name}")  # one of them takes long to import
    statement = dialect.insert(table).values(values).on_conflict_do_nothing()
    return connection.execute(statement, execution_options={"preserve_rowcount": True}).rowcount == 1


class Database:
    """One file, or one schema of PostgreSQL, as its owner uses it: failures are of the owner's kind, in one line.

    Safe to share between threads. In PostgreSQL all owners in a process share the connections.
    """

    def __init__(self, where: Where, what: str, error: type[DalilError]) -> None:
        """Nothing is opened yet. `what` names the contents in errors of the kind `error`.

        Raises `MissingExtra`.
        """
        self.where, self._what, self._error = where, what, error
        self._server: postgres.Server | None = None
        if isinstance(where, Path):
            self.engine = sqlite_engine(where, lambda reason: error(f"the {what} in {where} {reason}"))
        else:
            self._server = postgres.attach(where)
            self.engine = self._server.engine
        # Reading in no transaction saves two ways to the server and back for each look-up.
        self._read = self.engine.execution_options(isolation_level="AUTOCOMMIT") if self._server else self.engine
        self._turn: tuple[int, Connection] | None = None
        self._closed = False

    def close(self) -> None:
        """Let go of the connections. More than once does no harm."""
        if self._server is None:
            self.engine.dispose()
        elif not self._closed:
            self._closed = True
            postgres.detach(self._server)

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Failures of the database as errors of the owner's kind; rows that break a rule of their table stay what they are."""
        try:
            yield
        except (IntegrityError, DataError):
            raise
        except SQLAlchemyError as failure:
            reason = " ".join(str(getattr(failure, "orig", None) or failure).split())[:300]
            raise self._error(f"the {self._what} in {shown(self.where)} cannot be used: {reason}") from failure

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to read by."""
        with self.telling(), self._read.connect() as connection:
            yield connection

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction beside those of others."""
        with self.telling(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def changing(self) -> Iterator[Connection]:
        """A transaction beside which nobody else has one of these, so that rows are numbered in the order of commits.

        Who holds the turn has it on the connection that holds the turn: when that is lost, nothing is written any more.
        """
        held = self._turn
        if held is None or held[0] != threading.get_ident():
            held = None
        elif held[1].invalidated:
            raise self._error(f"the turn to write to {shown(self.where)} was lost with the connection: try again")
        with self.telling(), self.engine.connect() if held is None else nullcontext(held[1]) as connection, connection.begin():
            if self._server:
                self._server.lock(connection)
            yield connection

    def give_back_space(self) -> None:
        """Let the file, or the tables, be no larger than what is in them; this takes room for a copy."""
        with self.telling(), self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM")
            if self._server is None:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    @contextmanager
    def turn(self, wait: float) -> Iterator[None]:
        """The turn to write, among machines. The caller has it among the threads and processes of its own folder.

        It ends with the connection at the latest. Raises `IndexBusy` after `wait` seconds. On SQLite there is nothing to do.
        """
        if self._server is None or self._turn is not None:
            yield
            return
        with self.telling(), self.engine.connect() as connection:
            if not self._server.take_turn(connection, wait):
                raise IndexBusy(f"another process is writing to {shown(self.where)}: try again when it is done")
            self._turn = (threading.get_ident(), connection)
            try:
                yield
            finally:
                self._turn = None
                self._server.give_turn(connection)

    def has(self, table: Table) -> bool:
        """Whether the table is there; a file that is not there is not made. Refuses a server that cannot be used."""
        if isinstance(self.where, Path) and not self.where.exists():
            return False
        with self.reading() as connection:
            self.check(connection)
            return inspect(connection).has_table(table.name)

    def check(self, connection: Connection) -> None:
        """Refuse a server that is too old or holds no Unicode."""
        if self._server and (problem := postgres.problem(connection)):
            raise self._error(f"the {self._what} in {shown(self.where)} cannot be used: {problem}")

    def prepare(self, connection: Connection) -> None:
        """What comes before making tables in PostgreSQL: others who do so at the same moment wait, and the schema is there."""
        self.check(connection)
        if self._server:
            self._server.prepare(connection)

    def make(self, tables: MetaData) -> None:
        """Make the tables that are not there. Right also when two processes do it at the same moment."""
        with self.begin() as connection:
            if self._server:
                self.prepare(connection)
                tables.create_all(connection)
                return
            for table in tables.sorted_tables:
                connection.execute(CreateTable(table, if_not_exists=True))
                for index in table.indexes:
                    connection.execute(CreateIndex(index, if_not_exists=True))
