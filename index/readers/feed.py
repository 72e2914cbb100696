"""RSS and Atom: each entry of a feed is an article."""

import io
import re
from typing import Any

import feedparser

from index.article import Skipped
from index.errors import ReadError
from index.readers.base import Draft, Drafts, content_id
from index.readers.encoding import decode
from index.readers.html import fragment_text

_DECLARED = re.compile(rb"""\A[^<]{0,8}<\?xml[^>]{0,100}?encoding=["']([\w.:-]+)""")
_ENTRY = re.compile(r"<(?:item|entry)\b", re.IGNORECASE)
_LARGEST = 10_000_000
_MOST_ENTRIES = 10_000
_MARKUP = re.compile(r"<[a-zA-Z/!]|&#?\w{2,8};")


def read(data: bytes, name: str, charset: str | None = None) -> Drafts:
    """A draft for each entry, with the feed's name as outlet."""
    declared = _DECLARED.match(data)
    text = decode(data, name, charset or (declared[1].decode("ascii") if declared else None))
    entries = sum(1 for _ in _ENTRY.finditer(text))
    if len(data) > _LARGEST or entries > _MOST_ENTRIES:
        raise ReadError(
            f"{name}: {len(data):,} bytes and {entries:,} entries are too much for a feed; {_LARGEST:,} and {_MOST_ENTRIES:,} "
            "are the limits: split it"
        )
    # Decoded here, strictly: feedparser would replace what it cannot decode. A string it would take for an address.
    try:
        feed = feedparser.parse(
            io.BytesIO(text.encode("utf-8", "surrogatepass")),
            response_headers={"content-type": "application/xml; charset=utf-8"},
        )
    except Exception as error:  # of any kind, where elements end that never began
        raise ReadError(f"{name}: this feed is broken, its elements do not fit each other") from error
    if not feed.entries:
        problem = feed.get("bozo_exception") if feed.bozo else None
        if feed.get("version") and problem is None:
            raise ReadError(f"{name}: this feed has no entries")
        raise ReadError(f"{name}: this is not an RSS or Atom feed" + (f" ({problem})" if problem else ""))
    outlet = _plain(feed.feed.get("title"))
    for number, entry in enumerate(feed.entries, start=1):
        yield _entry(entry, outlet, name, f"entry {number}")


def _plain(markup: str | None) -> str | None:
    """Text that may or may not be HTML, as text."""
    if not markup or not _MARKUP.search(markup):
        return markup or None
    return fragment_text(markup) or None


def _entry(entry: Any, outlet: str | None, name: str, place: str) -> Draft | Skipped:
    contents = [content.get("value") or "" for content in entry.get("content") or []]
    text = _plain(max([*contents, entry.get("summary") or ""], key=len))
    title = _plain(entry.get("title"))
    if text is None:
        return Skipped(f"{name}:{place}", f"{place} has no text, only its title {title!r}; give the page's address instead")
    link = entry.get("link") or None
    source = _plain((entry.get("source") or {}).get("title")) or outlet
    date = entry.get("published") or entry.get("updated")
    draft = Draft(text, id=entry.get("id") or link, title=title, source=source, url=link, date=date, place=place)
    if draft.id is None:
        return Draft(text, id=content_id(draft), title=title, source=source, date=date, place=place)
    return draft
