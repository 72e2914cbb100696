"""The few words that answer directly: a number with its unit, a date, taken verbatim from the sentence that answers."""

import re
from collections.abc import Sequence

from index.dates import month_names, weekday_names
from index.language import fold_with_map
from index.language.stemming import is_stop_word, term_spans
from index.retrieval import QueryWord
from qa.reading.cues import AR_NUMBERS, EN_NUMBERS
from qa.reading.focus import focus_terms, wanted_units
from qa.reading.question import Asks

_ONE_MONTH = rf"(?:{month_names()})"
_MONTH = rf"\b{_ONE_MONTH}(?:\s*[/(]\s*{_ONE_MONTH}\)?)?"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?(?!\d)"
_YEAR = r"(?:عام\s+|سنه\s+)?\d{4}(?!\d)"
_DATES = re.compile(
    rf"(?:(?:{weekday_names()}),?\s+)?\b{_DAY}\s+(?:من\s+|of\s+)?(?:شهر\s+)?{_MONTH},?(?:\s+{_YEAR})?"
    rf"|{_MONTH}\s+{_DAY},?(?:\s+{_YEAR})?"
    rf"|{_MONTH}\s+{_YEAR}"
    r"|\b(?:1[0-9]{3}|20[0-9]{2})\b"
)
_WORD_NUMBER = rf"(?:و)?(?:{AR_NUMBERS}|{EN_NUMBERS})"
_PERCENT = r"(?:%|(?:في المئه|في المائه|بالمئه|بالمائه|percent|per cent)\b)"
_NUMBERS = re.compile(
    rf"\d+(?:[.,/]\d+)*(?:\s*{_PERCENT})?(?:\s+(?:{AR_NUMBERS}|{EN_NUMBERS})\b)*"
    rf"|\b{_WORD_NUMBER}(?:\s+{_WORD_NUMBER})*\b"
)
_UNIT = re.compile(r"\s+([^\W\d_]+)")


def short_answer(asks: Asks, sentence: str, words: Sequence[QueryWord], question: str) -> tuple[int, int] | None:
    """The span of `sentence` that answers in a few words, or `None` where that is not sure.

    A number must stand beside what the question counts, or a unit that it calls for. Of several numbers or dates, the one
    nearest to the words of the question is taken; those that the question itself names are not.
    """
    if asks not in (Asks.NUMBER, Asks.DATE):
        return None
    folded = fold_with_map(sentence)
    pattern = _DATES if asks is Asks.DATE else _NUMBERS
    named = fold_with_map(question).text
    found = [match.span() for match in pattern.finditer(folded.text) if not _named(match.group(), named)]
    if not found:
        return None
    anchors = [
        (start + end) / 2
        for term, start, end in term_spans(folded.text)
        if any(term == stem for word in words for stem, _ in word.options)
    ]
    if asks is Asks.NUMBER:
        counted = wanted_units(question) or _focus_options(question, words)
        found = [span for span in found if _beside(folded.text, span, counted)]
        if not found:
            return None
    start, end = min(found, key=lambda span: _distance(span, anchors))
    if asks is Asks.NUMBER:
        end = _with_unit(folded.text, end)
    while end > start and folded.text[end - 1] in " ,.;":
        end -= 1
    return folded.span(start, end)


def _focus_options(question: str, words: Sequence[QueryWord]) -> frozenset[str]:
    focus = focus_terms(question)
    return frozenset(stem for word in words if word.source in focus for stem, _ in word.options)


def _beside(folded: str, span: tuple[int, int], counted: frozenset[str]) -> bool:
    """Whether the number itself, or one of the three words after it, is one that the question counts."""
    start, end = span
    own = {term for term, _, _ in term_spans(folded[start:end].replace("%", " percent "))}
    after = {term for term, _, _ in term_spans(folded[end:])[:3]}
    return not counted.isdisjoint(own | after)


def _named(text: str, question: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(text.strip(' ,.;'))}(?!\w)", question) is not None


def _distance(span: tuple[int, int], anchors: Sequence[float]) -> float:
    middle = (span[0] + span[1]) / 2
    nearest = sorted(abs(middle - anchor) for anchor in anchors)[:3]
    return sum(nearest) / len(nearest) if nearest else 0.0


def _with_unit(folded: str, end: int) -> int:
    unit = _UNIT.match(folded, end)
    return unit.end() if unit and not is_stop_word(unit.group(1)) else end
