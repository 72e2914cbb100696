"""The judge that needs no download: words, numbers, and across languages the bundled lexicon and encoder."""

from typing import Any

from index.language.script import detect_language
from index.language.stemming import content_terms, terms
from qa.figures import figures, missing_figure
from qa.judges import THRESHOLD
from qa.judges.alignment import align

_STEEPNESS = 3
_ENOUGH_ACROSS = 0.35  # translations reach it, 95 in 100; other sentences do not
_NUMBER_MISSING = 0.3


class BundledJudge:
    """Says how much of a statement's content stands in a text.

    1.0 where the statement stands there word for word (after folding and light stemming). Otherwise the share of its content
    words that the text has, to the third power, so that 0.5 is reached at four fifths of the words. A number, date or unit
    that the text lacks caps the score at 0.3. Across languages words count by their weight and by how near the best
    counterpart is (`qa.judges.alignment`), and a good third is enough, for neither lexicon nor encoder knows every word.
    It knows nothing of word order, negation or synonyms: a floor to measure from, not an oracle.

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
        if missing_figure(figures(hypothesis, sure=True), figures(premise)):
            return _NUMBER_MISSING
        if detect_language(premise) != detect_language(hypothesis):
            return min(1.0, THRESHOLD * align(hypothesis, premise).share / _ENOUGH_ACROSS)
        there = set(terms(premise))
        wanted = [term for term in wanted if not term[0].isdigit()] or wanted
        return float((sum(term in there for term in wanted) / len(wanted)) ** _STEEPNESS)

    def usage(self) -> dict[str, Any]:
        """It costs nothing."""
        return {}
