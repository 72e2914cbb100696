"""Numbers, dates and units of a text, in any script and spelling, as values that can be compared.

`٣٫٥ مليون`, `3,500,000`, «ثلاثة ملايين ونصف» and "three and a half million" are one value; so are `30/4/2018`,
«٣٠ نيسان ٢٠١٨» and "30 April 2018",
and `22:00` and "10 p.m.". Where a spelling can be read in more than one way, all readings are kept.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from index.dates import find_months, find_weekdays
from index.language import fold
from qa.figures.phrases import Number, NumberReader
from qa.figures.vocabulary import UNITS

_DATE = re.compile(r"(?<![\d./-])(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})(?![./-]?\d)")
_AFTERNOON = re.compile(r"\s*(?:p\.?\s?m\b|مساء|بعد الظهر|ظهرا|ليلا|عصرا)")
_PERCENT = re.compile(r"\b(?:في\s?|ب)الما?يه\b|\bper\s?cent\b|%")
_LIST = re.compile(r"\s*+(?:-|/|,|و|او|الي|حتي|to|and|or)?\s*+")


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything countable in a text. A month that `3/4/2018` leaves open is a set of two."""

    numbers: tuple[Number, ...] = ()
    months: tuple[frozenset[int], ...] = ()
    weekdays: frozenset[int] = frozenset()
    units: frozenset[str] = frozenset()
    duals: bool = False  # whether some Arabic word may say "two of them"


def figures(text: str, *, sure: bool = False) -> Figures:
    """The figures of `text`; `sure` leaves out names of months that may be other words ("may", «مارس»)."""
    folded = _PERCENT.sub(" % ", fold(text))
    dates, folded = _numeric_dates(folded)
    reader = NumberReader(folded)
    numbers = [_afternoon(folded, number, end) for number, end in _with_shared_units(folded, list(reader.numbers()))]
    months = [frozenset((month,)) for month in find_months(folded, sure=sure)]
    return Figures(
        numbers=(*dates.numbers, *numbers),
        months=(*dates.months, *months),
        weekdays=frozenset(find_weekdays(folded)),
        units=frozenset(UNITS[token.word] for token in reader.tokens if token.word in UNITS),
        duals=any(token.word.endswith(("ان", "ين")) and len(token.word) > 4 for token in reader.tokens),
    )


def _numeric_dates(folded: str) -> tuple[Figures, str]:
    """Dates such as `30/4/2018` and `2018-04-30`, and the text with blanks in their place."""
    numbers: list[Number] = []
    months: list[frozenset[int]] = []

    def blank(match: re.Match[str]) -> str:
        first, middle, last = int(match[1]), int(match[3]), int(match[4])
        year_first = len(match[1]) == 4
        year, day = (first, last) if year_first else (last, first)
        fitting = {(day, middle)} if year_first else {(day, middle), (middle, day)}
        fitting = {(one, month) for one, month in fitting if 1 <= one <= 31 and 1 <= month <= 12}
        if not fitting or not 1000 <= year <= 9999:
            return match.group()
        numbers.append(Number(frozenset((Fraction(year),))))
        numbers.append(Number(frozenset(Fraction(one) for one, _ in fitting)))
        months.append(frozenset(month for _, month in fitting))
        return " " * len(match.group())

    rest = _DATE.sub(blank, folded)
    return Figures(tuple(numbers), tuple(months)), rest


def _afternoon(folded: str, number: Number, end: int) -> Number:
    """10 p.m. is 22 too."""
    hours = {reading + 12 for reading in number.readings if 1 <= reading <= 11 and reading.denominator == 1}
    if not hours or not _AFTERNOON.match(folded, end):
        return number
    return replace(number, readings=number.readings | hours)


def _with_shared_units(folded: str, found: list[tuple[Number, int, int]]) -> Iterator[tuple[Number, int]]:
    """Each number and where it ends; in `18-20 %` and "two or three years" the first has the unit of the second."""
    unit, begin = None, len(folded)
    shared = []
    for number, start, end in reversed(found):
        own = number.unit or (unit if _LIST.fullmatch(folded, end, begin) else None)
        shared.append((replace(number, unit=own), end))
        unit, begin = own, start
    yield from reversed(shared)


def missing_figure(claim: Figures, quote: Figures) -> bool:
    """Whether the claim has a number, a date or a unit that its quote has not."""
    if any(not any(month & other for other in quote.months) for month in claim.months):
        return True
    if claim.weekdays - quote.weekdays:
        return True
    return any(not _stands(number, quote) for number in claim.numbers if number.hard)


def _stands(number: Number, quote: Figures) -> bool:
    if number.readings == {2} and quote.duals and number.unit in (None, *quote.units):
        return True
    return any(_same(number, other, quote) for other in quote.numbers)


def _same(number: Number, other: Number, quote: Figures) -> bool:
    if number.loose != other.loose or not number.readings & other.readings:
        return False
    if "percent" in (number.unit, other.unit):
        return number.unit == other.unit
    return number.unit is None or other.unit is None or number.unit == other.unit or number.unit in quote.units
