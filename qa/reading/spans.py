"""The few words that answer directly, verbatim from the sentence that answers: numbers and dates by rule, the rest as read."""

import re
from collections.abc import Sequence

from index.dates import month_names, weekday_names
from index.language import fold, fold_with_map
from index.language.stemming import is_stop_word, term_spans
from index.retrieval import Query, QueryWord
from qa.reading.cues import AR_NUMBERS, EN_NUMBERS
from qa.reading.focus import focus_terms, wanted_units
from qa.reading.question import Asks, asks_for
from qa.reading.reader import Read

_ONE_MONTH = rf"(?:{month_names()})"
_MONTH = rf"\b{_ONE_MONTH}(?:\s*[/(]\s*{_ONE_MONTH}\)?)?"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?(?!\d)"
_YEAR = r"(?:عام\s+|سنه\s+)?\d{4}(?!\d)"
DATES = re.compile(
    rf"(?:(?:{weekday_names()}),?\s+)?\b{_DAY}\s+(?:من\s+|of\s+)?(?:شهر\s+)?{_MONTH},?(?:\s+{_YEAR})?"
    rf"|{_MONTH}\s+{_DAY},?(?:\s+{_YEAR})?"
    rf"|{_MONTH}\s+{_YEAR}"
    r"|\b(?:1[0-9]{3}|20[0-9]{2})\b"
)
_WORD_NUMBER = rf"(?:و)?(?:{AR_NUMBERS}|{EN_NUMBERS})"
_PERCENT = r"(?:%|(?:في المئه|في المائه|بالمئه|بالمائه|percent|per cent)\b)"
NUMBERS = re.compile(
    rf"\d+(?:[.,/]\d+)*(?:\s*{_PERCENT})?(?:\s+(?:{AR_NUMBERS}|{EN_NUMBERS})\b)*"
    rf"|\b{_WORD_NUMBER}(?:\s+{_WORD_NUMBER})*\b"
)
_PATTERNS = {Asks.DATE: DATES, Asks.NUMBER: NUMBERS}
_UNIT = re.compile(r"\s+([^\W\d_]+)")


_CLITIC = re.compile("[وف]?[بك](?=ال..)|[وف](?=ال...)")
_BRACKETS = (("(", ")"), ("[", "]"), ("«", "»"), ("“", "”"))
_LEAST = 0.2  # expected F1 below which the few words are left out: a wrong name in large letters is worse than none


def few_words(query: Query, read: Read) -> str | None:
    """The few words of a sentence that answer, or `None` where nothing there is likely to.

    They are what the network marks; but where a number or date is asked for and none is marked, what the rules find.
    """
    marked = None
    if read.few_words is not None and read.span is not None and read.span.expected >= _LEAST:
        marked = _without_clitic(_closed(read.candidate.sentence.text, *read.few_words))
    pattern = _PATTERNS.get(asks_for(query.text))
    if marked is not None and (pattern is None or pattern.search(fold(marked))):
        return marked
    return value_of(query, read) or marked


def value_of(query: Query, read: Read) -> str | None:
    """The number or date of a sentence that answers, by rule, or `None`."""
    sentence = read.candidate.sentence
    span = short_answer(asks_for(query.text), sentence.text, query.words.get(sentence.hit.language, []), query.text)
    return sentence.text[slice(*span)] if span else None


def _closed(text: str, start: int, end: int) -> str:
    """The span, and with it the bracket behind it that closes one inside."""
    found = text[start:end]
    unclosed = any(found.count(left) > found.count(right) and text[end : end + 1] == right for left, right in _BRACKETS)
    return text[start : end + 1] if unclosed else found


def _without_clitic(text: str) -> str:
    """Without the preposition or conjunction that is written as one with an article: «بالقاهرة» as «القاهرة»."""
    clitic = _CLITIC.match(text)
    return text[clitic.end() :] if clitic else text


def short_answer(asks: Asks, sentence: str, words: Sequence[QueryWord], question: str) -> tuple[int, int] | None:
    """The span of `sentence` that answers in a few words, or `None` where that is not sure.

    A number must stand beside what the question counts, or a unit that it calls for. Of several numbers or dates, the one
    nearest to the words of the question is taken; those that the question itself names are not.
    """
    if asks not in (Asks.NUMBER, Asks.DATE):
        return None
    folded = fold_with_map(sentence)
    pattern = DATES if asks is Asks.DATE else NUMBERS
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
