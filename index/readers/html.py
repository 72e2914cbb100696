"""Web pages: the article out of its page, with headline, outlet and date, by trafilatura."""

import logging
import re
from collections.abc import Iterator
from typing import Any

import trafilatura
from lxml import etree  # type: ignore[import-untyped]
from lxml import html as lxml_html

from index.errors import ReadError
from index.readers.base import Draft, Drafts
from index.readers.encoding import decode

# Its warnings about pages it cannot use would stand on the user's terminal beside the reason that the reader gives.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)

_DECLARED = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]+)|<\?xml[^>]{0,100}?encoding=["']([\w.:-]+)""", re.I
)
_BLOCKS = frozenset(
    (
        *(
            "address",
            "article",
            "aside",
            "blockquote",
            "br",
            "dd",
            "div",
            "dl",
            "dt",
            "fieldset",
            "figcaption",
            "figure",
            "footer",
        ),
        *(
            "form",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "header",
            "hr",
            "li",
            "main",
            "nav",
            "ol",
            "p",
            "pre",
            "section",
            "table",
        ),
        *("tbody", "td", "tfoot", "th", "thead", "tr", "ul"),
    )
)
# Articles have some hundreds; finding one among millions would take minutes.
_MOST_TAGS = 200_000
_UNSEEN = frozenset(("script", "style", "template", "noscript", "head", "iframe", "svg", "button", "select", "textarea"))
_SITE_SUFFIX = re.compile(r"(?<!\s)\s+[|–—-]\s+")


def read(data: bytes, name: str, charset: str | None = None) -> Drafts:
    """One draft. The encoding is the header's, else the page's own, else told from the bytes."""
    declared = _DECLARED.search(data[:4096])
    told = next((group.decode("ascii") for group in declared.groups() if group), None) if declared else None
    page = decode(data, name, charset or told)
    if (tags := page.count("<")) > _MOST_TAGS:
        raise ReadError(f"{name}: this page has {tags:,} tags, {_MOST_TAGS:,} is the limit; save its text as .txt")
    found = _extract(page)
    title = found.get("title")
    site = found.get("sitename")
    text = found.get("text") or ""
    if not text.strip():
        raise ReadError(
            f"{name}: no article text was found in this page; if a browser shows one, it is put there by a script: "
            "save the text as .txt, or the page after it has loaded"
        )
    yield Draft(text, title=_without_site(title, site), source=site, url=found.get("url"), date=found.get("date"))


def _extract(page: str) -> dict[str, str | None]:
    """What trafilatura finds in the page; for a page that it cannot divide, all the text in it."""
    # XML's encoding declaration makes lxml refuse text that is decoded already.
    page = re.sub(r"\A\s*<\?xml[^>]*\?>", "", page)
    if not page.strip():
        return {}
    document = trafilatura.bare_extraction(
        page,
        with_metadata=True,
        include_comments=False,
        include_tables=True,
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    if document is None:
        return {"text": fragment_text(page), "title": _title_of(page)}
    found: dict[str, Any] = document if isinstance(document, dict) else document.as_dict()
    return {field: found.get(field) or None for field in ("text", "title", "sitename", "url", "date")}


def _title_of(page: str) -> str | None:
    title = re.search(r"<title\b[^<>]*>([^<]*)</title", page, re.I)
    return fragment_text(title[1]) or None if title else None


def _without_site(title: str | None, site: str | None) -> str | None:
    """A headline without « | the site's name» behind it."""
    if title and site:
        for cut in _SITE_SUFFIX.finditer(title):
            if title[cut.end() :].strip().casefold() == site.strip().casefold():
                return title[: cut.start()].strip()
    return title


def fragment_text(fragment: str) -> str:
    """All the text of a piece of HTML, one line for each block."""
    if not fragment.strip():
        return ""
    try:
        root = lxml_html.document_fromstring(fragment)
    except (etree.ParserError, ValueError):
        return ""
    lines = (re.sub(r"[ \t\r\n\f]+", " ", line).strip() for line in "".join(_pieces(root)).split("\0"))
    return "\n".join(line for line in lines if line)


def _pieces(root: lxml_html.HtmlElement) -> Iterator[str]:
    """The text of a tree in order, `\\0` where a block begins or ends. Without recursion: pages nest thousands deep."""
    skipping: lxml_html.HtmlElement | None = None
    for event, node in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        if event in ("comment", "pi"):
            if skipping is None:
                yield node.tail or ""
            continue
        if event == "start":
            if skipping is None and node.tag in _UNSEEN:
                skipping = node
            if skipping is None:
                yield ("\0" if node.tag in _BLOCKS else "") + (node.text or "")
            continue
        if skipping is node:
            skipping = None
        if skipping is None:
            yield "\0" if node.tag in _BLOCKS else ""
            if node is not root:
                yield node.tail or ""
