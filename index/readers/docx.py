"""Word documents: paragraphs and tables in the order of the page."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

import docx
from docx.oxml.exceptions import InvalidXmlError
from docx.oxml.ns import qn

from index.errors import ReadError
from index.readers.base import Draft, Drafts

_MAX_UNPACKED = 200 * 1024 * 1024
_MAX_PARTS = 10_000
# A document of a thousand pages has half of that; in memory, each tag becomes many times as large.
_MAX_XML = 64 * 1024 * 1024
_MAX_TAGS = 2_000_000
_BREAKS = {qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:tab"): "\t", qn("w:noBreakHyphen"): "\u2011"}
# Deleted and moved-away text, the second copy of a drawing's text for old readers, and text boxes are not in the reading order.
_PASSED_OVER = frozenset((qn("w:del"), qn("w:moveFrom"), qn("w:drawing"), qn("w:pict"), qn("w:object"), qn("w:instrText")))
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"


def read(data: bytes, name: str, charset: str | None = None) -> Drafts:
    """One draft; the headline is the paragraph in the style Title, or the first heading before any text."""
    _check_archive(data, name)
    try:
        document = docx.Document(io.BytesIO(data))
    except Exception as error:
        # python-docx lets through whatever its parts raise on a damaged file: KeyError, ValueError, XMLSyntaxError.
        raise ReadError(f"{name}: this Word file is damaged ({error}); open it in Word and save it again") from error
    if (body := getattr(document.element, "body", None)) is None:
        raise ReadError(f"{name}: this Word file is damaged (its document has no body); open it in Word and save it again")
    title: str | None = None
    lines: list[str] = []
    for style, text in _blocks(document, body):
        heading = style == "title" or (style == "heading 1" and not any(map(str.strip, lines)))
        if title is None and heading and text.strip():
            title = " ".join(text.split())
        else:
            lines.append(text)
    if title is None and not any(map(str.strip, lines)):
        raise ReadError(f"{name}: there is no text in this Word file; if its pages are pictures, they need OCR first")
    yield Draft("\n\n".join(lines), title=title)


def _check_archive(data: bytes, name: str) -> None:
    """Refuse what is no Word file, and what would unpack to more than memory should hold, before anything is unpacked."""
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise ReadError(f"{name}: this is an old Word file (.doc) or one with a password; save it as .docx without a password")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            size = sum(part.file_size for part in parts)
            xml = [part for part in parts if part.filename.lower().endswith((".xml", ".rels"))]
            written = sum(part.file_size for part in xml)
            small = size <= _MAX_UNPACKED and len(parts) <= _MAX_PARTS and written <= _MAX_XML
            tags = sum(archive.read(part).count(b"<") for part in xml) if small else 0
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, ValueError, OSError) as error:
        raise ReadError(f"{name}: this is not a Word file ({error}); save it as .docx again") from None
    if not small:
        raise ReadError(
            f"{name}: it would unpack to {size:,} bytes in {len(parts):,} parts, {written:,} bytes of them text and form; "
            f"{_MAX_UNPACKED:,}, {_MAX_PARTS:,} and {_MAX_XML:,} are the limits"
        )
    if tags > _MAX_TAGS:
        raise ReadError(f"{name}: it has {tags:,} tags, {_MAX_TAGS:,} is the limit; split it, or save it as .txt")


def _blocks(document: Any, parent: Any) -> Iterator[tuple[str, str]]:
    """(style name in lower case, text) of each paragraph and table row under `parent`."""
    for child in parent.iterchildren():
        if child.tag == qn("w:p"):
            yield _style(document, child), _paragraph(child)
        elif child.tag == qn("w:tbl"):
            yield "", "\n".join(_rows(document, child))
        elif child.tag in (qn("w:sdt"), qn("w:sdtContent"), qn("w:ins"), qn("w:customXml"), qn("w:smartTag")):
            yield from _blocks(document, child)


def _style(document: Any, paragraph: Any) -> str:
    try:
        style_id = paragraph.style
    except InvalidXmlError:  # a style without a name
        return ""
    if style_id is None:
        return ""
    named = document.styles.element.get_by_id(style_id)
    return str(named.name_val if named is not None and named.name_val else style_id).lower()


def _paragraph(element: Any) -> str:
    return "".join(_text(element)).strip("\n")


def _text(element: Any) -> Iterator[str]:
    for child in element.iterchildren():
        if child.tag == qn("w:t"):
            yield child.text or ""
        elif child.tag in _BREAKS:
            yield _BREAKS[child.tag]
        elif child.tag not in _PASSED_OVER and child.tag != _FALLBACK:
            yield from _text(child)


def _rows(document: Any, table: Any) -> Iterator[str]:
    """Each row on a line, its cells apart by ` | `."""
    for row in table.iterchildren(qn("w:tr")):
        cells = []
        for cell in row.iter(qn("w:tc")):
            if next(cell.iterancestors(qn("w:tr"))) is row:
                cells.append(" ".join(" ".join(text.split()) for _, text in _blocks(document, cell)).strip())
        if any(cells):
            yield " | ".join(cells)
