"""Answers in the articles' own words: one to five sentences or runs of clauses that answer, each with its citation."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.collection import Collection
from index.hits import Hit
from index.language import fold
from index.retrieval import Found, Query
from qa.reading.confidence import confidence
from qa.reading.conflict import conflicting
from qa.reading.orders import addresses_machine, order_spans
from qa.reading.reader import Close, Read, read_closely
from qa.reading.sentences import Sentence, articles_read, candidates, joined
from qa.reading.spans import few_words

_LONGEST = 60  # words of an answer, with those that lead in and the markers
_LEAD = 3  # words that lead in, beside the outlet's name: see `according_to_dated`
_MOST = 5
_LOOKED_AT = 10  # sentences from which an answer is made
_LEAST = 0.03  # probability for which a further sentence is shown
_ENOUGH = 0.97  # probability of what is shown from which on nothing is added


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading gave: the sentences that answer, in the order to show them, the few words, and how sure it is.

    `conflict`: the sentences are reports that contradict each other; `short` is what the likelier one says.
    """

    sentences: tuple[Sentence, ...]
    short: str | None
    confidence: float
    conflict: bool = False


def read(query: Query, found: Sequence[Found], collection: Collection) -> Reading:
    """Choose the sentences that answer."""
    close = read_closely(query, candidates(query, articles_read(found, collection), collection), collection.encoder)
    close = _without_orders(close)
    if not close.reads:
        return Reading((), None, 0.0)
    best = close.reads[0]
    shown = choose(close.reads)
    sure = confidence(query, close, shown)
    rival = conflicting(query, close.reads)
    if rival is not None:
        shown = [best, rival]
    return Reading(_in_order(shown), few_words(query, best), sure, rival is not None)


def _without_orders(close: Close) -> Close:
    """The best sentences, without those that speak to a machine, and those that go on with what such a one says."""
    return replace(close, reads=tuple(read for read in close.reads[:_LOOKED_AT] if not _is_order(read.candidate.sentence)))


def _is_order(sentence: Sentence) -> bool:
    if addresses_machine(fold(sentence.whole)):  # also what stands beside a block in it
        return True
    start, end = sentence.start - sentence.hit.start, sentence.end - sentence.hit.start
    return any(start < last and first < end for first, last in order_spans(sentence.hit.text))


def choose(reads: Sequence[Read]) -> list[Read]:
    """The best sentence, and further ones that the answer has room for, until it is likely to be among them.

    Those come first that are likeliest for the room they take.
    """
    chosen = [reads[0]]
    likely = [read for read in reads[1:] if read.probability >= _LEAST]
    for read in sorted(likely, key=lambda read: -read.probability / _room(read)):
        if len(chosen) == _MOST or sum(one.probability for one in chosen) > _ENOUGH:
            break
        fits = _words([*chosen, read]) <= _LONGEST
        if fits and not any(_overlap(read.candidate.sentence, one.candidate.sentence) for one in chosen):
            chosen.append(read)
    return chosen


def _room(read: Read) -> int:
    return len(read.candidate.sentence.text.split()) + _LEAD + 1


def _words(reads: Sequence[Read]) -> int:
    """How many words the answer made of these has."""
    articles: dict[str, Hit] = {read.candidate.sentence.hit.article_id: read.candidate.sentence.hit for read in reads}
    leads = sum(_LEAD + len(hit.source.split()) for hit in articles.values() if hit.source)
    return leads + sum(len(read.candidate.sentence.text.split()) + 1 for read in reads)


def _in_order(reads: Sequence[Read]) -> tuple[Sentence, ...]:
    """As quotes: articles in order of their best sentence, sentences in order of the article, neighbours as one."""
    articles = list(dict.fromkeys(read.candidate.sentence.hit.article_id for read in reads))
    sentences = sorted(
        (read.candidate.sentence for read in reads),
        key=lambda sentence: (articles.index(sentence.hit.article_id), sentence.start),
    )
    quotes: list[Sentence] = []
    for sentence in sentences:
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
