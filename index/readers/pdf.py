"""PDF: characters with their boxes, lines as they stand on paper, and from there the order of reading.

PDFium gives characters in the order the file draws them, which for Arabic with digits or Latin in it is not the order of
reading. So each line is put together from left to right (`layout`) and its order of reading recovered (`visual`). Where
that cannot be shown to be right, the article is marked as not to be quoted.
"""

import ctypes
import math
import re
import unicodedata
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from index.errors import ReadError
from index.readers.base import Draft, Drafts
from index.readers.layout import Glyph, read_page
from index.readers.visual import has_rtl

_HYPHEN = "\x02"  # what PDFium gives for a hyphen at the end of a line
_LIGATURES = ("الله", "لله", "محمد", "صلى", "وسلم", "ريال")
_GENERIC_TITLE = re.compile(
    r"untitled|بدون عنوان|document\d*|microsoft|powerpoint|\.\w{2,4}$|^file:|^https?:|^\W*$", re.IGNORECASE
)


_MOST_PAGES = 10_000
_MOST_ON_A_PAGE = 50_000
_MOST_CHARACTERS = 5_000_000
_LARGEST_STREAM = 64 * 1024 * 1024
_LAYERS = 4
_STREAM = re.compile(rb"stream\r?\n")


@dataclass(slots=True)
class _Doubts:
    """What the reader could not be sure of, counted over the document."""

    characters: int = 0
    letters: int = 0
    unreadable: int = 0
    unsure_lines: int = 0
    mixed_lines: int = 0
    two_ways: int = 0
    blanks: int = 0


def read(data: bytes, name: str, charset: str | None = None) -> Drafts:
    """One draft, with notes on what was repaired; not quotable where the order or the letters are in doubt."""
    _check_streams(data, name)
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise ReadError(f"{name}: this PDF has a password; save it without one") from None
        raise ReadError(f"{name}: this PDF is damaged ({error}); open it in a viewer and print it to a new PDF") from None
    doubts = _Doubts()
    try:
        if len(document) > _MOST_PAGES:
            raise ReadError(
                f"{name}: this PDF says that it has {len(document):,} pages; {_MOST_PAGES:,} is the limit: split it"
            )
        pages = [_page(document, number, name, doubts) for number in range(len(document))]
        title = document.get_metadata_value("Title").strip()
    finally:
        document.close()
    if not doubts.letters:
        raise ReadError(f"{name}: this PDF holds no text, only pictures of pages; run OCR on it first")
    if doubts.unreadable > 0.3 * doubts.letters:
        raise ReadError(f"{name}: this PDF does not say which letters its glyphs are; run OCR on it, or take another copy")
    text = "\n\n".join(page for page in pages if page)
    usable = title and not _GENERIC_TITLE.search(title)
    notes = tuple(_notes(doubts))
    quotable = not doubts.unsure_lines and not doubts.blanks and doubts.unreadable <= 0.002 * doubts.letters
    yield Draft(text, title=title if usable else None, quotable=quotable, notes=notes)


def _check_streams(data: bytes, name: str) -> None:
    """Refuse a file in which a packed stream, but for a picture, unpacks to more than a page can hold: PDFium would do it."""
    for found in _STREAM.finditer(data):
        if b"/Image" in data[max(0, found.start() - 300) : found.start()]:
            continue
        packed: bytes | memoryview = memoryview(data)[found.end() :]
        for _ in range(_LAYERS):  # packed again and again, a stream unpacks to as much as it likes
            if bytes(packed[:1]) != b"\x78":
                break
            try:
                packed = zlib.decompressobj().decompress(packed, _LARGEST_STREAM + 1)
            except zlib.error:
                break
            if len(packed) > _LARGEST_STREAM:
                limit = f"{_LARGEST_STREAM:,} bytes is the limit"
                raise ReadError(f"{name}: a part of this PDF unpacks to more than a page can hold; {limit}")


def _notes(doubts: _Doubts) -> Iterator[str]:
    if doubts.unsure_lines:
        yield f"never quoted: {doubts.unsure_lines} lines of this PDF could not be put back in their order of reading"
    if doubts.blanks:
        yield f"never quoted: in {doubts.blanks} places this PDF does not tell whether a word ends at a letter with vowel signs"
    if doubts.unreadable > 0.002 * doubts.letters:
        yield f"never quoted: {doubts.unreadable} glyphs of this PDF do not say which letters they are"
    if doubts.mixed_lines:
        yield f"{doubts.mixed_lines} lines with Latin or digits in Arabic were put back in reading order"
    if doubts.two_ways:
        yield f"{doubts.two_ways} places with a Latin word beside a number look the same in two reading orders"


def _page(document: pypdfium2.PdfDocument, number: int, name: str, doubts: _Doubts) -> str:
    try:
        page = document[number]
        textpage = page.get_textpage()
    except pypdfium2.PdfiumError as error:
        raise ReadError(f"{name}: page {number + 1} of this PDF is damaged ({error})") from None
    doubts.characters += (count := textpage.count_chars())
    if count > _MOST_ON_A_PAGE or doubts.characters > _MOST_CHARACTERS:
        raise ReadError(
            f"{name}: page {number + 1} of this PDF brings it to {doubts.characters:,} characters, {count:,} on this page; "
            f"{_MOST_CHARACTERS:,} and {_MOST_ON_A_PAGE:,} are the limits: split it, or save its text as .txt"
        )
    glyphs, marks, spaces = _glyphs(textpage, doubts)
    _attach(marks, glyphs)
    read_out = read_page(glyphs, spaces)
    doubts.mixed_lines += read_out.mixed
    doubts.unsure_lines += read_out.unsure
    doubts.two_ways += read_out.two_ways
    doubts.blanks += read_out.doubtful_blanks
    return "\n\n".join(read_out.paragraphs)


