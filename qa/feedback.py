"""Thumbs, stored for good. `dalil eval from-feedback` turns what people thought of answers into questions to measure with."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, Literal

from sqlalchemy import Column, MetaData, Table, Text, func, insert, select
from sqlalchemy.engine import Row

from index.database import EXACT, ROW_ID, storable
from index.errors import DalilError, InputError
from index.kept import Kept

Thumb = Literal["up", "down"]
FILE = "feedback.db"

_metadata = MetaData()
_table = Table(
    "feedback",
    _metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("created", EXACT, nullable=False),
    Column("question", Text, nullable=False),
    Column("language", EXACT),
    Column("thumb", EXACT, nullable=False),
    Column("comment", Text),
    Column("answer_id", Text),
    Column("answer", Text),
    Column("citations", Text, nullable=False),
    sqlite_autoincrement=True,
)


class FeedbackError(DalilError):
    """Raised when the feedback of a data folder cannot be read or written (a full disk, another kind of file)."""

    code = "feedback_unavailable"
    status = 503


@dataclass(frozen=True, slots=True)
class Feedback:
    """One thumb. `citations` are those of the answer (`article_id`, `quote`, `start`, `end`, ... as in the contract)."""

    id: int
    created: str
    question: str
    thumb: Thumb
    language: str | None = None
    comment: str | None = None
    answer_id: str | None = None
    answer: str | None = None
    citations: tuple[dict[str, Any], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {**asdict(self), "citations": list(self.citations)}


class FeedbackStore(Kept):
    """The thumbs of one place or data folder.

    A thumb that `add` has returned for survives the end of the process and of the machine.
    """

    tables, file, what = _metadata, FILE, "feedback"
    error: ClassVar = FeedbackError

    def add(
        self,
        question: str,
        thumb: Thumb,
        *,
        comment: str | None = None,
        answer_id: str | None = None,
        answer: str | None = None,
        citations: Sequence[Mapping[str, Any]] = (),
        language: str | None = None,
    ) -> Feedback:
        """Store one thumb. Raises `InputError` for an empty question or another thumb than `up` and `down`."""
        if not question.strip():
            raise InputError("feedback needs the question it is about")
        if thumb not in ("up", "down"):
            raise InputError(f"a thumb is 'up' or 'down', not {thumb!r}")
        values = {
            "created": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "question": question,
            "language": language,
            "thumb": thumb,
            "comment": comment,
            "answer_id": answer_id,
            "answer": answer,
            "citations": json.dumps([dict(citation) for citation in citations], ensure_ascii=False),
        }
        if not all(storable(value) for value in values.values() if value is not None):
            raise InputError("the feedback has a NUL character or half of one (a lone surrogate)")
        with self._begin() as connection:
            number = connection.execute(insert(_table).values(values)).inserted_primary_key
            row = connection.execute(select(_table).where(_table.c.id == number[0])).one()  # type: ignore[index]
        return _feedback(row)

    def list(self, *, thumb: Thumb | None = None, offset: int = 0, limit: int | None = None) -> list[Feedback]:
        """Thumbs in the order in which they came."""
        query = select(_table).order_by(_table.c.id).offset(offset).limit(limit)
        if thumb is not None:
            query = query.where(_table.c.thumb == thumb)
        with self._begin() as connection:
            return [_feedback(row) for row in connection.execute(query)]

    def counts(self) -> dict[str, int]:
        """How many thumbs `up` and `down` there are."""
        query = select(_table.c.thumb, func.count()).group_by(_table.c.thumb)
        with self._begin() as connection:
            return {"up": 0, "down": 0} | {row[0]: row[1] for row in connection.execute(query)}


def _feedback(row: Row[Any]) -> Feedback:
    values = dict(row._mapping)
    return Feedback(**{**values, "citations": tuple(json.loads(values["citations"]))})
