"""Numbers in running text: digits, words, and both together, as values."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from qa.figures import vocabulary as words_of

_TOKEN = re.compile(r"[0-9]+(?:[.,][0-9]+)*|[^\W\d_]+|[%$£€¥]")
_GLUED = re.compile(r"[\s-]*")
_CLITICS = re.compile(r"(و|ف)?(?:[بلك](?=ال|.{4}))?(?:ال|ل(?=ل))?(?=..)")
_SUFFIXES = {"m": 10**6, "k": 1000, "b": 10**9}  # $2.4m
_TABLES = (
    words_of.SMALL,
    words_of.HUNDRED,
    words_of.FUSED,
    words_of.SCALES,
    words_of.DUAL_SCALES,
    words_of.DUAL_OR_ONE,
    words_of.LOOSE,
    words_of.FRACTIONS,
    words_of.TIMES,
    words_of.DECADES,
    words_of.UNITS,
)
_SOFT = (0, 1, 2)  # their words often stand for something else ("one of them", "a second time"): asked for in digits only
_UNIT_WITHIN = 3  # words: "45 million Iraqi dinars"


@dataclass(frozen=True, slots=True)
class Number:
    """One number of a text: its possible values, the unit it counts, and whether a claim with it must find it in its quote.

    `loose` are magnitudes without a number, such as "thousands".
    """

    readings: frozenset[Fraction]
    unit: str | None = None
    hard: bool = True
    loose: bool = False


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a number or a sign of a folded text. `word` is without clitics where the tables know it then."""

    text: str
    start: int
    end: int
    word: str
    joined: bool  # with و before it

    @property
    def is_digits(self) -> bool:
        """Whether it is a number in digits."""
        return self.text[0].isdigit()


@dataclass(slots=True)
class _Sum:
    """What has been read of a number: what is settled, what a scale may still multiply, and the last scale."""

    total: Fraction = Fraction(0)
    current: Fraction | None = None
    scale: int | None = None
    closed: bool = False

    @property
    def value(self) -> Fraction:
        return self.total + (self.current or 0)


def _token(match: re.Match[str]) -> Token:
    text, start, end = match.group(), *match.span()
    if text[0] >= "\u0620" and not _is_known(text) and (clitics := _CLITICS.match(text)):
        for at in (clitics.end(1), clitics.end()):
            if at > 0 and _is_known(text[at:]):
                return Token(text, start, end, text[at:], clitics[1] is not None)
    return Token(text, start, end, text, False)


def _is_known(word: str) -> bool:
    return any(word in table for table in _TABLES)


