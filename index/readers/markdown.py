"""Markdown: headline and metadata from its front matter and first heading, the text line by line.

Markup within a line stays, so that a quote is found in the file as it stands; markers at the start of a line (`##`, `>`, `-`)
and lines of markup alone (fences, rules, images, link definitions, comments) are left out.
"""

import re

from index.readers.base import Draft, Drafts
from index.readers.encoding import decode

_FRONT_MATTER = re.compile(r"\A\ufeff?---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FIELD = re.compile(r"^([A-Za-z_]+)[ \t]*:[ \t]*(\S.*)$", re.MULTILINE)
_FIELDS = {
    "title": "title",
    "date": "date",
    "published": "date",
    "source": "source",
    "publisher": "source",
    "outlet": "source",
    "url": "url",
    "link": "url",
    "id": "id",
    "language": "language",
    "lang": "language",
}
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.*)$")
# Where one part of a pattern could take what the next one wants, none gives anything back (`++`): lines may be endless.
_UNDERLINE = re.compile(r"^ {0,3}(?:=+|-{2,})[ \t]*$")
_FENCE = re.compile(r"^ {0,3}(?:```|~~~)")
_MARKUP_ONLY = re.compile(
    r"^\s*+(?:(?:\[?!\[[^\]]*+\]\([^)]*+\)(?:\]\([^)]*+\))?+\s*+)++|\[[^\]]++\]:\s*+\S.*|<!--.*-->|(?:[-*_]\s*+){3,}+"
    r"|\|?(?:\s*+:?-++:?\s*+\|)++[\s:-]*+)$"
)
_MARKER = re.compile(r"^\s*+(?:>[ \t]?+)*+\s*+(?:[-*+][ \t]++(?:\[[ xX]\][ \t]++)?+)?+")


def read(data: bytes, name: str, charset: str | None = None) -> Drafts:
    """One draft."""
    text = "\n".join(decode(data, name, charset).splitlines())
    found: dict[str, str] = {}
    if front := _FRONT_MATTER.match(text):
        text = text[front.end() :]
        for field, value in _FIELD.findall(front[1]):
            if (known := _FIELDS.get(field.lower())) and known not in found:
                found[known] = value.strip().strip("\"'")
    kept, heading = _lines(text.split("\n"))
    title = found.pop("title", None) or heading
    get = found.get
    yield Draft(
        "\n".join(kept),
        id=get("id"),
        title=title,
        source=get("source"),
        url=get("url"),
        date=get("date"),
        language=get("language"),
    )


def _lines(lines: list[str]) -> tuple[list[str], str | None]:
    """The lines without their markers, and the heading that opens the text."""
    kept: list[str] = []
    title: str | None = None
    fenced = False
    for line in lines:
        if _FENCE.match(line):
            fenced = not fenced
        elif fenced:
            kept.append(line)
        elif heading := _HEADING.match(line):
            words = heading[1].rstrip(" \t").rstrip("#").rstrip(" \t")
            if title is None and not any(map(str.strip, kept)):
                title = words or None
            else:
                kept.append(words)
        elif _UNDERLINE.match(line) and kept and kept[-1].strip():
            if title is None and not any(map(str.strip, kept[:-1])):
                title = kept.pop().strip()
        elif not _MARKUP_ONLY.match(line):
            kept.append(_MARKER.sub("", line, count=1))
    return kept, title
