"""One folding for index, query and quotes, with a map from every folded offset back to the original.

Folding works on each code point alone, so it commutes with concatenation, and the map is the running sum of lengths:
compatibility forms are decomposed (presentation forms, ligatures, full width), case and accents are dropped, combining marks,
tatweel and invisible format characters vanish, alef, ya, ta marbuta, hamza carriers and Persian letters take one form, digits
become ASCII, and quotation marks, dashes, commas and blanks take one form each.
"""

import re
import sys
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

_ONE_FORM = {
    "\u0671": "ا",  # alef wasla; the hamza and madda forms decompose by themselves
    "ى": "ي",
    "ی": "ي",
    "ې": "ي",
    "ة": "ه",
    "ہ": "ه",
    "ھ": "ه",
    "ە": "ه",
    "ک": "ك",
    "ـ": "",
    "،": ",",
    "٬": ",",
    "٫": ".",
    "؛": ";",
    "؟": "?",
    "٪": "%",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ı": "i",
    "æ": "ae",
    "œ": "oe",
    "ß": "ss",
    **dict.fromkeys("«»“”„‟‹›〝〞″", '"'),
    **dict.fromkeys("‘’‚‛′`´ʼ", "'"),
    **dict.fromkeys("‐‑‒–—―−", "-"),
}


def _fold_once(char: str) -> str:
    out = []
    for part in unicodedata.normalize("NFKD", char).casefold():
        category = unicodedata.category(part)
        if category in ("Mn", "Me", "Cf"):
            continue
        if category == "Nd":
            part = str(unicodedata.digit(part))
        elif category in ("Zs", "Cc", "Zl", "Zp"):
            part = " "
        out.append(_ONE_FORM.get(part, part))
    return "".join(out)


def _fold_char(char: str) -> str:
    """The fixed point of folding one code point (a fold may give something that folds further)."""
    if char in _ONE_FORM:
        return _ONE_FORM[char]
    folded = _fold_once(char)
    while (again := "".join(map(_fold_once, folded))) != folded:
        folded = again
    return folded


class _Table(dict[int, str]):
    """A `str.translate` table that works out each code point once."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold_char(chr(code))
        return folded


class _Lengths(dict[str, int]):
    """How many characters a character folds to."""

    def __missing__(self, char: str) -> int:
        self[char] = length = len(_TABLE[ord(char)])
        return length


_TABLE = _Table()
_LENGTHS = _Lengths()
_LONG = 100  # characters from which on the detour by numpy is the shorter way
_UTF_16 = "utf-16-le" if sys.byteorder == "little" else "utf-16-be"
# The same table as numbers, for code points of the basic plane: filled as they are met, from `_TABLE`. The three numbers are
# no characters, and nothing folds to the first.
_VANISHES, _SEVERAL, _UNKNOWN = 0, 0xFFFE, 0xFFFF
_CODES: NDArray[np.uint16] = np.full(0x10000, _UNKNOWN, np.uint16)
_CODES[0xD800:0xE000] = _SEVERAL  # halves of characters, which decoding would join


def fold(text: str) -> str:
    """The folded form of `text`, without a map: `fold(fold(t)) == fold(t)` and `fold(a + b) == fold(a) + fold(b)`."""
    if len(text) >= _LONG and (folded := _fold_long(text)) is not None:
        return folded
    return text.translate(_TABLE)


def _fold_long(text: str) -> str | None:
    """The same, three times as fast; `None` where a character folds to several or lies beyond the basic plane."""
    codes = np.frombuffer(text.encode(_UTF_16, "surrogatepass"), np.uint16)
    if len(codes) != len(text):
        return None
    folded = _CODES.take(codes)
    if folded.max() >= _SEVERAL:
        for code in set(codes[folded == _UNKNOWN].tolist()):  # `np.unique` loads many modules
            form = _TABLE[code]
            plain = form < "\ufffe" and len(form) < 2
            _CODES[code] = (ord(form) if form else _VANISHES) if plain else _SEVERAL
        folded = _CODES.take(codes)
        if folded.max() == _SEVERAL:
            return None
    data: bytes = folded[folded != _VANISHES].tobytes()
    return data.decode(_UTF_16)


@dataclass(frozen=True)
class Folded:
    """A text and its folding.

    `starts[i]` is the folded offset at which code point `i` of `original` begins; its last entry is the folded length.
    """

    original: str
    text: str

    @cached_property
    def starts(self) -> Sequence[int]:
        """Folded offsets of the original's code points, and the folded length."""
        if self.is_even:
            return range(len(self.original) + 1)
        return list(accumulate(map(_LENGTHS.__getitem__, self.original), initial=0))

    @cached_property
    def is_even(self) -> bool:
        """Whether each code point became one, so that offsets stay as they are: most texts without vowel signs."""
        return {*map(_LENGTHS.__getitem__, set(self.original))} <= {1}

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """The original span whose folding is `text[start:end]`, with the marks that follow its last letter.

        `None` where the folded span begins or ends inside the expansion of one code point (ligatures such as ﷲ), or is empty.
        """
        if not 0 <= start < end <= len(self.text):
            return None
        if self.is_even:  # no mark follows a letter then: marks fold to nothing
            return start, end
        first = bisect_right(self.starts, start) - 1
        last = bisect_left(self.starts, end)
        if self.starts[first] != start or self.starts[last] != end:
            return None
        while last < len(self.original) and self.starts[last + 1] == end and unicodedata.combining(self.original[last]):
            last += 1
        return first, last

    def find(self, needle: str) -> Iterator[tuple[int, int]]:
        """Original spans where the folding of `needle` stands; runs of blanks match runs of blanks."""
        words = fold(needle).split()
        if not words:
            return
        for match in re.finditer(r"\s+".join(map(re.escape, words)), self.text):
            if (span := self.span(*match.span())) is not None:
                yield span


def fold_with_map(text: str) -> Folded:
    """Fold `text` and keep the way back: see `Folded`."""
    return Folded(text, fold(text))
