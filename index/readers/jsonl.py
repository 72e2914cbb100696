"""Articles as JSON: one a line (`.jsonl`), or one object, a list or `{"articles": [...]}` (`.json`).

Only `text` is required; `id`, `title`, `source`, `url`, `date` and `language` are taken, anything else is left alone.
A record that cannot be used is reported with its place and field, and the next one is read.
"""

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from index.article import Skipped
from index.errors import ReadError
from index.readers.base import MAX_BYTES, Draft, Drafts, content_id
from index.readers.encoding import decode

_BOM = b"\xef\xbb\xbf"
_KINDS = {dict: "an object", list: "a list", str: "a string", int: "a number", float: "a number", bool: "true or false"}


def read(data: bytes, name: str, charset: str | None = None) -> Drafts:
    """The articles of one JSON document. A single object without an id leaves it to the caller to name it."""
    try:
        document = json.loads(decode(data, name, charset))
    except json.JSONDecodeError as error:
        raise ReadError(f"{name}: line {error.lineno} is not JSON ({error.msg}, column {error.colno})") from None
    except ValueError as error:
        raise ReadError(f"{name}: it is not JSON ({error})") from None
    except RecursionError:
        raise ReadError(f"{name}: its lists and objects are nested too deeply") from None
    records = document.get("articles") if isinstance(document, dict) and "text" not in document else document
    if isinstance(records, list):
        for number, record in enumerate(records, start=1):
            yield _draft(record, name, f"article {number}")
    elif isinstance(document, dict):
        yield _draft(document, name, None)
    else:
        raise ReadError(f"{name}: it holds {_kind(document)}; expected an article, a list of articles or {{'articles': [...]}}")


def read_lines(lines: Iterable[bytes], name: str, max_bytes: int = MAX_BYTES, first: int = 1) -> Drafts:
    """The articles of a file with one JSON object a line; `max_bytes` is for one line, as such files have any length.

    `first` is the number of the first line.
    """
    for number, line in enumerate(lines, start=first):
        if number == 1:
            line = line.removeprefix(_BOM)
        if line.strip():
            yield _line(line, name, f"line {number}", max_bytes)


def _line(line: bytes, name: str, place: str, max_bytes: int) -> Draft | Skipped:
    where = f"{name}:{place.removeprefix('line ')}"
    if len(line) > max_bytes:
        return Skipped(where, f"{place} is longer than the limit of {max_bytes:,} bytes")
    try:
        record = json.loads(decode(line, place))
    except json.JSONDecodeError as error:
        return Skipped(where, f"{place} is not JSON ({error.msg}, column {error.colno})")
    except (ValueError, RecursionError):
        return Skipped(where, f"{place} is not JSON that can be read: nested too deeply or with a number out of range")
    except ReadError as error:
        return Skipped(where, str(error))
    return _draft(record, name, place)


def _kind(value: object) -> str:
    return _KINDS.get(type(value), "null")


def _text(record: dict[str, Any], field: str) -> str | None:
    value = record.get(field)
    if value is None or isinstance(value, str):
        return value
    if field == "id" and type(value) is int:
        return str(value)
    raise ReadError(f"field {field!r} is {_kind(value)}, expected a string")


def _draft(record: object, name: str, place: str | None) -> Draft | Skipped:
    where = f"{name}:{place.removeprefix('line ')}" if place else name
    told = f"{place}: " if place else ""
    if not isinstance(record, dict):
        return Skipped(where, f"{told}expected an object with a field 'text', got {_kind(record)}")
    try:
        text = _text(record, "text")
        if text is None:
            raise ReadError("field 'text' is missing")
        draft = Draft(
            text,
            id=_text(record, "id"),
            title=_text(record, "title"),
            source=_text(record, "source"),
            url=_text(record, "url"),
            date=_text(record, "date"),
            language=_text(record, "language"),
            place=place,
        )
        return replace(draft, id=content_id(draft)) if place and draft.id is None else draft
    except ReadError as error:
        return Skipped(where, f"{told}{error}")
