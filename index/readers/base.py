"""What every reader gives back, and the one place where that becomes an article."""

import hashlib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from index.article import Article, Language, Skipped
from index.cleaning import clean
from index.dates import normalise_date
from index.errors import ReadError
from index.language import detect_language

MAX_BYTES = 50 * 1024 * 1024
_LONGEST_ID = 1000


@dataclass(frozen=True, slots=True)
class Draft:
    """What a reader found in a source, before cleaning. `place` tells where in the source, as in `line 7`."""

    text: str
    id: str | None = None
    title: str | None = None
    source: str | None = None
    url: str | None = None
    date: str | None = None
    language: str | None = None
    quotable: bool = True
    notes: tuple[str, ...] = ()
    place: str | None = None


Drafts = Iterator[Draft | Skipped]


def content_id(draft: Draft) -> str:
    """A stable id for a record that brings none: the same title and text give the same id."""
    return hashlib.sha256(f"{draft.title or ''}\0{draft.text}".encode("utf-8", "surrogatepass")).hexdigest()[:16]


def printable(name: str) -> str:
    """A file name as an id or an origin: encodable, one line, the same on every system."""
    name = unicodedata.normalize("NFC", name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace"))
    return "".join("_" if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") else char for char in name)


def _one_line(value: str | None) -> str | None:
    """A metadata value without control characters and line breaks; `None` if nothing is left."""
    if value is None:
        return None
    shown = "".join(" " if unicodedata.category(char) == "Cc" else char for char in value)
    return " ".join(shown.split()) or None


def _check(draft: Draft, article_id: str) -> None:
    fields = {"id": article_id, "text": draft.text, "title": draft.title, "source": draft.source, "url": draft.url}
    for name, value in (fields | {"date": draft.date}).items():
        if value is None:
            continue
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise ReadError(
                f"field {name!r} has half a character (U+{ord(value[error.start]):04X}) at position {error.start}; "
                "write the character whole, as UTF-8"
            ) from None
        if "\0" in value:
            raise ReadError(f"field {name!r} has a NUL character at position {value.index(chr(0))}; take it out")
    if not article_id.strip():
        raise ReadError("the id is empty; give the article an id or leave the field out")
    if any(unicodedata.category(char) == "Cc" for char in article_id):
        raise ReadError("the id has a control character; use letters, digits and signs")
    if len(article_id) > _LONGEST_ID:
        raise ReadError(f"the id has {len(article_id):,} characters; {_LONGEST_ID:,} is the limit")


def _language(given: str | None, text: str, title: str | None) -> Language:
    asked = (given or "").strip().lower()
    if asked.startswith(("ar", "عرب")):
        return "ar"
    if asked.startswith(("en", "إنج", "انج")):
        return "en"
    return detect_language(text, default=detect_language(title or ""))


def finish(draft: Draft, article_id: str, origin: str) -> Article:
    """Clean a draft and make it an article; raises `ReadError` where nothing usable is in it."""
    _check(draft, article_id)
    cleaned = clean(
        draft.text, title=_one_line(draft.title), source=_one_line(draft.source), date=normalise_date(draft.date or "")
    )
    if not cleaned.text:
        empty = not draft.text.strip()
        raise ReadError(
            "there is no text in it" if empty else "it holds nothing but menus, links and captions, no article text"
        )
    return Article(
        id=article_id.strip(),
        text=cleaned.text,
        title=cleaned.title,
        source=cleaned.source,
        url=_one_line(draft.url),
        date=cleaned.date,
        language=_language(draft.language, cleaned.text, cleaned.title),
        origin=origin,
        quotable=draft.quotable,
        notes=draft.notes,
    )
