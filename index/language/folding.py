"""One folding for index, query and quotes, with a map from every folded offset back to the original.

Folding works on each code point alone, so it commutes with concatenation, and the map is the running sum of lengths:
compatibility forms are decomposed (presentation forms, ligatures, full width), case and accents are dropped, combining marks,
tatweel and invisible format characters vanish, alef, ya, ta marbuta, hamza carriers and Persian letters take one form, digits
become ASCII, and quotation marks, dashes, commas and blanks take one form each.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

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


_TABLE = _Table()


def fold(text: str) -> str:
    """The folded form of `text`, without a map: `fold(fold(t)) == fold(t)` and `fold(a + b) == fold(a) + fold(b)`."""
    return text.translate(_TABLE)


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
        if self._is_even:
            return range(len(self.original) + 1)
        return list(accumulate((len(_TABLE[ord(char)]) for char in self.original), initial=0))

    @cached_property
    def _is_even(self) -> bool:
        """Whether each code point became one, so that offsets stay as they are: most texts without vowel signs."""
        return all(len(_TABLE[ord(char)]) == 1 for char in set(self.original))

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """The original span whose folding is `text[start:end]`, with the marks that follow its last letter.

        `None` where the folded span begins or ends inside the expansion of one code point (ligatures such as ﷲ), or is empty.
        """
        if not 0 <= start < end <= len(self.text):
            return None
        if self._is_even:  # no mark follows a letter then: marks fold to nothing
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
