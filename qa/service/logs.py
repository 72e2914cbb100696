"""The log as JSON lines on stderr, for programs that collect logs."""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any, TextIO

OWN = "dalil"


class JsonLines(logging.Formatter):
    """One JSON object a line. Of an exception its type and place, not its words, which may be those of a question."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        document: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        document |= getattr(record, "fields", {})
        if record.exc_info and record.exc_info[0] is not None:
            document["exception"] = record.exc_info[0].__name__
            document["traceback"] = "".join(traceback.format_tb(record.exc_info[2]))
        return json.dumps(document, ensure_ascii=False).encode("utf-8", "replace").decode()


def log_as_json(stream: TextIO | None = None) -> logging.Handler:
    """Send every log of this process there (stderr), what is Dalil's own from `info` on, all else from `warning` on."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger(OWN).setLevel(logging.INFO)
    return handler
