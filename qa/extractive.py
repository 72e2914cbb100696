"""Answers in the articles' own words: one to three sentences that answer, each with its citation."""

from collections.abc import Sequence
from dataclasses import dataclass

from index.collection import Collection
from index.language import fold
from index.retrieval import Found, Query
from qa.reading.orders import addresses_machine, order_spans
from qa.reading.question import asks_for
from qa.reading.ranker import Ranked, confidence, rank
from qa.reading.sentences import Sentence, articles_read, candidates, joined
from qa.reading.spans import short_answer

_LONGEST = 48  # words of the quotes: an answer of sixty, with the words that lead in and the markers
_MOST = 3
_LOOKED_AT = 20  # sentences from which an answer is made
_MARGIN = 3.0  # in the ranker's score: how far behind the best a further sentence may be


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading gave: the sentences that answer, in the order to show them, the few words, and how sure it is."""

    sentences: tuple[Sentence, ...]
    short: str | None
    confidence: float


def read(query: Query, found: Sequence[Found], collection: Collection) -> Reading:
    """Choose the sentences that answer."""
    ranked = rank(candidates(query, articles_read(found, collection), collection))
    quotable = _without_orders(ranked[:_LOOKED_AT])
    if not quotable:
        return Reading((), None, 0.0)
    best = quotable[0].candidate
    span = short_answer(asks_for(query.text), best.sentence.text, query.words.get(best.sentence.hit.language, []), query.text)
    short = best.sentence.text[span[0] : span[1]] if span else None
    return Reading(choose(quotable), short, confidence(query, [*quotable, *ranked[_LOOKED_AT:]]))


def _without_orders(ranked: Sequence[Ranked]) -> list[Ranked]:
    """Without the sentences that speak to a machine, and those that go on with what such a one says."""
    return [item for item in ranked if not _is_order(item.candidate.sentence)]


def _is_order(sentence: Sentence) -> bool:
    if addresses_machine(fold(sentence.whole)):
        return True
    start, end = sentence.start - sentence.hit.start, sentence.end - sentence.hit.start
    return any(start < last and first < end for first, last in order_spans(sentence.hit.text))


def choose(ranked: Sequence[Ranked]) -> tuple[Sentence, ...]:
    """The best sentence, and further ones nearly as good that leave the answer short; articles in order of their best."""
    best = ranked[0]
    chosen = [best.candidate.sentence]
    words = len(chosen[0].text.split())
    for item in ranked[1:]:
        if len(chosen) == _MOST or item.score < best.score - _MARGIN:
            break
        sentence = item.candidate.sentence
        length = len(sentence.text.split())
        if words + length <= _LONGEST and not any(_overlap(sentence, other) for other in chosen):
            chosen.append(sentence)
            words += length
    articles = list(dict.fromkeys(sentence.hit.article_id for sentence in chosen))
    return _as_quotes(sorted(chosen, key=lambda sentence: (articles.index(sentence.hit.article_id), sentence.start)))


def _as_quotes(chosen: Sequence[Sentence]) -> tuple[Sentence, ...]:
    """Neighbours, such as two runs of clauses of one sentence, become one quote."""
    quotes: list[Sentence] = []
    for sentence in chosen:
        together = joined(quotes[-1], sentence) if quotes and quotes[-1].text[-1:] not in ".!?؟…" else None
        if together is None:
            quotes.append(sentence)
        else:
            quotes[-1] = together
    return tuple(quotes)


def _overlap(one: Sentence, other: Sentence) -> bool:
    """Whether two sentences are the same words: one place, or one text in two articles."""
    if one.hit.article_id == other.hit.article_id:
        return one.start < other.end and other.start < one.end
    return one.text == other.text
