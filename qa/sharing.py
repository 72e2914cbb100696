"""Answers that somebody shared: kept as they were given, each under an address that cannot be guessed."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import Column, MetaData, Table, Text, UniqueConstraint, delete, select
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from index.database import EXACT, insert_new, storable
from index.errors import DalilError, NotFound
from index.kept import Kept

FILE = "shared.db"

_metadata = MetaData()
_table = Table(
    "shared",
    _metadata,
    Column("id", EXACT, primary_key=True),
    Column("created", EXACT, nullable=False),
    Column("answer", Text, nullable=False),
    UniqueConstraint("answer").ddl_if(dialect="sqlite"),
    # The same for texts of any length, which no ordered index of PostgreSQL can hold.
    ExcludeConstraint(("answer", "="), using="hash").ddl_if(dialect="postgresql"),
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


class SharedAnswers(Kept):
    """The shared answers of one place or data folder."""

    tables, file, what = _metadata, FILE, "shared answers"
    error: ClassVar = SharingError

    def add(self, answer: Mapping[str, Any]) -> Shared:
        """Keep an answer, but not which conversation it is from; the same one again keeps its id. Raises `SharingError`."""
        text = json.dumps({**answer, "conversation_id": None}, ensure_ascii=False, sort_keys=True)
        text = text.encode("utf-8", "replace").decode()  # JSON can hold half a character, UTF-8 cannot
        now = datetime.now(UTC).isoformat(timespec="seconds")
        values = {"id": secrets.token_hex(16), "created": now, "answer": text}
        with self._begin() as connection:
            insert_new(connection, _table, values)
            row = connection.execute(select(_table).where(_table.c.answer == text)).one()
        return Shared(row.id, row.created, json.loads(row.answer))

    def get(self, shared_id: str) -> Shared:
        """A shared answer. Raises `NotFound`, `SharingError`."""
        row = None
        if storable(shared_id):
            with self._begin() as connection:
                row = connection.execute(select(_table).where(_table.c.id == shared_id)).first()
        if row is None:
            raise NotFound(f"no shared answer has the id {shared_id[:100]!r}")
        return Shared(row.id, row.created, json.loads(row.answer))

    def remove(self, shared_id: str) -> None:
        """Take the answer back: its link leads nowhere any more. Raises `NotFound`, `SharingError`."""
        with self._begin() as connection:
            removing = delete(_table).where(_table.c.id == shared_id)
            if not storable(shared_id) or not connection.execute(removing).rowcount:
                raise NotFound(f"no shared answer has the id {shared_id[:100]!r}")
