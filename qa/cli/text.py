"""Lines of a terminal: how wide they are, where they break, and which part of each is marked."""

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise


def width(text: str) -> int:
    """How many columns a terminal uses: marks and invisible characters none, wide East Asian characters two."""
    shown = [char for char in text if unicodedata.category(char) not in ("Mn", "Me", "Cf")]
    return len(shown) + sum(unicodedata.east_asian_width(char) in "WF" for char in shown)


def wrap(text: str, columns: int | None) -> list[tuple[int, int]]:
    """The spans of a paragraph's lines, broken at spaces so that each fits; one span when `columns` is `None`."""
    if columns is None:
        return [(0, len(text))]
    lines: list[tuple[int, int]] = []
    start = end = 0
    for word in re.finditer(r"\S+", text):
        if end > start and width(text[start : word.end()]) > columns:
            lines.append((start, end))
            start = word.start()
        end = word.end()
    return [*lines, (start, end)] if text else [(0, 0)]


def pieces(span: tuple[int, int], marks: Sequence[tuple[int, int]]) -> list[tuple[int, int, bool]]:
    """A line's span cut where marked spans begin and end: `(start, end, marked)`."""
    start, end = span
    cuts = sorted({start, end, *(cut for mark in marks for cut in mark if start < cut < end)})
    return [(a, b, any(x <= a and b <= y for x, y in marks)) for a, b in pairwise(cuts)]
