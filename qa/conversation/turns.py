"""The turns of a conversation: what was asked, how it was understood, and what was answered."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from index.errors import InputError

MOST_MESSAGES = 200
"""Messages of a history that a client may send."""
LONGEST_MESSAGE = 20_000
"""Characters of one message."""
TURNS_READ = 8
"""Turns before a question that can still say what it is about."""
_QUOTED = re.compile(r"«([^«»]+)»|“([^“”]+)”")
_ROLES = ("user", "assistant", "system", "developer", "tool")


@dataclass(frozen=True, slots=True)
class Turn:
    """A question that was asked and its answer.

    `standalone` is the full question where it was a follow-up; `answer` the text that was shown, empty for none;
    `document` the whole answer as `Answer.to_dict` gives it, where it is known.
    """

    question: str
    answer: str = ""
    standalone: str | None = None
    document: Mapping[str, Any] = field(default_factory=dict)

    @property
    def short(self) -> str | None:
        """The few words that answered."""
        return None if self.document.get("refused") else self.document.get("short")

    @property
    def articles(self) -> tuple[str, ...]:
        """Ids of the articles that were cited, in order."""
        return tuple(dict.fromkeys(str(one["article_id"]) for one in self._citations()))

    @property
    def evidence(self) -> tuple[str, ...]:
        """Quotes and titles of what was cited; without the document, what stands in quotation marks in the answer."""
        if self.document:
            texts = (one.get(name) for one in self._citations() for name in ("quote", "title"))
            return tuple(dict.fromkeys(text for text in texts if text))
        return tuple(one or other for one, other in _QUOTED.findall(self.answer))

    def _citations(self) -> Sequence[Mapping[str, Any]]:
        return self.document.get("citations") or ()


Said = Turn | Mapping[str, Any] | tuple[str, str]
"""One piece of a history: a `Turn`, a message (`role`, `content`), or a pair of a question and its answer."""


def read_history(history: Sequence[Said]) -> list[Turn]:
    """The last turns of a history that a caller gives, at most `TURNS_READ`.

    Messages of the roles user and assistant make turns; those of other known roles are passed over. Raises `InputError` naming
    the message that cannot be used.

    >>> read_history([{"role": "user", "content": "متى انتهت الحرب؟"}, {"role": "assistant", "content": "في 2018"}])[0].answer
    'في 2018'
    """
    if not isinstance(history, Sequence) or isinstance(history, str):
        raise InputError("history is a list of messages, each with a role and content")
    if len(history) > MOST_MESSAGES:
        raise InputError(f"history has {len(history)} messages; at most {MOST_MESSAGES} are read")
    turns: list[Turn] = []
    for number, said in enumerate(history, 1):
        if isinstance(said, Turn):
            turns.append(said)
        elif isinstance(said, Mapping):
            _add_message(turns, said, number)
        elif isinstance(said, tuple) and len(said) == 2 and all(isinstance(text, str) for text in said):
            turns.append(Turn(said[0], said[1], document=getattr(said, "document", None) or {}))
        else:
            raise InputError(f"message {number} of the history has no role and content")
    return turns[-TURNS_READ:]


def _add_message(turns: list[Turn], message: Mapping[str, Any], number: int) -> None:
    role, content = message.get("role"), message.get("content")
    if role not in _ROLES:
        raise InputError(f"message {number} of the history: the role is user or assistant, not {role!r}")
    if not isinstance(content, str):
        raise InputError(f"message {number} of the history: the content is text, not {type(content).__name__}")
    if len(content) > LONGEST_MESSAGE:
        raise InputError(f"message {number} of the history has {len(content)} characters; at most {LONGEST_MESSAGE} are read")
    text = " ".join(content.split())
    if role == "user" and text:
        turns.append(Turn(text))
    elif role == "assistant" and turns:
        last = turns[-1]
        turns[-1] = Turn(last.question, f"{last.answer} {text}".strip(), last.standalone)
