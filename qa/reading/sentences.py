"""The sentences of the passages that were found, each with the evidence that it answers the question."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from index.embedding.encoder import Encoder
from numpy.typing import NDArray

from index.hits import Hit
from index.language import fold, sentence_spans, trim
from index.language.stemming import terms
from index.retrieval import Found, Query, QueryWord
from qa.reading.cues import offers
from qa.reading.question import Asks, asks_for

FEATURES = (
    "coverage",  # share of the question's weight that stands in the sentence
    "coverage_rare",  # the same for its rarest word
    "coverage_near",  # with the sentences on both sides and the title
    "coverage_passage",  # with the whole passage and the title
    "closeness",  # how close together the matched words stand, 1 = side by side
    "passage_lexical",
    "passage_dense",
    "passage_gap",  # from the passage's score to the best passage's
    "first_article",  # 1 for the article of the best passage
    "lead",  # 1 for the article's first sentence
    "position",  # in the article, 0 first, 1 from the three thousandth character on
    "offers",  # words of the asked kind
    "offers_person",
    "offers_number",
    "offers_date",
    "offers_place",
    "offers_reason",
    "words",  # log of the number of words
    "short",  # 1 below five words
    "asks",  # 1 where the sentence is itself a question
    "cosine",  # of question and sentence
)
_PASSAGES = 10


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer: `article.text[start:end] == text`, found in `found.hit`.

    `features` has one value for each of `FEATURES`.
    """

    found: Found
    start: int
    end: int
    text: str
    features: NDArray[np.float64]

    def feature(self, name: str) -> float:
        """One feature by name."""
        return float(self.features[FEATURES.index(name)])


@dataclass(frozen=True, slots=True)
class _Sentence:
    start: int  # in the passage
    end: int
    text: str
    folded: str
    terms: tuple[str, ...]


@lru_cache(maxsize=4096)
def _split(text: str) -> tuple[_Sentence, ...]:
    found = []
    for span in sentence_spans(text):
        start, end = trim(text, span)
        if end > start:
            piece = text[start:end]
            found.append(_Sentence(start, end, piece, fold(piece), tuple(terms(piece))))
    return tuple(found)


@lru_cache(maxsize=4096)
def _title_terms(title: str | None) -> frozenset[str]:
    return frozenset(terms(title or ""))


def _matches(words: Sequence[QueryWord], present: frozenset[str]) -> NDArray[np.float64]:
    """For each word of the question, the weight of its best option that is present, 0 to 1."""
    return np.array([max((weight for term, weight in word.options if term in present), default=0.0) for word in words])


def _closeness(words: Sequence[QueryWord], sentence: Sequence[str], matched: NDArray[np.float64]) -> float:
    wanted = [{term for term, _ in word.options} for word, hit in zip(words, matched, strict=True) if hit > 0]
    if len(wanted) < 2:
        return 0.0
    places = sorted((at, number) for at, term in enumerate(sentence) for number, stems in enumerate(wanted) if term in stems)
    last: dict[int, int] = {}
    best = len(sentence)
    for at, number in places:
        last[number] = at
        if len(last) == len(wanted):
            best = min(best, at - min(last.values()))
    return len(wanted) / max(best + 1, len(wanted))


def candidates(query: Query, found: Sequence[Found], encoder: Encoder, passages: int = _PASSAGES) -> list[Candidate]:
    """Every sentence of the best passages, once, with its features. Passages that must not be quoted give none."""
    asks = asks_for(query.text)
    rows: list[tuple[Found, _Sentence, list[float]]] = []
    seen: set[tuple[str, int]] = set()
    for item in found[:passages]:
        if not item.hit.quotable:
            continue
        evidence = _Evidence(query, item)
        for number, sentence in enumerate(evidence.sentences):
            key = (item.hit.article_id, item.hit.start + sentence.start)
            if key not in seen:
                seen.add(key)
                rows.append(
                    (item, sentence, evidence.of(number) + _standing(found[0].hit, item, key[1]) + _form(asks, sentence))
                )
    if not rows:
        return []
    cosines = encoder.encode_passages([sentence.text for _, sentence, _ in rows]) @ query.vector
    return [
        _candidate(item, sentence, values, float(cosine))
        for (item, sentence, values), cosine in zip(rows, cosines, strict=True)
    ]


class _Evidence:
    """How the question's words stand in the sentences of one passage."""

    def __init__(self, query: Query, item: Found) -> None:
        self.sentences = _split(item.hit.text)
        self._words = query.words.get(item.hit.language, [])
        total = sum(word.weight for word in self._words) or 1.0
        self._weights = np.array([word.weight for word in self._words]) / total
        self._title = _title_terms(item.hit.title)
        self._all = self._share(self._title.union(*(sentence.terms for sentence in self.sentences)))

    def _share(self, present: frozenset[str]) -> float:
        return float(self._weights @ _matches(self._words, present)) if self._words else 0.0

    def of(self, number: int) -> list[float]:
        """The first features of `FEATURES`, up to `closeness`, for one sentence."""
        sentence = self.sentences[number]
        matched = _matches(self._words, frozenset(sentence.terms))
        around = self._title.union(*(near.terms for near in self.sentences[max(0, number - 1) : number + 2]))
        rare = float(matched[int(self._weights.argmax())]) if self._words else 0.0
        closeness = _closeness(self._words, sentence.terms, matched)
        return [float(self._weights @ matched) if self._words else 0.0, rare, self._share(around), self._all, closeness]


def _standing(best: Hit, item: Found, start: int) -> list[float]:
    """The features that passage, article and place give."""
    first = float(item.hit.article_id == best.article_id)
    return [item.lexical, item.dense, best.score - item.hit.score, first, float(start == 0), min(1.0, start / 3000)]


def _form(asks: Asks, sentence: _Sentence) -> list[float]:
    """The features that the sentence has by itself, given what is asked for."""
    offered = float(offers(asks, sentence.text, sentence.folded))
    by_kind = [offered * (asks is kind) for kind in (Asks.PERSON, Asks.NUMBER, Asks.DATE, Asks.PLACE, Asks.REASON)]
    words = len(sentence.terms)
    asking = sentence.folded.rstrip(" \"'").endswith("?")
    return [offered, *by_kind, float(np.log1p(words)), float(words < 5), float(asking)]


def _candidate(item: Found, sentence: _Sentence, values: list[float], cosine: float) -> Candidate:
    start = item.hit.start + sentence.start
    return Candidate(item, start, item.hit.start + sentence.end, sentence.text, np.array([*values, cosine]))