def _glyphs(textpage: pypdfium2.PdfTextPage, doubts: _Doubts) -> tuple[list[Glyph], list[Glyph], list[tuple[float, float]]]:
    """The letters of a page in drawing order, its combining marks apart, and the places of its blanks."""
    handle = textpage.raw
    box, matrix, x, y = pdfium.FS_RECTF(), pdfium.FS_MATRIX(), ctypes.c_double(), ctypes.c_double()
    letters: list[Glyph] = []
    marks: list[Glyph] = []
    spaces: list[tuple[float, float]] = []
    for index in range(textpage.count_chars()):
        char = chr(pdfium.FPDFText_GetUnicode(handle, index))
        pdfium.FPDFText_GetCharOrigin(handle, index, x, y)
        origin = (x.value, y.value)
        if char.isspace():
            spaces.append(origin)
            continue
        if (shown := _shown(char, doubts)) is None:
            continue
        pdfium.FPDFText_GetMatrix(handle, index, matrix)
        if abs(matrix.b) > abs(matrix.a) or _clipped(handle, index, origin[1]):
            continue  # a note up the side of the page, or the edge of a line that stands on the page before
        size = max(pdfium.FPDFText_GetFontSize(handle, index) * math.hypot(matrix.c, matrix.d), 1.0)
        if unicodedata.category(char) == "Mn":
            left, _, right, _ = textpage.get_charbox(index)
            marks.append(Glyph(shown, left, right, origin[1], size, origin, left))
            if letters and letters[-1].origin == origin and letters[-1].text == "^":
                del letters[-1]  # PDFium's stand-in for the blank under a mark that has a code of its own
            continue
        pdfium.FPDFText_GetLooseCharBox(handle, index, box)
        glyph = Glyph(shown, min(box.left, origin[0]), box.right, origin[1], size, origin, box.left)
        if letters and letters[-1].origin == origin and has_rtl(char):
            _join(letters[-1], glyph)
        else:
            letters.append(glyph)
    return letters, marks, spaces


def _clipped(handle: Any, index: int, base: float) -> bool:
    """Whether a glyph is drawn outside of what the page lets show: browsers cut a long page through its lines."""
    path = pdfium.FPDFPageObj_GetClipPath(pdfium.FPDFText_GetTextObject(handle, index))
    if not path or pdfium.FPDFClipPath_CountPaths(path) != 1:
        return False
    x, y = ctypes.c_float(), ctypes.c_float()
    heights = []
    for number in range(pdfium.FPDFClipPath_CountPathSegments(path, 0)):
        pdfium.FPDFPathSegment_GetPoint(pdfium.FPDFClipPath_GetPathSegment(path, 0, number), x, y)
        heights.append(y.value)
    return bool(heights) and not min(heights) - 1 <= base <= max(heights) + 1


def _shown(char: str, doubts: _Doubts) -> str | None:
    """The letters a character stands for; `None` for one that shows nothing, or that nobody can tell."""
    if char == _HYPHEN:
        return "-"
    category = unicodedata.category(char)
    if category == "Cf":
        return None
    doubts.letters += 1
    if char == "\ufffd" or category in ("Cc", "Cn", "Co", "Cs"):
        doubts.unreadable += 1
        return None
    return _base_letters(char)


def _base_letters(char: str) -> str:
    """A presentation form as the letters it stands for; anything else as it is."""
    if "\ufb50" <= char <= "\ufdff" or "\ufe70" <= char <= "\ufefc":
        return unicodedata.normalize("NFKC", char).strip()
    return char


def _join(glyph: Glyph, part: Glyph) -> None:
    """One glyph that PDFium gives as several letters, side by side in its box: a ligature, read from right to left."""
    glyph.text = glyph.text + part.text if part.right <= glyph.right else part.text + glyph.text
    glyph.left, glyph.right = min(glyph.left, part.left), max(glyph.right, part.right)
    backwards = glyph.text[::-1]
    # Writers differ in which way round they list a ligature's letters; lam comes before alef, and the words are known.
    if backwards in _LIGATURES or (len(backwards) == 2 and backwards[0] == "ل" and backwards[1] in "اأإآٱ"):
        glyph.text = backwards


def _attach(marks: Iterable[Glyph], glyphs: list[Glyph]) -> None:
    """Give each combining mark to the letter it was drawn with, or else to the one it stands over or under."""
    letters = [glyph for glyph in glyphs if has_rtl(glyph.text)]
    by_origin = {glyph.origin: glyph for glyph in letters}
    for mark in marks:
        if (owner := by_origin.get(mark.origin)) is not None:
            owner.marks.append(mark.text)
            if mark.right <= owner.drawn + 0.1 or owner.right <= mark.left + 0.1:
                # PDFium took one glyph apart and gave each part a slice of some box, so its width is not known.
                owner.drawn = min(owner.drawn, mark.left)
                owner.left, owner.right = min(owner.left, mark.left), max(owner.right, mark.right)
                owner.whole = False
            continue
        middle = (mark.left + mark.right) / 2
        near = [glyph for glyph in letters if abs(glyph.base - mark.base) < glyph.height]
        if near:
            nearest = min(
                near, key=lambda glyph: abs((glyph.left + glyph.right) / 2 - middle) + abs(glyph.base - mark.base) / 4
            )
            nearest.marks.append(mark.text)
