"""Rows of JSON with checks that name file, line and field."""

import gzip
import io
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa.evaluation.errors import DatasetError

_GZIP = b"\x1f\x8b"
_MOST_UNPACKED = 1 << 30


def read_text(path: Path) -> str:
    """The text of a file, unpacked when it is gzip by its first bytes. Raises `DatasetError`."""
    try:
        content = path.read_bytes()
        if content.startswith(_GZIP):
            content = _unpacked(content, path)
    except FileNotFoundError:
        raise DatasetError("no such file or folder", file=path) from None
    except (OSError, EOFError, zlib.error) as error:
        raise DatasetError(f"cannot be read: {error}", file=path) from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DatasetError("not UTF-8", file=path, line=line) from None


def _unpacked(content: bytes, path: Path) -> bytes:
    with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
        unpacked = file.read(_MOST_UNPACKED + 1)
    if len(unpacked) > _MOST_UNPACKED:
        raise DatasetError(f"unpacks to more than {_MOST_UNPACKED:,} bytes; split it", file=path)
    return unpacked


@dataclass(frozen=True, slots=True)
class Row:
    """One JSON object and where it stands. `path` is its place inside a larger document, such as `data[0].paragraphs[3]`."""

    values: dict[str, Any]
    file: Path
    line: int | None = None
    path: str = ""

    def error(self, name: str, problem: str) -> DatasetError:
        """An error about the field `name`."""
        return DatasetError(problem, file=self.file, line=self.line, field=f"{self.path}.{name}" if self.path else name)

    def text(self, name: str) -> str:
        """A field that must hold text other than blanks."""
        value = self.values.get(name)
        if name not in self.values:
            raise self.error(name, "is missing")
        if not isinstance(value, str) or not value.strip():
            raise self.error(name, f"must be text, got {_shown(value)}")
        return value

    def identifier(self, name: str) -> str:
        """An id: text, or a whole number."""
        value = self.values.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        return self.text(name)

    def optional(self, name: str) -> str | None:
        """Text or nothing."""
        value = self.values.get(name)
        if value is not None and not isinstance(value, str):
            raise self.error(name, f"must be text or null, got {_shown(value)}")
        return value or None

    def texts(self, name: str, *, blanks: bool = False) -> tuple[str, ...]:
        """A list of text, empty when the field is missing or null; one text counts as a list of one.

        Answers written as Hugging Face writes them (`{"text": [...], "answer_start": [...]}`) are taken too. Blank texts are
        left out with `blanks`, and an error without.
        """
        value = self.values.get(name)
        if isinstance(value, dict) and "text" in value:
            value = value["text"]
        if value is None:
            return ()
        if isinstance(value, str):
            value = [value]
        if not isinstance(value, list) or not all(isinstance(item, str) and (blanks or item.strip()) for item in value):
            raise self.error(name, f"must be a list of texts, got {_shown(value)}")
        return tuple(dict.fromkeys(item for item in value if item.strip()))

    def rows(self, name: str) -> Iterator["Row"]:
        """A list of objects."""
        value = self.values.get(name)
        if not isinstance(value, list):
            raise self.error(name, "is missing" if name not in self.values else f"must be a list, got {_shown(value)}")
        for number, item in enumerate(value):
            if not isinstance(item, dict):
                raise self.error(f"{name}[{number}]", f"must be an object, got {_shown(item)}")
            yield Row(item, self.file, self.line, f"{self.path}.{name}[{number}]" if self.path else f"{name}[{number}]")


def json_rows(text: str, file: Path) -> Iterator[Row]:
    """The objects of JSON Lines, or of one JSON array. Blank lines count but are left out."""
    if text.lstrip().startswith("["):
        for number, item in enumerate(json_document(text, file)):
            if not isinstance(item, dict):
                raise DatasetError(f"must be an object, got {_shown(item)}", file=file, field=f"[{number}]")
            yield Row(item, file, None, f"[{number}]")
        return
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise DatasetError(f"not JSON: {_said(error)}", file=file, line=number) from None
        if not isinstance(value, dict):
            raise DatasetError(f"must be an object, got {_shown(value)}", file=file, line=number)
        yield Row(value, file, number)


def json_document(text: str, file: Path) -> Any:
    """One JSON document."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise DatasetError(f"not JSON: {error.msg}", file=file, line=error.lineno) from None
    except (ValueError, RecursionError) as error:
        raise DatasetError(f"not JSON: {_said(error)}", file=file) from None


def _said(error: Exception) -> str:
    return "its lists and objects are nested too deeply" if isinstance(error, RecursionError) else str(error)


def _shown(value: object) -> str:
    shown = json.dumps(value, ensure_ascii=False, default=str)
    return shown if len(shown) <= 60 else shown[:57] + "..."
