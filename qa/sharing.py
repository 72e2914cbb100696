"""Answers that somebody shared: kept as they were given, each under an address that cannot be guessed."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Column, MetaData, String, Table, Text, delete, select
from sqlalchemy.dialects.sqlite import insert

from index.errors import DalilError, NotFound
from index.sqlite import SqliteFile

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


class SharedAnswers(SqliteFile):
    """The shared answers of one data folder, in SQLite. Safe to share between threads and processes."""

    def __init__(self, data: str | Path) -> None:
        """Open `data/shared.db`, made when it is not there. Raises `SharingError`."""
        super().__init__(Path(data) / FILE, _metadata, "shared answers", SharingError)

    def add(self, answer: Mapping[str, Any]) -> Shared:
        """Keep an answer, but not which conversation it is from; the same one again keeps its id. Raises `SharingError`."""
        text = json.dumps({**answer, "conversation_id": None}, ensure_ascii=False, sort_keys=True)
        text = text.encode("utf-8", "replace").decode()  # JSON can hold half a character, UTF-8 cannot
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