class NumberReader:
    """Reads the numbers of one folded text."""

    def __init__(self, folded: str) -> None:
        self._text = folded
        self.tokens = [_token(match) for match in _TOKEN.finditer(folded)]

    def numbers(self) -> Iterator[tuple[Number, int, int]]:
        """Every number with where it begins and ends."""
        at = 0
        while at < len(self.tokens):
            found = self._read(at)
            if found is None:
                at += 1
                continue
            readings, after, hard, loose = found
            yield (
                Number(frozenset(readings), self._unit(at, after), hard, loose),
                self.tokens[at].start,
                self.tokens[after - 1].end,
            )
            at = after

    def _read(self, at: int) -> tuple[set[Fraction], int, bool, bool] | None:
        """Values, the token after them, whether they are asked for, whether they are loose."""
        token = self.tokens[at]
        word = token.word
        if token.is_digits:
            return self._read_digits(at)
        if word in words_of.LOOSE:
            return {Fraction(words_of.LOOSE[word])}, at + 1, True, True
        if word in words_of.DECADES:
            return {Fraction(century + words_of.DECADES[word]) for century in (0, 1800, 1900, 2000)}, at + 1, True, False
        if word in words_of.DUALS:
            return {Fraction(2)}, at + 1, True, False
        if word in words_of.TIMES:
            return {Fraction(words_of.TIMES[word])}, at + 1, False, False
        return self._read_words(at)

    def _read_digits(self, at: int) -> tuple[set[Fraction], int, bool, bool]:
        readings: set[Fraction] = set()
        after = at + 1
        for value in _values(self.tokens[at].text):
            total, after = self._go_on(_Sum(current=value), at + 1)
            readings.add(total.value)
        token = self.tokens[at]
        if after == at + 1 < len(self.tokens) and self.tokens[after].start == token.end:
            suffix = self.tokens[after].text
            if suffix == "s" and len(token.text) == 4:
                readings |= {value % 100 for value in readings}  # the 1990s
            elif suffix in _SUFFIXES:
                readings |= {value * _SUFFIXES[suffix] for value in readings}
        with_half, after = self._and_a_half(readings, after)
        before = self.tokens[at - 1] if at else None
        if len(token.text) == 2 and before and before.is_digits and len(before.text) == 4 and token.start == before.end + 1:
            with_half |= {int(before.text[:2]) * 100 + value for value in with_half}  # 2018-19
        return with_half, after, token.text != "00", False

    def _read_words(self, at: int) -> tuple[set[Fraction], int, bool, bool] | None:
        token = self.tokens[at]
        begun = _added(_Sum(), token, joined=True)
        if begun is None:
            return None
        total, after = self._go_on(begun, at + 1)
        readings = {total.value}
        if token.word in words_of.DUAL_OR_ONE:
            readings.add(total.value - words_of.SCALES[token.word])
        if after == at + 1 and total.value >= 3 and token.text.endswith(("th", "rd")):
            readings.add(1 / total.value)
        with_half, after = self._and_a_half(readings, after)
        return with_half, after, after > at + 1 or total.value not in _SOFT, False

    def _go_on(self, total: _Sum, at: int) -> tuple[_Sum, int]:
        """The sum with all that follows and belongs to it, and the token after that."""
        while at < len(self.tokens) and not total.closed:
            place, joined = at, self.tokens[at].joined
            if not self._is_glued(at):
                break
            while place + 1 < len(self.tokens) and self.tokens[place].text in ("and", "و", "a", "of"):
                joined = joined or self.tokens[place].text in ("and", "و")
                place += 1
            more = _added(total, self.tokens[place], joined=joined) if self._is_glued(place) else None
            if more is None:
                break
            total, at = more, place + 1
        if total.closed and at < len(self.tokens) and self._is_glued(at) and self.tokens[at].word in words_of.SCALES:
            at += 1  # «مليون ونصف المليون»
        return total, at

    def _is_glued(self, at: int) -> bool:
        return _GLUED.fullmatch(self._text, self.tokens[at - 1].end, self.tokens[at].start) is not None

    def _and_a_half(self, readings: set[Fraction], after: int) -> tuple[set[Fraction], int]:
        """«ثلاث سنوات ونصف»: the fraction stands after what is counted."""
        if after + 1 < len(self.tokens):
            noun, half = self.tokens[after : after + 2]
            if noun.word in words_of.UNITS and half.joined and half.word in words_of.FRACTIONS:
                return {value + words_of.FRACTIONS[half.word] for value in readings}, after + 2
        return readings, after

    def _unit(self, at: int, after: int) -> str | None:
        """The unit that a number counts: «عامين» itself, the sign before it, or one of the words after it."""
        if self.tokens[at].word in words_of.DUALS:
            return words_of.UNITS.get(self.tokens[at].word)
        if at and self.tokens[at - 1].text in "$£€¥":
            return words_of.UNITS[self.tokens[at - 1].text]
        for token in self.tokens[after - 1 : after + _UNIT_WITHIN]:
            if token.word in words_of.UNITS:
                return words_of.UNITS[token.word]
            if token.start >= self.tokens[after - 1].end and (token.is_digits or token.word in words_of.SMALL):
                return None
        return None


