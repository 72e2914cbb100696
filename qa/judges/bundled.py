"""The judge that needs no download: words, numbers, and across languages the bundled lexicon."""

import re
from typing import Any

from index.crosslingual import translate_query
from index.language.script import detect_language
from index.language.stemming import content_terms, terms

_NUMBER = re.compile(r"\d")
_STEEPNESS = 3
_STEEPNESS_ACROSS = 1
_NUMBER_MISSING = 0.3


class BundledJudge:
    """Says how much of a statement's content stands in a text.

    1.0 where the statement stands there word for word (after folding and light stemming). Otherwise the share of its content
    words that the text has, to the third power, so that 0.5 is reached at four fifths of the words. A number that the text
    lacks caps the score at 0.3. Across languages a word counts when one of its translations in the bundled lexicon is there,
    and half of the words are enough, for the lexicon does not know them all. It knows nothing of word order, negation or
    synonyms: a floor to measure from, not an oracle.

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
        across = detect_language(premise) != detect_language(hypothesis)
        covered = _across(hypothesis, premise, there) if across else {term: term in there for term in wanted}
        if not all(found for term, found in covered.items() if _NUMBER.match(term)):
            return _NUMBER_MISSING
        coverage = sum(covered.values()) / len(covered)
        return float(coverage ** (_STEEPNESS_ACROSS if across else _STEEPNESS))

    def usage(self) -> dict[str, Any]:
        """It costs nothing."""
        return {}


def _across(hypothesis: str, premise: str, there: set[str]) -> dict[str, bool]:
    """For each content word of the statement, whether a translation or a spelling of it stands in the text."""
    terms_found = translate_query(hypothesis, detect_language(premise), lambda term: int(term in there))
    return {term.source: any(option in there for option, _ in term.options) for term in terms_found} or {hypothesis: False}
