"""Answers that somebody shared: kept as they were given, each under an address that cannot be guessed."""

import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Column, MetaData, String, Table, Text, delete, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from index.errors import DalilError, NotFound
from index.sqlite import sqlite_engine

FILE = "shared.db"

_metadata = MetaData()
_table = Table(
    "shared",
    _metadata,
    Column("id", String(32), primary_key=True),
    Column("created", String(32), nullable=False),
    Column("answer", Text, nullable=False, unique=True),
)


class SharingError(DalilError):
    """Raised when the shared answers of a data folder cannot be read or written (a full disk, another kind of file)."""

    code = "sharing_unavailable"
    status = 503


@dataclass(frozen=True, slots=True)
class Shared:
    """A shared answer: its id, when it was shared (ISO 8601, UTC), and the answer as `Answer.to_dict` gave it."""

    id: str
    created: str
    answer: dict[str, Any]


class SharedAnswers:
    """The shared answers of one data folder, in SQLite; made with the first. Safe to share between threads and processes."""

    def __init__(self, data: str | Path) -> None:
        self.path = Path(data) / FILE
        self._engine = sqlite_engine(self.path)

    def add(self, answer: Mapping[str, Any]) -> Shared:
        """Keep an answer, but not which conversation it is from; the same one again keeps its id. Raises `SharingError`."""
        text = json.dumps({**answer, "conversation_id": None}, ensure_ascii=False, sort_keys=True)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        values = {"id": secrets.token_hex(16), "created": now, "answer": text}
        with self._begin() as connection:
            connection.execute(insert(_table).values(values).on_conflict_do_nothing())
            row = connection.execute(select(_table).where(_table.c.answer == text)).one()
        return Shared(row.id, row.created, json.loads(row.answer))

    def get(self, shared_id: str) -> Shared:
        """A shared answer. Raises `NotFound`, `SharingError`."""
        with self._begin() as connection:
            row = connection.execute(select(_table).where(_table.c.id == shared_id)).first()
        if row is None:
            raise NotFound(f"no shared answer has the id {shared_id[:100]!r}")
        return Shared(row.id, row.created, json.loads(row.answer))

    def remove(self, shared_id: str) -> None:
        """Take the answer back: its link leads nowhere any more. Raises `NotFound`, `SharingError`."""
        with self._begin() as connection:
            if not connection.execute(delete(_table).where(_table.c.id == shared_id)).rowcount:
                raise NotFound(f"no shared answer has the id {shared_id[:100]!r}")

    def close(self) -> None:
        """Release the file."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _begin(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                _metadata.create_all(connection)
                yield connection
        except SQLAlchemyError as error:
            reason = str(getattr(error, "orig", None) or error).split("\n")[0]
            raise SharingError(f"the shared answers in {self.path} cannot be used: {reason}") from error
