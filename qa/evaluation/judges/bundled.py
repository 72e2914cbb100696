"""The judge that needs no download: words, numbers, and across languages the bundled lexicon."""

import re
from collections.abc import Iterable
from typing import Any

from index.language.script import detect_language
from index.language.stemming import content_terms, terms

_NUMBER = re.compile(r"\d")
_STEEPNESS = 3
_NUMBER_MISSING = 0.3


class BundledJudge:
    """Says how much of a statement's content stands in a text.

    1.0 where the statement stands there word for word (after folding and light stemming). Otherwise the share of its content
    words that the text has, to the third power, so that 0.5 is reached at four fifths of the words. A number that the text
    lacks caps the score at 0.3. It knows nothing of word order, negation or synonyms: a floor to measure from, not an oracle.

    >>> judge = BundledJudge()
    >>> judge.supports("قال المتحدث إن المعارك انتهت في ٢٠١٧", "انتهت المعارك في 2017")
    1.0
    >>> judge.supports("The battle ended in 2017", "The battle ended in 2018") < 0.5
    True
    """

    name = "bundled"

    def supports(self, premise: str, hypothesis: str) -> float:
        """See the class."""
        wanted = content_terms(hypothesis) or terms(hypothesis)
        if not wanted:
            return 0.0
        there = set(terms(premise))
        missing = [term for term in dict.fromkeys(wanted) if term not in there]
        if missing and detect_language(premise) != detect_language(hypothesis):
            missing = list(_untranslated(missing, there, detect_language(premise)))
        if any(_NUMBER.match(term) for term in missing):
            return _NUMBER_MISSING
        coverage = 1 - len(missing) / len(dict.fromkeys(wanted))
        return float(coverage**_STEEPNESS)

    def usage(self) -> dict[str, Any]:
        """It costs nothing."""
        return {}


def _untranslated(missing: Iterable[str], there: set[str], language: str) -> Iterable[str]:
    """The terms for which no translation into `language` stands there either."""
    try:
        from index.crosslingual import term_translations
    except ImportError:
        return missing
    return [term for term in missing if there.isdisjoint(term_translations(term, language))]
