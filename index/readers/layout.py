"""Glyphs on a page to lines, lines to columns, columns to paragraphs."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from index.readers.visual import has_rtl, read_line

_SPACE = 0.15  # of the letter height: a gap that wide between two glyphs is a blank
_GUTTER = 0.9  # of the letter height: a gap that wide may part two columns
_COLUMN = 8.0  # of the letter height: narrower than that are the cells of a table
_STOPS = ".,:;!?؟،؛"
_ARABIC_WORD = re.compile(r"[\u0620-\u064a]+")
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")


@dataclass(slots=True)
class Glyph:
    """One character or ligature: where it begins (`origin`, `left`), and where its ink does (`drawn`).

    `whole` is false where only its beginning is known, not its width.
    """

    text: str
    left: float
    right: float
    base: float
    height: float
    origin: tuple[float, float]
    drawn: float
    marks: list[str] = field(default_factory=list)
    whole: bool = True

    @property
    def cell(self) -> str:
        """The letters with their marks, shadda before the vowel."""
        return self.text + "".join(sorted(self.marks, key=lambda mark: mark != "\u0651"))


class Line:
    """Glyphs on one baseline: where they begin and end, and the height of the tallest."""

    __slots__ = ("base", "glyphs", "height", "left", "right")

    def __init__(self, glyph: Glyph) -> None:
        self.glyphs = [glyph]
        self.left, self.right, self.base, self.height = glyph.left, glyph.right, glyph.base, glyph.height

    def add(self, glyphs: Iterable[Glyph]) -> None:
        """Take in more glyphs."""
        for glyph in glyphs:
            self.glyphs.append(glyph)
            self.left, self.right = min(self.left, glyph.left), max(self.right, glyph.right)
            self.height = max(self.height, glyph.height)

    def in_place(self) -> list[Glyph]:
        """The glyphs from left to right."""
        return sorted(self.glyphs, key=lambda glyph: (glyph.left + glyph.right) / 2)


@dataclass(slots=True)
class PageText:
    """The paragraphs of a page, and in how many places something was mixed, unsure, or to be read in two ways."""

    paragraphs: list[str]
    mixed: int = 0
    unsure: int = 0
    two_ways: int = 0
    doubtful_blanks: int = 0


def read_page(glyphs: list[Glyph], spaces: list[tuple[float, float]]) -> PageText:
    """Read a page. `spaces` are the places (x, y) at which PDFium has a blank."""
    everything = "".join(glyph.text for glyph in glyphs)
    page_rtl = _count(_ARABIC_WORD, everything) >= _count(_LATIN_WORD, everything) and has_rtl(everything)
    page = PageText([])
    for block in _columns(_pieces(glyphs), page_rtl):
        lines = _rows(block)
        for paragraph in _paragraphs(lines, page_rtl):
            _read_paragraph(paragraph, page_rtl, spaces, page)
    return page


def _count(word: re.Pattern[str], text: str) -> int:
    return len(word.findall(text))


def _pieces(glyphs: Iterable[Glyph]) -> list[Line]:
    """Glyphs on one baseline with no gap that may be a gutter."""
    pieces: list[Line] = []
    # What PDFium took apart may stand a little off the baseline, so the lines it belongs to come first.
    for glyph in sorted(glyphs, key=lambda glyph: not glyph.whole):
        single = Line(glyph)
        if pieces and _overlaps(pieces[-1], single):
            pieces[-1].add([glyph])
            continue
        # A gap left by what is drawn later closes when that arrives, so whatever now touches is one piece.
        touching = [piece for piece in pieces[-40:] if _beside(piece, single)]
        if not touching:
            pieces.append(single)
            continue
        first = touching[0]
        first.add([other for piece in touching[1:] for other in piece.glyphs] + [glyph])
        if len(touching) > 1:
            pieces = [piece for piece in pieces if not any(piece is other for other in touching[1:])]
    return pieces


def _on_one_line(one: Line, other: Line) -> bool:
    height = max(one.height, other.height)
    off_line = min(one.height, other.height) < 0.8 * height or not other.glyphs[0].whole
    return abs(one.base - other.base) <= (0.45 if off_line else 0.25) * height


def _overlaps(one: Line, other: Line) -> bool:
    """Whether `other` lies within what `one` covers, so that it can close no gap to a third."""
    return one.left <= other.left and other.right <= one.right and _on_one_line(one, other)


def _beside(one: Line, other: Line) -> bool:
    gap = max(one.left, other.left) - min(one.right, other.right)
    return gap < _GUTTER * max(one.height, other.height) and _on_one_line(one, other)


def _columns(pieces: list[Line], rtl: bool) -> list[list[Line]]:
    """Blocks in order of reading: cut where a gutter runs through, else at the widest gap between lines, and so on inside."""
    if len(pieces) < 4:
        return [pieces] if pieces else []
    if sides := _cut(pieces, across=True):
        left, right = sides
        if all(len(side) >= 2 and _is_column(side) for side in sides):
            first, second = (right, left) if rtl else (left, right)
            return _columns(first, rtl) + _columns(second, rtl)
    # Cutting between lines serves only to find the columns of a part of the page.
    if parts := _cut(pieces, across=False):
        below, above = parts
        blocks = _columns(above, rtl) + _columns(below, rtl)
        if len(blocks) > 2:
            return blocks
    return [pieces]


def _is_column(side: list[Line]) -> bool:
    widths = sorted((piece.right - piece.left) / piece.height for piece in side)
    return widths[len(widths) // 2] >= _COLUMN


def _cut(pieces: list[Line], *, across: bool) -> tuple[list[Line], list[Line]] | None:
    """Two groups parted by the widest gap, left from right if `across`, else lower from upper."""
    height = sorted(piece.height for piece in pieces)[len(pieces) // 2]

    def span(piece: Line) -> tuple[float, float]:
        return (piece.left, piece.right) if across else (piece.base, piece.base + piece.height)

    ordered = sorted(pieces, key=span)
    best, place, reach = (_GUTTER if across else 0.0) * height, 0, span(ordered[0])[1]
    for number, piece in enumerate(ordered[1:], start=1):
        start, end = span(piece)
        if start - reach > best:
            best, place = start - reach, number
        reach = max(reach, end)
    return (ordered[:place], ordered[place:]) if place else None


def _rows(block: list[Line]) -> list[Line]:
    """The lines of a block from top to bottom, pieces on one baseline put together."""
    lines: list[Line] = []
    for piece in sorted(block, key=lambda piece: (-piece.base, piece.left)):
        if lines and _on_one_line(lines[-1], piece):
            lines[-1].add(piece.glyphs)
        else:
            lines.append(piece)
    return lines


def _paragraphs(lines: list[Line], rtl: bool) -> list[list[Line]]:
    """Lines grouped into the paragraphs they were wrapped from."""
    paragraphs: list[list[Line]] = []
    for place, line in enumerate(lines):
        if place and not _begins_paragraph(lines[place - 1], line, lines, rtl):
            paragraphs[-1].append(line)
        else:
            paragraphs.append([line])
    return paragraphs


def _begins_paragraph(before: Line, line: Line, lines: list[Line], rtl: bool) -> bool:
    step = before.base - line.base
    steps = [above.base - below.base for above, below in pairwise(lines)]
    usual = min((other for other in steps if other > 0.5 * line.height), default=step)
    widest = min(max(1.35 * usual, 1.3 * line.height), 2.5 * line.height)
    if not 0 < step < widest or abs(before.height - line.height) > 0.1 * line.height:
        return True
    # A line that had room for the first word of the next one ends its paragraph.
    block = [other for other in lines if abs(other.height - line.height) <= 0.1 * line.height]
    edge = min(other.left for other in block) if rtl else max(other.right for other in block)
    short = before.left - edge if rtl else edge - before.right
    return short > _first_word(line, rtl) + 0.5 * line.height


def _first_word(line: Line, rtl: bool) -> float:
    """The width of the word that is read first."""
    glyphs = line.in_place()[::-1] if rtl else line.in_place()
    start, end = glyphs[0].left, glyphs[0].right
    for glyph in glyphs[1:]:
        if max(glyph.left - end, start - glyph.right) > _SPACE * glyph.height:
            break
        start, end = min(start, glyph.left), max(end, glyph.right)
    return end - start


def _read_paragraph(lines: list[Line], page_rtl: bool, spaces: list[tuple[float, float]], page: PageText) -> None:
    rows = [_cells(line, spaces, page) for line in lines]
    everything = " ".join("".join(cells) for cells in rows)
    arabic, latin = _count(_ARABIC_WORD, everything), _count(_LATIN_WORD, everything)
    left_stop, right_stop = rows[-1][0][0] in _STOPS, rows[-1][-1][0] in _STOPS
    if arabic and left_stop != right_stop:
        rtl = left_stop
    else:
        # A short line of an Arabic page may hold more Latin words than Arabic ones and still be read from the right.
        rtl = bool(arabic) and (latin < 4 * arabic if page_rtl and len(lines) == 1 else arabic >= latin)
    text = ""
    for cells in rows:
        reading = read_line(cells, rtl=rtl)
        page.unsure += not reading.sure
        page.mixed += reading.sure and has_rtl(reading.text) and re.search(r"[A-Za-z\d]", reading.text) is not None
        page.two_ways += reading.two_ways
        if text.endswith("-") and text[-2:-1].islower() and reading.text[:1].islower():
            text = text[:-1] + reading.text
        else:
            text = f"{text} {reading.text}".strip()
    page.paragraphs.append(text)


def _cells(line: Line, spaces: list[tuple[float, float]], page: PageText) -> list[str]:
    """The glyphs of a line from left to right, with a blank where there is a gap."""
    glyphs = line.in_place()
    blanks = sorted(x for x, y in spaces if abs(y - line.base) <= 0.25 * line.height)
    cells = [glyphs[0].cell]
    # Such glyphs on a line of their own have lost the line that they belong to.
    page.doubtful_blanks += not any(glyph.whole for glyph in glyphs)
    for before, after in pairwise(glyphs):
        height = min(before.height, after.height)
        blank = after.left - before.right > _SPACE * height
        if blank and not before.whole:
            page.doubtful_blanks += 1
            blank = any(before.left + 0.02 * height < x < after.left for x in blanks)
        if blank:
            cells.append(" ")
        cells.append(after.cell)
    return cells
