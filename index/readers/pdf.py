"""PDF: characters with their boxes, lines as they stand on paper, and from there the order of reading.

PDFium gives characters in the order the file draws them, which for Arabic with digits or Latin in it is not the order of
reading. So each line is sorted from left to right and read by `visual.read_line`. Where that cannot be shown to be right, the
article is marked as not to be quoted.
"""

import ctypes
import math
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise

import pypdfium2
import pypdfium2.raw as pdfium

from index.errors import ReadError
from index.readers.base import Draft, Drafts
from index.readers.visual import has_rtl, read_line

_SPACE = 0.15  # of the letter height: a gap that wide between two glyphs is a blank
_SAME_LINE = 1.6  # a wider gap is the gutter between two columns
_HYPHEN = "\x02"  # what PDFium gives for a hyphen at the end of a line
_LIGATURES = ("الله", "لله", "محمد", "صلى", "وسلم", "ريال")
_GENERIC_TITLE = re.compile(
    r"untitled|بدون عنوان|document\d*|microsoft|powerpoint|\.\w{2,4}$|^file:|^https?:|^\W*$", re.IGNORECASE
)


@dataclass(slots=True)
class _Glyph:
    """One character or ligature as drawn: its reading, its left and right edge, its baseline and height."""

    text: str
    left: float
    right: float
    base: float
    height: float
    origin: tuple[float, float]
    marks: list[str] = field(default_factory=list)

    @property
    def cell(self) -> str:
        """The letters with their marks, shadda before the vowel."""
        return self.text + "".join(sorted(self.marks, key=lambda mark: mark != "\u0651"))


@dataclass(slots=True)
class _Line:
    glyphs: list[_Glyph]
    text: str = ""

    @property
    def height(self) -> float:
        return max(glyph.height for glyph in self.glyphs)

    @property
    def base(self) -> float:
        return self.glyphs[0].base

    @property
    def left(self) -> float:
        return min(glyph.left for glyph in self.glyphs)

    @property
    def right(self) -> float:
        return max(glyph.right for glyph in self.glyphs)


@dataclass(slots=True)
class _Doubts:
    """What the reader could not be sure of, counted over the document."""

    letters: int = 0
    unreadable: int = 0
    unsure_lines: int = 0
    repaired_lines: int = 0
    two_ways: int = 0


