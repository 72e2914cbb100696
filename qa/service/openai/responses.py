"""`response` and its events."""

import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from qa.service.errors import describe
from qa.service.openai.inputs import MODEL
from qa.service.openai.reply import Reply, data_frame

_UNUSED: dict[str, Any] = {
    "incomplete_details": None,
    "instructions": None,
    "max_output_tokens": None,
    "metadata": {},
    "parallel_tool_calls": False,
    "previous_response_id": None,
    "reasoning": {"effort": None, "summary": None},
    "store": False,
    "temperature": None,
    "text": {"format": {"type": "text"}},
    "tool_choice": "none",
    "tools": [],
    "top_p": None,
    "truncation": "disabled",
}
"""What every response has and no answer of ours depends on."""


@dataclass(slots=True)
class ModelResponse(Reply):
    """One response with one message."""

    id: str = field(default_factory=lambda: f"resp_{uuid.uuid4().hex}")
    item: str = field(default_factory=lambda: f"msg_{uuid.uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))
    _number: int = 0
    _annotated: int = 0

    def document(self) -> dict[str, Any]:
        """A `response`, completed."""
        written = self.written()
        usage = {
            "input_tokens": self.sent,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": written,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": self.sent + written,
        }
        return self._response("completed", [self._message()], usage=usage) | self.told()

    def begin(self) -> bytes:
        """The response, its message and the message's text, all still empty."""
        started = self._response("in_progress", [])
        item = {"id": self.item, "type": "message", "status": "in_progress", "role": "assistant", "content": []}
        return (
            self._event("created", response=started)
            + self._event("in_progress", response=started)
            + self._event("output_item.added", output_index=0, item=item)
            + self._event("content_part.added", **self._place(), part=_part("", []))
        )

    def delta(self, added: str) -> bytes:
        """Words, and the annotations that came with them."""
        out = self._event("output_text.delta", **self._place(), delta=added, logprobs=[])
        annotations = self._annotations()
        for number in range(self._annotated, len(annotations)):
            place = self._place() | {"annotation_index": number}
            out += self._event("output_text.annotation.added", **place, annotation=annotations[number])
        self._annotated = len(annotations)
        return out

    def end(self) -> bytes:
        """Everything that was begun, completed."""
        message = self._message()
        return (
            self._event("output_text.done", **self._place(), text=self.writing.text, logprobs=[])
            + self._event("content_part.done", **self._place(), part=message["content"][0])
            + self._event("output_item.done", output_index=0, item=message)
            + self._event("completed", response=self.document())
        )

    def failure(self, error: Exception) -> bytes:
        """The response, failed."""
        _, code, message = describe(error)
        failed = {"code": "server_error", "message": f"{message} ({code})"}
        return self._event("failed", response=self._response("failed", [], error=failed))

    def _message(self) -> dict[str, Any]:
        part = _part(self.writing.text, self._annotations())
        return {"id": self.item, "type": "message", "status": "completed", "role": "assistant", "content": [part]}

    def _annotations(self) -> list[dict[str, Any]]:
        return [{"type": one["type"]} | one["url_citation"] for one in self.writing.annotations]

    def _place(self) -> dict[str, Any]:
        return {"item_id": self.item, "output_index": 0, "content_index": 0}

    def _response(self, status: str, output: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
        head = {"id": self.id, "object": "response", "created_at": self.created, "model": MODEL, "status": status}
        return head | {"output": output, "error": None, "usage": None} | _UNUSED | more

    def _event(self, name: str, **fields: Any) -> bytes:
        kind = f"response.{name}"
        frame = data_frame({"type": kind, "sequence_number": self._number} | fields, kind)
        self._number += 1
        return frame


def _part(text: str, annotations: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "output_text", "text": text, "annotations": annotations, "logprobs": []}
