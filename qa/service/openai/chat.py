"""`chat.completion` and its chunks."""

import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from qa.service.errors import describe, openai_error
from qa.service.openai.inputs import MODEL
from qa.service.openai.reply import Reply, data_frame


@dataclass(slots=True)
class Completion(Reply):
    """One chat completion."""

    include_usage: bool = False
    id: str = field(default_factory=lambda: f"chatcmpl-{uuid.uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))

    def document(self) -> dict[str, Any]:
        """A `chat.completion`."""
        message = {"role": "assistant", "content": self.writing.text, "refusal": None} | self._sources()
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
        return self._head("chat.completion") | {"choices": [choice], "usage": self._usage()} | self.told()

    def begin(self) -> bytes:
        """The chunk that names the role."""
        return self._chunk({"role": "assistant", "content": "", "refusal": None})

    def delta(self, added: str) -> bytes:
        """One chunk of words."""
        return self._chunk({"content": added})

    def end(self) -> bytes:
        """Annotations all at once (the official client takes no second list of them), usage, and the end."""
        out = self._chunk(self._sources(), "stop", self.told())
        if self.include_usage:
            out += data_frame(self._head("chat.completion.chunk") | {"choices": [], "usage": self._usage()})
        return out + b"data: [DONE]\n\n"

    def failure(self, error: Exception) -> bytes:
        """The error in place of the next chunk."""
        return data_frame(openai_error(*describe(error)))

    def _sources(self) -> dict[str, Any]:
        if self.writing.answer is None:
            return {}
        return {"annotations": self.writing.annotations, "citations": self.told()["citations"]}

    def _usage(self) -> dict[str, int]:
        written = self.written()
        return {"prompt_tokens": self.sent, "completion_tokens": written, "total_tokens": self.sent + written}

    def _chunk(self, delta: dict[str, Any], finish: str | None = None, more: dict[str, Any] | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        usage = {"usage": None} if self.include_usage else {}
        return data_frame(self._head("chat.completion.chunk") | {"choices": [choice]} | usage | (more or {}))

    def _head(self, kind: str) -> dict[str, Any]:
        return {"id": self.id, "object": kind, "created": self.created, "model": MODEL}
