"""What the chat tools remember beside the index: which deliveries came already, and the answers that were given.

The answers are those that a follow-up is understood through and that a thumb is about. They are kept apart from the
conversations of the page, because what was said to a bot in private is nobody else's to list.
"""

import json
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Index, Integer, MetaData, String, Table, Text, delete, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from index.errors import DalilError
from index.sqlite import SqliteFile
from qa.answer import Answer
from qa.conversation.turns import TURNS_READ, Turn
from qa.expiry import Expiry, clock_table

FILE = "chat.db"
REMEMBERED = timedelta(days=1)
"""How long a delivery is known. What is older than that when it comes is refused, so forgetting lets no replay in."""

_metadata = MetaData()
_deliveries = Table(
    "deliveries",
    _metadata,
    Column("key", String(400), primary_key=True),
    Column("created", String(32), nullable=False),
    Index("by_age", "created"),
)
_answers = Table(
    "answers",
    _metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("conversation", String(400), nullable=False, index=True),
    Column("created", String(32), nullable=False, index=True),
    Column("document", Text, nullable=False),
    sqlite_autoincrement=True,
)
_clock = clock_table(_metadata)


class LedgerError(DalilError):
    """Raised when the file cannot be read or written (a full disk, another kind of file)."""

    code = "chat_unavailable"
    status = 503


class Ledger(SqliteFile):
    """Deliveries and answers of the chat tools of one data folder. Safe to share between threads and processes."""

    def __init__(self, data: str | Path, days: float = 30) -> None:
        """Open `data/chat.db`, made when it is not there; answers are kept for `days` (0: always). Raises `LedgerError`."""
        super().__init__(Path(data) / FILE, _metadata, "memory of the chat tools", LedgerError)
        self._days = days
        self._expiry = Expiry(_clock)

    def first(self, delivery: str) -> bool:
        """Whether this delivery comes for the first time; from now on it is known, also after a restart."""
        now = datetime.now(UTC)
        with self._begin() as connection:
            connection.execute(delete(_deliveries).where(_deliveries.c.created < _iso(now - REMEMBERED)))
            values = {"key": delivery[:400], "created": _iso(now)}
            return connection.execute(upsert(_deliveries).values(values).on_conflict_do_nothing()).rowcount == 1

    def keep(self, conversation: str, answer: Answer) -> str:
        """Store an answer as the last of a conversation; gives an id that cannot be guessed."""
        now, chosen = datetime.now(UTC), secrets.token_urlsafe(12)
        document = json.dumps(answer.to_dict(), ensure_ascii=False).encode("utf-8", "replace").decode()
        values = {"id": chosen, "conversation": conversation[:400], "created": _iso(now), "document": document}
        with self._begin() as connection:
            if self._days:
                old = self._expiry.moment(connection) - timedelta(days=self._days)
                connection.execute(delete(_answers).where(_answers.c.created < _iso(old)))
            connection.execute(insert(_answers).values(values))
        return chosen

    def turns(self, conversation: str) -> list[Turn]:
        """The last turns of a conversation, the oldest first."""
        query = select(_answers.c.document).where(_answers.c.conversation == conversation[:400])
        with self._begin() as connection:
            rows = connection.execute(query.order_by(_answers.c.number.desc()).limit(TURNS_READ)).scalars().all()
        documents = [json.loads(row) for row in reversed(rows)]
        return [Turn(one["question"], one["answer"], one["standalone"], one) for one in documents]

    def answer(self, answer_id: str) -> dict[str, Any] | None:
        """An answer as `Answer.to_dict` gave it."""
        with self._begin() as connection:
            found = connection.execute(select(_answers.c.document).where(_answers.c.id == answer_id)).scalar_one_or_none()
        return None if found is None else json.loads(found)

    def forget(self, conversation: str) -> None:
        """Let a conversation begin anew: the answers of the one before are deleted."""
        with self._begin() as connection:
            connection.execute(delete(_answers).where(_answers.c.conversation == conversation[:400]))


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