def read(data: bytes, name: str, charset: str | None = None) -> Drafts:
    """One draft, with notes on what was repaired; not quotable where the order or the letters are in doubt."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise ReadError(f"{name}: this PDF has a password; save it without one") from None
        raise ReadError(f"{name}: this PDF is damaged ({error}); open it in a viewer and print it to a new PDF") from None
    doubts = _Doubts()
    try:
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
    quotable = not doubts.unsure_lines and doubts.unreadable <= 0.002 * doubts.letters
    yield Draft(text, title=title if usable else None, quotable=quotable, notes=notes)


def _notes(doubts: _Doubts) -> Iterator[str]:
    if doubts.unsure_lines:
        yield f"never quoted: {doubts.unsure_lines} lines of this PDF could not be put back in their order of reading"
    if doubts.unreadable > 0.002 * doubts.letters:
        yield f"never quoted: {doubts.unreadable} glyphs of this PDF do not say which letters they are"
    if doubts.repaired_lines:
        yield f"{doubts.repaired_lines} lines with Latin or digits in Arabic were put back in reading order"
    if doubts.two_ways:
        yield f"{doubts.two_ways} places with a Latin word beside a number look the same in two reading orders"


def _page(document: pypdfium2.PdfDocument, number: int, name: str, doubts: _Doubts) -> str:
    try:
        page = document[number]
        textpage = page.get_textpage()
    except pypdfium2.PdfiumError as error:
        raise ReadError(f"{name}: page {number + 1} of this PDF is damaged ({error})") from None
    glyphs, marks = _glyphs(textpage, doubts)
    marks = _own_marks(marks, glyphs)
    lines = _lines(glyphs)
    _attach(marks, lines)
    everything = "".join(glyph.text for glyph in glyphs)
    rtl = len(re.findall(r"[\u0620-\u064a]+", everything)) >= len(re.findall(r"[A-Za-z]{2,}", everything))
    for line in lines:
        _read(line, rtl and has_rtl(everything), doubts)
    return _paragraphs(lines, rtl)


def _glyphs(textpage: pypdfium2.PdfTextPage, doubts: _Doubts) -> tuple[list[_Glyph], list[_Glyph]]:
    """The letters of a page in drawing order, and its combining marks apart."""
    handle = textpage.raw
    box, matrix, x, y = pdfium.FS_RECTF(), pdfium.FS_MATRIX(), ctypes.c_double(), ctypes.c_double()
    letters: list[_Glyph] = []
    marks: list[_Glyph] = []
    for index in range(textpage.count_chars()):
        char = chr(pdfium.FPDFText_GetUnicode(handle, index))
        if pdfium.FPDFText_IsGenerated(handle, index) == 1 or char.isspace():
            continue
        doubts.letters += 1
        if char == _HYPHEN:
            char = "-"
        category = unicodedata.category(char)
        if char == "\ufffd" or category in ("Cc", "Cn", "Co", "Cs"):
            doubts.unreadable += 1
            continue
        if category == "Cf":
            continue
        pdfium.FPDFText_GetMatrix(handle, index, matrix)
        if abs(matrix.b) > abs(matrix.a):
            continue  # a watermark or a note up the side of the page
        pdfium.FPDFText_GetLooseCharBox(handle, index, box)
        pdfium.FPDFText_GetCharOrigin(handle, index, x, y)
        size = max(pdfium.FPDFText_GetFontSize(handle, index) * math.hypot(matrix.c, matrix.d), 1.0)
        glyph = _Glyph(_base_letters(char), min(box.left, x.value), box.right, y.value, size, (x.value, y.value))
        if category == "Mn":
            left, _, right, _ = textpage.get_charbox(index)
            marks.append(replace(glyph, left=left, right=right))
            if letters and letters[-1].origin == glyph.origin and letters[-1].text == "^":
                del letters[-1]  # PDFium's stand-in for the blank under a mark that has a code of its own
        elif letters and letters[-1].origin == glyph.origin and has_rtl(char):
            _join(letters[-1], glyph)
        else:
            letters.append(glyph)
    return letters, marks


def _base_letters(char: str) -> str:
    """A presentation form as the letters it stands for; anything else as it is."""
    if "\ufb50" <= char <= "\ufdff" or "\ufe70" <= char <= "\ufefc":
        return unicodedata.normalize("NFKC", char).strip()
    return char


def _join(glyph: _Glyph, part: _Glyph) -> None:
    """One glyph that PDFium gives as several letters, side by side in its box: a ligature, read from right to left."""
    glyph.text = glyph.text + part.text if part.right <= glyph.right else part.text + glyph.text
    glyph.left, glyph.right = min(glyph.left, part.left), max(glyph.right, part.right)
    backwards = glyph.text[::-1]
    # Writers differ in which way round they list a ligature's letters; lam comes before alef, and the words are known.
    if backwards in _LIGATURES or (len(backwards) == 2 and backwards[0] == "ل" and backwards[1] in "اأإآٱ"):
        glyph.text = backwards


def _lines(glyphs: Iterable[_Glyph]) -> list[_Line]:
    """Glyphs on one baseline without a gutter between them, each line from left to right, in the order they are drawn."""
    pieces: list[_Line] = []
    for glyph in glyphs:
        last = pieces[-1] if pieces else None
        if last is not None and _beside(last, _Line([glyph])):
            last.glyphs.append(glyph)
        else:
            pieces.append(_Line([glyph]))
    lines: list[_Line] = []
    for piece in pieces:
        # A gap left by a piece drawn later closes when that piece arrives, so whatever now touches is one line.
        touching = [line for line in lines[-12:] if _beside(line, piece)]
        if not touching:
            lines.append(piece)
            continue
        for other in [*touching[1:], piece]:
            touching[0].glyphs += other.glyphs
        lines = [line for line in lines if not any(line is other for other in touching[1:])]
    for line in lines:
        line.glyphs.sort(key=lambda glyph: (glyph.left + glyph.right) / 2)
    return lines


def _beside(line: _Line, other: _Line) -> bool:
    height = max(line.height, other.height)
    small = min(line.height, other.height) < 0.8 * height  # a superscript stands higher
    if abs(line.base - other.base) > (0.45 if small else 0.25) * height:
        return False
    gap = max(line.left, other.left) - min(line.right, other.right)
    return gap < _SAME_LINE * height


def _own_marks(marks: Iterable[_Glyph], glyphs: Iterable[_Glyph]) -> list[_Glyph]:
    """Give marks drawn in one glyph with their letter to it, and the letter its whole width; the other marks come back."""
    by_origin = {glyph.origin: glyph for glyph in glyphs if has_rtl(glyph.text)}
    others = []
    for mark in marks:
        if (owner := by_origin.get(mark.origin)) is None:
            others.append(mark)
            continue
        owner.left, owner.right = min(owner.left, mark.left), max(owner.right, mark.right)
        owner.marks.append(mark.text)
    return others


def _attach(marks: Iterable[_Glyph], lines: list[_Line]) -> None:
    """Give each combining mark to the letter it stands over or under."""
    for mark in marks:
        middle = (mark.left + mark.right) / 2
        near = [
            glyph for line in lines if abs(line.base - mark.base) < line.height for glyph in line.glyphs if has_rtl(glyph.text)
        ]
        if near:
            owner = min(near, key=lambda glyph: abs((glyph.left + glyph.right) / 2 - middle) + abs(glyph.base - mark.base) / 4)
            owner.marks.append(mark.text)


def _read(line: _Line, rtl: bool, doubts: _Doubts) -> None:
    cells = [line.glyphs[0].cell]
    for before, after in pairwise(line.glyphs):
        if after.left - before.right > _SPACE * min(before.height, after.height):
            cells.append(" ")
        cells.append(after.cell)
    everything = "".join(cells)
    only_latin = not has_rtl(everything) and any(map(str.isalpha, everything))
    arabic = len(re.findall(r"[\u0620-\u064a]+", everything)) >= len(re.findall(r"[A-Za-z]{2,}", everything))
    reading = read_line(cells, rtl=(rtl and not only_latin) or (arabic and not only_latin))
    line.text = reading.text
    doubts.unsure_lines += not reading.sure
    mixed = has_rtl(everything) and any(char.isdigit() or "A" <= char <= "z" for char in everything)
    doubts.repaired_lines += reading.sure and mixed
    doubts.two_ways += reading.two_ways


def _paragraphs(lines: list[_Line], rtl: bool) -> str:
    """Lines joined into the paragraphs they were wrapped from."""
    out: list[str] = []
    for place, line in enumerate(lines):
        before = lines[place - 1] if place else None
        if before is None or _begins_paragraph(before, line, lines, rtl):
            out.append(line.text)
        elif out[-1].endswith("-") and out[-1][-2:-1].islower() and line.text[:1].islower():
            out[-1] = out[-1][:-1] + line.text
        else:
            out[-1] += " " + line.text
    return "\n\n".join(out)


def _begins_paragraph(before: _Line, line: _Line, lines: list[_Line], rtl: bool) -> bool:
    step = before.base - line.base
    steps = [above.base - below.base for above, below in pairwise(lines)]
    usual = min((other for other in steps if other > 0.5 * line.height), default=step)
    if (
        not 0 < step < max(1.35 * usual, 1.3 * line.height)
        or step > 2.5 * line.height
        or abs(before.height - line.height) > 0.1 * line.height
    ):
        return True
    # A line that stops well short of the edge ends its paragraph.
    block = [other for other in lines if abs(other.height - line.height) <= 0.1 * line.height]
    edge = min(other.left for other in block) if rtl else max(other.right for other in block)
    short = before.left - edge if rtl else edge - before.right
    return short > 0.2 * max(other.right - other.left for other in block)
