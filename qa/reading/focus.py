"""What the asked-for thing is called: the noun after the question word, and the units in which an amount is told."""

import re
from collections.abc import Sequence
from functools import lru_cache

from index.language import fold
from index.language.stemming import content_terms, stem
from qa.reading.cues import AR_NUMBERS, EN_NUMBERS

_AFTER = re.compile(
    r"\b(?:[وفبل]?كم|[بل]?اي|ما(?:\s+(?:هو|هي|هم|كان|كانت))?|متي"
    r"|how many|how much|which|what(?:\s+(?:is|was|were|are))?(?:\s+the)?)\s+(.+)"
)
_NUMBER_STEMS = frozenset(stem(word) for word in f"{AR_NUMBERS}|{EN_NUMBERS}".split("|"))
_NEAR = 3  # words between an amount and what it counts
_UNITS: tuple[tuple[str, str], ...] = (
    (
        r"\bhow long\b|\bhow old\b|\bage\b|\bمده\b|\bكم\s+(?:استغرق|استمر|دام)|\bعمر\b|\bسن\b",
        "سنه عام يوم شهر اسبوع ساعه دقيقه year day month week hour minute",
    ),
    (
        r"\bhow much\b|\b(?:price|cost|value|worth|budget)\b|\b(?:سعر|تكلفه|كلفه|قيمه|مبلغ|ميزانيه)\b",
        "ريال دولار درهم دينار جنيه يورو ليره مليون مليار dollar euro pound riyal dirham million billion",
    ),
    (
        r"\bhow (?:far|tall|high|deep|wide)\b|\b(?:depth|height|length|area)\b|\b(?:طول|ارتفاع|عمق|عرض|مسافه|مساحه)\b",
        "متر كيلومتر كيلو كم سنتيمتر قدم ميل هكتار metre meter kilometre kilometer km foot feet mile hectare",
    ),
    (r"\bhow heavy\b|\bweight\b|\bوزن\b|\bيزن\b", "طن كيلو كيلوغرام كيلوجرام غرام جرام ton tonne kilo kilogram kg gram"),
    (r"\bpercent|\b(?:proportion|share)\b|\bنسبه\b|\bفي الم(?:ا)?ئه\b", "مئه مائه percent"),
)
_WANTED = tuple((re.compile(pattern), frozenset(stem(word) for word in units.split())) for pattern, units in _UNITS)


@lru_cache(maxsize=1024)
def focus_terms(question: str) -> frozenset[str]:
    """The stems of the two content words after the question word, in the question's language; empty where there is none.

    >>> sorted(focus_terms("How many palm trees does the park have?"))
    ['palm', 'tree']
    """
    found = _AFTER.search(fold(question))
    return frozenset(content_terms(found.group(1))[:2]) if found else frozenset()


@lru_cache(maxsize=1024)
def wanted_units(question: str) -> frozenset[str]:
    """Stems, in both languages, of the units that an answer to a question about an amount would use."""
    folded = fold(question)
    return frozenset().union(*(units for pattern, units in _WANTED if pattern.search(folded)))


def counts(sentence: Sequence[str], counted: frozenset[str]) -> bool:
    """Whether an amount stands at most three words before or after one of the `counted` stems; an amount alone is none."""
    if not counted:
        return False
    amounts = [at for at, term in enumerate(sentence) if term[0].isdigit() or term in _NUMBER_STEMS]
    things = [at for at, term in enumerate(sentence) if term in counted]
    return any(0 < abs(amount - thing) <= _NEAR for amount in amounts for thing in things)
