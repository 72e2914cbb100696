"""What the chat tools remember beside the index: which deliveries came already, and the answers that were given.

The answers are those that a follow-up is understood through and that a thumb is about. They are kept apart from the
conversations of the page, because what was said to a bot in private is nobody else's to list.
"""

import json
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import Column, ColumnElement, Connection, Index, MetaData, Table, Text, delete, insert, select

from index.database import EXACT, ROW_ID, Place, insert_new
from index.errors import DalilError
from index.kept import Kept
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
    Column("key", EXACT, primary_key=True),
    Column("created", EXACT, nullable=False),
    Index("by_age", "created"),
)
_answers = Table(
    "answers",
    _metadata,
    Column("number", ROW_ID, primary_key=True, autoincrement=True),
    Column("id", EXACT, nullable=False, unique=True),
    Column("conversation", EXACT, nullable=False, index=True),
    Column("created", EXACT, nullable=False, index=True),
    Column("document", Text, nullable=False),
    sqlite_autoincrement=True,
)
_clock = clock_table(_metadata, "chat_clock")


class LedgerError(DalilError):
    """Raised when what they remember cannot be read or written (a full disk, another kind of file)."""

    code = "chat_unavailable"
    status = 503


class Ledger(Kept):
    """Deliveries and answers of the chat tools of one place or data folder."""

    tables, file, what = _metadata, FILE, "memory of the chat tools"
    error: ClassVar = LedgerError

    def __init__(self, place: Place | Path | str, days: float = 30) -> None:
        """Open it; answers are kept for `days` (0: always). Raises `LedgerError`."""
        super().__init__(place)
        self._days = days
        self._expiry = Expiry(_clock)

    def first(self, delivery: str) -> bool:
        """Whether this delivery comes for the first time; from now on it is known, also after a restart."""
        now = datetime.now(UTC)
        with self._begin() as connection:
            _forget(connection, _deliveries.c.key, _deliveries.c.created < _iso(now - REMEMBERED))
            return insert_new(connection, _deliveries, {"key": _name(delivery), "created": _iso(now)})

    def keep(self, conversation: str, answer: Answer) -> str:
        """Store an answer as the last of a conversation; gives an id that cannot be guessed."""
        now, chosen = datetime.now(UTC), secrets.token_urlsafe(12)
        document = json.dumps(answer.to_dict(), ensure_ascii=False).encode("utf-8", "replace").decode()
        values = {"id": chosen, "conversation": _name(conversation), "created": _iso(now), "document": document}
        with self._begin() as connection:
            if self._days:
                old = self._expiry.moment(connection) - timedelta(days=self._days)
                _forget(connection, _answers.c.id, _answers.c.created < _iso(old))
            connection.execute(insert(_answers).values(values))
        return chosen

    def turns(self, conversation: str) -> list[Turn]:
        """The last turns of a conversation, the oldest first."""
        query = select(_answers.c.document).where(_answers.c.conversation == _name(conversation))
        with self._begin() as connection:
            rows = connection.execute(query.order_by(_answers.c.number.desc()).limit(TURNS_READ)).scalars().all()
        documents = [json.loads(row) for row in reversed(rows)]
        return [Turn(one["question"], one["answer"], one["standalone"], one) for one in documents]

    def answer(self, answer_id: str) -> dict[str, Any] | None:
        """An answer as `Answer.to_dict` gave it."""
        query = select(_answers.c.document).where(_answers.c.id == _name(answer_id))
        with self._begin() as connection:
            found = connection.execute(query).scalar_one_or_none()
        return None if found is None else json.loads(found)

    def forget(self, conversation: str) -> None:
        """Let a conversation begin anew: the answers of the one before are deleted."""
        with self._begin() as connection:
            connection.execute(delete(_answers).where(_answers.c.conversation == _name(conversation)))


def _name(given: str) -> str:
    """What a platform calls something, as it can be kept and found again."""
    return given[:400].replace("\0", " ").encode(errors="replace").decode()


def _forget(connection: Connection, key: Column[Any], old: ColumnElement[bool]) -> None:
    """Delete what is old, but for rows that somebody else is just deleting: two would stand in each other's way."""
    rows = select(key).where(old).with_for_update(skip_locked=True)
    connection.execute(delete(key.table).where(key.in_(rows)))


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
