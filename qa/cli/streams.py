"""The three streams: UTF-8 whatever the locale says, JSON on stdout, everything else on stderr."""

import io
import json
import os
import sys
from typing import Any, TextIO

from index.article import Language
from index.errors import InputError


def use_utf8() -> None:
    """Write UTF-8 even where the locale is C or `PYTHONIOENCODING` says ASCII."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A lone surrogate from a file name must not end the program while it is being told about.
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def stderr_line(line: str) -> None:
    """One line for people."""
    print(line, file=sys.stderr, flush=True)


def print_json(document: Any) -> None:
    """The one JSON document of `--json`."""
    print(json.dumps(document, ensure_ascii=False, indent=2))


def read_stdin() -> str:
    """All of stdin as UTF-8. Raises `InputError` when it is something else."""
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise InputError(f"the text on stdin is not UTF-8 (byte {error.start})") from None


def is_styled(stream: TextIO) -> bool:
    """Whether bold and underline may be used there: a terminal, and nobody asked for plain text (https://no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def interface_language(asked: str | None = None) -> Language:
    """The language of words that belong to no answer: the one asked for, else the locale's, else English."""
    match asked:
        case "ar" | "en":
            return asked
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "ar" if locale.startswith("ar") else "en"