def _values(digits: str) -> set[Fraction]:
    """The value of `1,500`, of `1,44`, and both of `1.500`, which is a thousand and a half or one and a half."""
    marks = set(digits) - set("0123456789")
    groups = digits.replace(",", ".").split(".")
    in_thousands = len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])
    if not marks:
        return {Fraction(digits)}
    if len(groups) > 2 or marks == {","}:
        if in_thousands:
            return {Fraction("".join(groups))}
        last = max(digits.rfind("."), digits.rfind(","))
        whole = digits[:last].replace(",", "").replace(".", "")
        return {Fraction(f"{whole}.{digits[last + 1 :]}")}
    return {Fraction(digits), Fraction("".join(groups))} if in_thousands and groups[0] != "0" else {Fraction(digits)}


def _added(total: _Sum, token: Token, *, joined: bool) -> _Sum | None:
    """The sum with one more word of the number; `None` where the word does not continue it."""
    word, current, begins = token.word, total.current, total.current is None and not total.total
    free = begins or (current is None and (joined or token.text.isascii()))  # nothing waits for a scale
    if word in words_of.SMALL:
        value = words_of.SMALL[word]
        if free:
            return _Sum(total.total, Fraction(value), total.scale)
        if current is not None and _takes(current, value, joined=joined, english=token.text.isascii()):
            return _Sum(total.total, current + value, total.scale)
    elif word in words_of.HUNDRED:
        if free:
            return _Sum(total.total, Fraction(100), total.scale)
        if current is not None and 1 <= current <= 99 and not joined:
            return _Sum(total.total, current * 100, total.scale)
    elif word in words_of.FUSED and free:
        return _Sum(total.total, Fraction(words_of.FUSED[word]), total.scale)
    elif token.is_digits and joined and current is None and total.scale and (value := int(max(_values(word)))) < total.scale:
        return _Sum(total.total, Fraction(value), total.scale)
    elif word in words_of.SCALES or word in words_of.DUAL_SCALES:
        return _scaled(total, word, joined=joined, begins=begins)
    elif word in words_of.FRACTIONS:
        return _with_fraction(total, words_of.FRACTIONS[word], joined=joined, begins=begins)
    return None


def _takes(current: Fraction, value: int, *, joined: bool, english: bool) -> bool:
    """Whether a small number goes on with another one: «خمسة عشر», «خمسة وعشرون», twenty-five, a hundred and five."""
    last = current % 100
    if value < 100 and last == 0 and current >= 100:
        return joined or english
    if english:
        return not joined and last >= 20 and last % 10 == 0 and 0 < value < 10
    if joined:
        return 0 < last < 10 and value >= 20
    return 0 < last < 10 and value == 10


def _scaled(total: _Sum, word: str, *, joined: bool, begins: bool) -> _Sum | None:
    scale = words_of.SCALES.get(word) or words_of.DUAL_SCALES[word] // 2
    value = scale if word in words_of.SCALES else words_of.DUAL_SCALES[word]
    if total.scale is not None and scale >= total.scale:
        return None
    if total.current is not None:
        return None if joined or value != scale else _Sum(total.total + total.current * scale, None, scale)
    if not begins and not joined:
        return None
    return _Sum(total.total + (2 * scale if begins and word in words_of.DUAL_OR_ONE else value), None, scale)


def _with_fraction(total: _Sum, fraction: Fraction, *, joined: bool, begins: bool) -> _Sum | None:
    """«مليون ونصف», two and a half, three quarters; half a million goes on."""
    if begins:
        return _Sum(current=fraction)
    if joined and total.current is None:
        return _Sum(total.total + fraction * (total.scale or 1), None, total.scale, closed=True)
    if joined and total.current is not None:
        return _Sum(total.total, total.current + fraction, total.scale)
    if total.current is not None and total.current <= 10:
        return _Sum(total.total, total.current * fraction, total.scale, closed=True)
    return None
