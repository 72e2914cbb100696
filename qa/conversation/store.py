"""Conversations kept by id beside the index, until they expire or are deleted."""

import json
import re
import secrets
from collections.abc import Mapping
from copy import copy
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Self

from sqlalchemy import Column, ForeignKey, Index, MetaData, Table, Text, delete, func, insert, select, update
from sqlalchemy.engine import Connection

from index.database import EXACT, ROW_ID, Place, insert_new
from index.errors import DalilError, InputError, NotFound
from index.kept import Kept
from qa.conversation.turns import TURNS_READ, Turn
from qa.expiry import Expiry, clock_table

FILE = "conversations.db"
LONGEST_TITLE = 200
_TITLE_OF_QUESTION = 80
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:@~-]{0,199}")

_metadata = MetaData()
_conversations = Table(
    "conversations",
    _metadata,
    Column("id", EXACT, primary_key=True),
    Column("title", Text, nullable=False),
    Column("created", EXACT, nullable=False),
    Column("updated", EXACT, nullable=False),
    Index("by_updated", "updated"),
)
_turns = Table(
    "turns",
    _metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("conversation", EXACT, ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created", EXACT, nullable=False),
    Column("question", Text, nullable=False),
    Column("standalone", Text, nullable=False),
    Column("answer", Text, nullable=False),
    sqlite_autoincrement=True,
)
_clock = clock_table(_metadata, "conversations_clock")


class ConversationError(DalilError):
    """Raised when the conversations of a data folder cannot be read or written (a full disk, another kind of file)."""

    code = "conversations_unavailable"
    status = 503


@dataclass(frozen=True, slots=True)
class Conversation:
    """What is known of a conversation without its turns; times are ISO 8601 in UTC, `expires` is `None` for never."""

    id: str
    title: str
    created: str
    updated: str
    expires: str | None
    turns: int

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return asdict(self)


class ConversationStore(Kept):
    """The conversations of one place or data folder.

    What a method has returned for survives the end of the process and of the machine. A conversation to which nothing was
    added for `days` is gone (0: none ever is).
    """

    tables, file, what = _metadata, FILE, "conversations"
    error: ClassVar = ConversationError

    def __init__(self, place: Place | Path | str, days: float = 30) -> None:
        """Open them. Raises `ConversationError`."""
        super().__init__(place)
        self._days = days
        self._prefix = ""
        self._expiry = Expiry(_clock)
        with self._begin() as connection:
            self._expire(connection)

    def of(self, owner: str) -> Self:
        """The same conversations as one owner has them: others have no name here. `""` has those that are nobody's.

        Where they are kept, an owner's name stands before their ids, with a stroke that no id can have.
        """
        own = copy(self)
        own._prefix = f"{check_id(owner)}/" if owner else ""
        return own

    def create(self, title: str = "", conversation_id: str | None = None) -> Conversation:
        """A new, empty conversation. Raises `InputError` for a title or an id that cannot be used, or one in use."""
        chosen = check_id(conversation_id) if conversation_id is not None else secrets.token_urlsafe(12).replace("-", "~")
        chosen = chosen if _ID.fullmatch(chosen) else f"c{chosen}"
        values = {"id": self._prefix + chosen, "title": _title(title), "created": (now := _now()), "updated": now}
        with self._begin() as connection:
            self._expire(connection)
            if not insert_new(connection, _conversations, values):
                raise InputError(f"there is a conversation with the id {chosen!r} already")
        return self.get(chosen)

    def get(self, conversation_id: str) -> Conversation:
        """One conversation. Raises `NotFound`."""
        with self._begin() as connection:
            found = self._list(connection, self._named(conversation_id))
        if not found:
            raise _missing(conversation_id)
        return found[0]

    def recent(self, *, offset: int = 0, limit: int = 50) -> tuple[list[Conversation], int]:
        """A page of the conversations, the latest first, and how many there are in all."""
        with self._begin() as connection:
            self._expire(connection)
            total = connection.execute(select(func.count()).select_from(_conversations).where(self._own())).scalar_one()
            return self._list(connection, self._own(), offset=offset, limit=limit), int(total)

    def rename(self, conversation_id: str, title: str) -> Conversation:
        """Give a conversation another title. Raises `NotFound`, `InputError`."""
        chosen = _title(title)
        if not chosen:
            raise InputError("a conversation needs a title with a word in it")
        with self._begin() as connection:
            renaming = update(_conversations).where(self._named(conversation_id), self._alive()).values(title=chosen)
            if not connection.execute(renaming).rowcount:
                raise _missing(conversation_id)
        return self.get(conversation_id)

    def delete(self, conversation_id: str) -> None:
        """Delete a conversation with all its turns. Raises `NotFound`."""
        with self._begin() as connection:
            deleting = delete(_conversations).where(self._named(conversation_id), self._alive())
            if not connection.execute(deleting).rowcount:
                raise _missing(conversation_id)

    def turns(self, conversation_id: str, *, last: int | None = None) -> list[dict[str, Any]] | None:
        """The turns in order (`created`, `question`, `standalone`, `answer`), or the `last`; `None` for an unknown id."""
        query = select(_turns).where(_turns.c.conversation == self._prefix + conversation_id).order_by(_turns.c.id.desc())
        with self._begin() as connection:
            if not self._list(connection, self._named(conversation_id)):
                return None
            rows = connection.execute(query.limit(last)).mappings().all()
        return [
            {"created": row["created"], "question": row["question"], "standalone": row["standalone"]}
            | {"answer": json.loads(row["answer"])}
            for row in reversed(rows)
        ]

    def history(self, conversation_id: str) -> list[Turn] | None:
        """The turns that can still say what a question is about; `None` for an unknown id."""
        rows = self.turns(check_id(conversation_id), last=TURNS_READ)
        if rows is None:
            return None
        return [Turn(row["question"], row["answer"].get("answer") or "", row["standalone"], row["answer"]) for row in rows]

    def add(
        self, conversation_id: str, question: str, standalone: str, answer: Mapping[str, Any], *, create: bool = False
    ) -> bool:
        """Store a turn; with `create` the conversation too where there is none, named after the question.

        Returns false, and stores nothing, where the conversation is not there (any more).
        """
        now, chosen = _now(), self._prefix + check_id(conversation_id)
        title = question if len(question) <= _TITLE_OF_QUESTION else question[: _TITLE_OF_QUESTION - 1].rstrip() + "…"
        turn = {"conversation": chosen, "created": now, "question": question, "standalone": standalone}
        turn["answer"] = json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace").decode()
        with self._begin() as connection:
            if create:
                self._expire(connection)
                values = {"id": chosen, "title": title, "created": now, "updated": now}
                insert_new(connection, _conversations, values)
            touching = update(_conversations).where(_conversations.c.id == chosen, self._alive())
            if not connection.execute(touching.values(updated=now)).rowcount:
                return False
            naming = update(_conversations).where(_conversations.c.id == chosen, _conversations.c.title == "")
            connection.execute(naming.values(title=title))
            connection.execute(insert(_turns).values(turn))
        return True

    def _list(self, connection: Connection, *where: Any, offset: int = 0, limit: int | None = None) -> list[Conversation]:
        count = select(func.count()).where(_turns.c.conversation == _conversations.c.id).scalar_subquery()
        query = select(_conversations, count.label("turns")).where(self._alive(), *where)
        ordered = query.order_by(_conversations.c.updated.desc(), _conversations.c.id).offset(offset).limit(limit)
        return [
            Conversation(**{**row, "id": row["id"].removeprefix(self._prefix)}, expires=self._expires(row["updated"]))
            for row in connection.execute(ordered).mappings()
        ]

    def _named(self, conversation_id: str) -> Any:
        """The condition that a conversation is the owner's one of that id."""
        # Without an owner, an id as it is kept would name somebody's; and what can be no id is nobody's.
        return _conversations.c.id == (self._prefix + conversation_id if _ID.fullmatch(conversation_id) else None)

    def _own(self) -> Any:
        """The condition that a conversation is the owner's."""
        if not self._prefix:
            return ~_conversations.c.id.contains("/")
        return _conversations.c.id.startswith(self._prefix, autoescape=True)

    def _alive(self) -> Any:
        """The condition that a conversation has not expired."""
        return _conversations.c.updated >= (_now(-self._days) if self._days else "")

    def _expires(self, updated: str) -> str | None:
        return _iso(datetime.fromisoformat(updated) + timedelta(days=self._days)) if self._days else None

    def _expire(self, connection: Connection) -> None:
        if self._days:
            moment = _iso(self._expiry.moment(connection) - timedelta(days=self._days))
            old = select(_conversations.c.id).where(_conversations.c.updated < moment)
            # Those that somebody else is just letting expire are left to them: two would stand in each other's way.
            connection.execute(delete(_conversations).where(_conversations.c.id.in_(old.with_for_update(skip_locked=True))))


def check_id(conversation_id: str) -> str:
    """The id itself. Raises `InputError` for one that cannot name a conversation."""
    if _ID.fullmatch(conversation_id) is None:
        raise InputError(
            f"a conversation's id has 1 to 200 letters of English, digits and . _ : @ ~ -, not {conversation_id[:40]!r}"
        )
    return conversation_id


def _missing(conversation_id: str) -> NotFound:
    return NotFound(f"no conversation has the id {conversation_id[:200]!r}")


def _title(title: str) -> str:
    text = " ".join("".join(char if char.isprintable() else " " for char in title).split())
    if len(text) > LONGEST_TITLE:
        raise InputError(f"the title has {len(text)} characters; at most {LONGEST_TITLE} are kept")
    return text


def _now(days: float = 0) -> str:
    return _iso(datetime.now(UTC) + timedelta(days=days))


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
