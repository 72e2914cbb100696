"""What the answers of both APIs have in common."""

import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from index.tokens import count_tokens
from qa.answer import Event
from qa.service.openai.content import Writing
from qa.service.openai.inputs import Message

_TOLD = ("refused", "confidence", "mode", "short", "language", "standalone", "conflict", "note", "model", "usage", "timings_ms")


def data_frame(document: dict[str, Any], name: str = "") -> bytes:
    """One server-sent event."""
    begin = f"event: {name}\n" if name else ""
    return f"{begin}data: {json.dumps(document, ensure_ascii=False, separators=(',', ':'))}\n\n".encode(errors="replace")


def tokens(messages: Sequence[Message], encoding: str) -> int:
    """How many tokens the messages have together."""
    return sum(count_tokens(message.content, encoding) for message in messages)


@dataclass(slots=True)
class Reply(ABC):
    """One answer in a form of OpenAI's, whole (`document`, when all events were fed to `writing`) or as a stream."""

    writing: Writing
    sent: int
    """tokens of what was sent"""
    encoding: str
    _begun: bool = field(default=False, init=False)

    @abstractmethod
    def document(self) -> dict[str, Any]:
        """The whole reply."""

    @abstractmethod
    def begin(self) -> bytes:
        """What a stream begins with, before there are words."""

    @abstractmethod
    def delta(self, added: str) -> bytes:
        """Words that were added just now."""

    @abstractmethod
    def end(self) -> bytes:
        """What a stream ends with."""

    @abstractmethod
    def failure(self, error: Exception) -> bytes:
        """What tells that there is no more."""

    def encode(self, event: Event) -> bytes:
        """What one event of the answer becomes in the stream."""
        begun = b"" if self._begun else self.begin()
        self._begun = True
        added = self.writing.feed(event)
        return begun + (self.delta(added) if added else b"") + (self.end() if self.writing.answer else b"")

    def written(self) -> int:
        """Tokens of the text."""
        return count_tokens(self.writing.text, self.encoding)

    def told(self) -> dict[str, Any]:
        """What OpenAI's forms have no place for: the citations in full, and what else an answer tells."""
        if self.writing.answer is None:
            return {}
        document = self.writing.answer.to_dict()
        return {"citations": document["citations"], "dalil": {name: document[name] for name in _TOLD if name in document}}
