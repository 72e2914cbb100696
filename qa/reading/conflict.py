"""Reports that contradict each other: two articles that answer one question with two values of one kind."""

from collections.abc import Sequence

from index.language import fold
from index.language.stemming import content_terms
from index.retrieval import Query
from qa.reading.question import Asks, asks_for
from qa.reading.reader import Read
from qa.reading.spans import value_of

_COMPARED = (Asks.NUMBER, Asks.DATE)  # the values of other kinds are spelled in too many ways to be told apart
_TELLING = 0.6  # share of the question's weight that both sentences must hold, with their neighbours
_AS_PLAIN = 0.6  # of what the best sentence holds of the question, what the other must hold
_COMPARED_WITH = 8  # sentences


def conflicting(query: Query, reads: Sequence[Read]) -> Read | None:
    """The sentence of another article that answers as plainly as the best one, with another number or date; or `None`.

    Copies of one story are no two reports: the index keeps one of them.
    """
    if asks_for(query.text) not in _COMPARED or len(reads) < 2:
        return None
    best = reads[0]
    value = value_of(query, best)
    if value is None or best.candidate.feature("coverage_near") < _TELLING:
        return None
    for read in reads[1:_COMPARED_WITH]:
        if read.candidate.sentence.hit.article_id == best.candidate.sentence.hit.article_id:
            continue
        other = value_of(query, read)
        if other is not None and _as_plain(best, read) and not _same(value, other):
            return read
    return None


def _as_plain(best: Read, read: Read) -> bool:
    """Whether a sentence holds the question's words as the best one does."""
    own, other = ([one.candidate.feature(name) for name in ("coverage", "coverage_near")] for one in (best, read))
    return other[0] >= _AS_PLAIN * own[0] and other[1] >= max(_TELLING, _AS_PLAIN * own[1])


def _same(one: str, other: str) -> bool:
    """Whether two values do not exclude each other: one has all numbers (or else all words) of the other."""
    left, right = (set(content_terms(fold(value))) for value in (one, other))
    numbers = [{term for term in value if term[0].isdigit()} for value in (left, right)]
    if all(numbers):
        left, right = numbers
    return left <= right or right <= left
