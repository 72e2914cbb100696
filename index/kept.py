"""What is kept beside the articles (conversations, feedback, keys): in files of SQLite, or in the collection's database."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, Self

from sqlalchemy import Connection, MetaData, Table

from index.database import Database, Place, at
from index.errors import DalilError

OWN = "own"
"""In the `info` of a table: the program notes something there for itself, and it need not go anywhere else."""


class Kept:
    """Tables of one kind, made when they are not there. Safe to share between threads, processes and, in PostgreSQL, machines.

    A class of them says which tables, in which file, what they hold, and of which kind its errors are.
    """

    tables: ClassVar[MetaData]
    file: ClassVar[str]
    what: ClassVar[str]
    error: ClassVar[type[DalilError]]

    def __init__(self, place: Place | Path | str) -> None:
        """Open what is kept at a place, or in a folder of files. Raises the class's kind of error, `MissingExtra`."""
        where = at(place, self.file)
        if isinstance(where, Path):
            try:
                where.parent.mkdir(parents=True, exist_ok=True)
            except OSError as failure:
                raise self.error(f"cannot make the folder {where.parent}: {failure.strerror}") from None
        self.database = Database(where, self.what, self.error)
        try:
            self.database.make(self.tables)
        except BaseException:
            self.database.close()
            raise

    @classmethod
    def exists(cls, place: Place | Path | str) -> bool:
        """Whether anything of this kind was ever kept there; makes nothing. Raises the class's kind of error."""
        where = at(place, cls.file)
        if isinstance(where, Path):
            return where.exists()
        database = Database(where, cls.what, cls.error)
        try:
            return database.has(cls.tables.sorted_tables[0])
        finally:
            database.close()

    @classmethod
    def held(cls) -> list[Table]:
        """The tables of what is kept for people, those that others refer to first."""
        return [table for table in cls.tables.sorted_tables if not table.info.get(OWN)]

    def close(self) -> None:
        """Release the file or the connections."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _begin(self) -> Iterator[Connection]:
        """A transaction. Raises the class's kind of error."""
        with self.database.begin() as connection:
            yield connection
