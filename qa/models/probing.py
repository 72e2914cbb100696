"""Finding out what a server can do, once."""

import json
import os
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Lock
from typing import Any

from qa.models.base import ChatModel, Message
from qa.models.errors import ModelFailed, ModelNonsense, ModelRefused

_WORD = "k7q-ready"
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {_WORD: {"type": "string", "enum": ["zx41"]}},
    "required": [_WORD],
    "additionalProperties": False,
}
"""A schema that no model fills by chance: the question below says nothing about it."""
_KEPT_S = 7 * 24 * 3600
_DOUBTED_S = 3600


def keeps_to_schema(model: ChatModel) -> bool | None:
    """Whether the server really shapes its answers by a schema, or only takes the word and ignores it.

    `None` where it fails at it: some do not know schemas, but it may be something that passes. Raises `ModelError`.
    """
    pieces = model.stream([Message("user", "Say hello.")], schema=SCHEMA, max_tokens=40)
    try:
        with closing(pieces):  # type: ignore[type-var]
            return bool(json.loads("".join(pieces)) == {_WORD: "zx41"})
    except ValueError:
        return False
    except (ModelFailed, ModelNonsense):
        return None
    except ModelRefused as error:
        if error.final:
            raise
        return False


class Probes:
    """What was found out, by key, in a small file, for a week: servers change."""

    def __init__(self, path: Path | None) -> None:
        self._path, self._known, self._lock = path, dict[str, tuple[bool, float]](), Lock()

    def get(self, key: str, probe: Callable[[], bool | None]) -> bool:
        """What is known of `key`, else what `probe` finds out; what it cannot tell counts as no, for an hour."""
        with self._lock:
            known = self._known.get(key) or self._read().get(key)
            if known is None or time.time() - known[1] > _KEPT_S:
                found = probe()
                known = (bool(found), time.time() - (_KEPT_S - _DOUBTED_S if found is None else 0))
                self._write(self._read() | {key: known})
            self._known[key] = known
        return known[0]

    def _read(self) -> dict[str, tuple[bool, float]]:
        try:
            stored = json.loads(self._path.read_text(encoding="utf-8")) if self._path else {}
            return {str(key): (bool(value[0]), float(value[1])) for key, value in stored.items()}
        except (OSError, ValueError, TypeError, LookupError, AttributeError):
            return {}  # nothing that cannot be found out again

    def _write(self, known: dict[str, tuple[bool, float]]) -> None:
        if self._path is None:
            return
        try:
            fresh = self._path.with_name(f"{self._path.name}.{os.getpid()}")
            fresh.write_text(json.dumps(known), encoding="utf-8")
            fresh.replace(self._path)
        except OSError:
            return  # a folder that may only be read
