"""From the order in which a line stands on paper to the order in which it is read.

A PDF places glyphs; it does not say in which order Arabic, Latin and digits were written. The Unicode bidirectional algorithm
says how a text in reading order is laid out, so a reading is proposed for the line as it stands, laid out again, and believed
only if that gives the same line.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from bidi import get_display

_OPENING = {")": "(", "]": "[", "}": "{", "»": "«", "›": "‹", "”": "“"}
_CLOSING = {opening: closing for closing, opening in _OPENING.items()}
_KINDS = {"AL": "R", "R": "R", "L": "L", "EN": "E", "AN": "A", "CS": "C", "ES": "S", "ET": "T"}
# A line may go on from one before it, whose last letter decides how its first digits are laid out.
_BEFORE = {"": "", "R": "ا"}
_SIGN_FIRST = re.compile(r"[%٪]\s?\d")


@dataclass(frozen=True, slots=True)
class Reading:
    """A line in reading order. `sure` is false where laying it out again gives another line than the one on paper;
    `two_ways` counts the places that look the same in two reading orders."""

    text: str
    sure: bool
    two_ways: int = 0


def has_rtl(text: str) -> bool:
    """Whether any letter of `text` is written right to left."""
    return any(unicodedata.bidirectional(char) in ("R", "AL") for char in text)


def read_line(cells: Sequence[str], *, rtl: bool) -> Reading:
    """The reading order of a line given left to right, a cell for each glyph: its letters in order, with their marks.

    `rtl` is the direction of the paragraph.
    """
    kinds = [_kind(cell) for cell in cells]
    if not rtl and "R" not in kinds and "A" not in kinds:
        return Reading("".join(cells), True)
    visual = "".join(_bare(cell)[::-1] if kind == "R" else _bare(cell) for cell, kind in zip(cells, kinds, strict=True))
    found: list[Reading] = []
    for before, brackets in product(_BEFORE, (False, True)):
        order = _right_to_left(kinds, cells, before, brackets) if rtl else _left_to_right(kinds, cells)
        parts = _turned([cells[place] for place in order])
        text = "".join(parts)
        sure = _neutral(_lay_out("".join(map(_bare, parts)), _BEFORE[before], rtl)) == _neutral(visual)
        found.append(Reading(text, sure, _two_ways(text)))
    # A percent sign stands behind its number, if the line on paper allows both.
    return min(found, key=lambda reading: (not reading.sure, len(_SIGN_FIRST.findall(reading.text))))


def _bare(cell: str) -> str:
    return "".join(char for char in cell if unicodedata.category(char) not in ("Mn", "Cf"))


def _kind(cell: str) -> str:
    return _KINDS.get(unicodedata.bidirectional(cell[0]) if cell else "", "N")


def _neutral(text: str) -> str:
    """`text` with every bracket as its opening form: fonts and PDF writers turn them as they please."""
    return "".join(_OPENING.get(char, char) for char in text).strip()


def _lay_out(text: str, before: str, rtl: bool) -> str:
    shown = str(get_display(before + text, base_dir="R" if rtl else "L"))
    return shown[: len(shown) - len(before)] if rtl else shown[len(before) :]


def _two_ways(text: str) -> int:
    """Latin words beside a number in an Arabic line: `iPhone 6`, or `6` and then `iPhone`, look the same."""
    return len(re.findall(r"[A-Za-z]\s+\d", text)) if has_rtl(text) else 0


def _right_to_left(kinds: Sequence[str], cells: Sequence[str], before: str, brackets: bool) -> list[int]:
    """The order of reading in a right-to-left paragraph. With `brackets`, a bracket at the end of a Latin run is part of it."""
    order: list[int] = []
    strong = before
    place = len(kinds) - 1
    while place >= 0:
        start = place
        if (run := _latin_run(kinds, cells, place, brackets)) is not None:
            start, strong = run, "L"
        elif kinds[place] in ("E", "A") or (kinds[place] == "T" and strong != "R"):
            start = _number(kinds, place, arabic=strong == "R" or kinds[place] == "A")
        elif kinds[place] == "R":
            strong = "R"
        order += range(start, place + 1)
        place = start - 1
    return order


def _latin_run(kinds: Sequence[str], cells: Sequence[str], end: int, brackets: bool) -> int | None:
    """Where the left-to-right run that ends at `end` begins: from a Latin letter, up to a Latin letter or a number."""
    closes = brackets and (cells[end] in _OPENING or cells[end] in _CLOSING)
    if kinds[end] not in ("L", "E") and not closes and not (kinds[end] == "T" and end and kinds[end - 1] == "E"):
        return None
    first: int | None = None
    for place in range(end, -1, -1):
        if kinds[place] in ("R", "A"):
            break
        if kinds[place] == "L":
            first = place
    return first


def _number(kinds: Sequence[str], end: int, *, arabic: bool) -> int:
    """Where the number that ends at `end` begins. After an Arabic letter only `.` `,` `/` `:` hold a number together."""
    digits = ("E", "A") if arabic else ("E",)
    joins = ("C",) if arabic else ("C", "S")
    start = end
    while start > 0:
        if kinds[start - 1] in digits or (not arabic and "T" in (kinds[start - 1], kinds[start]) and kinds[start - 1] in "TE"):
            start -= 1
        elif kinds[start - 1] in joins and kinds[start] in digits and start > 1 and kinds[start - 2] in digits:
            start -= 2
        else:
            break
    return start


def _left_to_right(kinds: Sequence[str], cells: Sequence[str]) -> list[int]:
    """The order of reading in a left-to-right paragraph: only what lies between Arabic letters is turned round."""
    order: list[int] = []
    place = 0
    while place < len(kinds):
        end = place + 1
        if kinds[place] in ("R", "A"):
            for later in range(place, len(kinds)):
                if kinds[later] == "L":
                    break
                if kinds[later] in ("R", "A"):
                    end = later + 1
            turned = _right_to_left(kinds[place:end], cells[place:end], "R", False)
            order += [place + inner for inner in turned]
        else:
            order.append(place)
        place = end
    return order


def _turned(parts: list[str]) -> list[str]:
    """Brackets facing as they are written: open after a blank, closed before one, else by what is still open."""
    out = list(parts)
    open_now: list[str] = []
    for place, part in enumerate(parts):
        opening = _OPENING.get(part, part if part in _CLOSING else None)
        if opening is None:
            continue
        after_blank = place == 0 or parts[place - 1].isspace() or parts[place - 1] in _CLOSING
        before_blank = place == len(parts) - 1 or not (parts[place + 1].isalnum() or parts[place + 1] in _CLOSING)
        opens = opening not in open_now if after_blank == before_blank else after_blank
        if opens:
            open_now.append(opening)
            out[place] = opening
        else:
            if opening in open_now:
                open_now.remove(opening)
            out[place] = _CLOSING[opening]
    return out
