"""Both rankers together, in both languages.

A question is analysed once: its content words in its own language, their translations in the other, and its vector. BM25 is
asked in each language that the collection holds, with all translations of a word sharing one budget and one document frequency
(structured queries: Pirkola 1998, "The effects of query structure and dictionary setups in dictionary-based cross-language
information retrieval"). Scores, not ranks, are fused: BM25 as the share of what the question could reach at most, which is
comparable between languages and tells how much BM25 knows; the vectors' cosine is added with a weight of its own. The best of
that are read again word by word (`index.rescoring`), which makes the order.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from index.article import Language
from index.collection import Collection
from index.crosslingual import relatives, translate_query
from index.hits import Filters, Hit
from index.language import detect_language
from index.language.stemming import content_terms
from index.lexical import Option
from index.repair import near
from index.rescoring import Wanted, weights

__all__ = ["READ_AGAIN", "Filters", "Found", "Hit", "Query", "QueryWord", "Retriever", "select_by_article"]

_POOL = 100
READ_AGAIN = 20
"""Passages that are read again word by word: more of them find nothing better."""
_SATURATED = 2.2  # k1 + 1 in tantivy's BM25: what a term's frequency can multiply its weight by at most
_DENSE_WEIGHT = 0.5  # among the candidates; the order of the best is learned


@dataclass(frozen=True, slots=True)
class QueryWord:
    """A content word of the question as it may stand in articles of one language.

    `weight` is its inverse document frequency; `options` are stems with weights up to 1; `known` is false where the word
    has no counterpart in the collection.
    """

    source: str
    weight: float
    options: tuple[tuple[str, float], ...]
    known: bool


@dataclass(frozen=True)
class Query:
    """A question, analysed: its words per language of the articles, and its vector (dimensions,)."""

    text: str
    language: Language
    words: dict[Language, list[QueryWord]]
    vector: NDArray[np.float32] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Found:
    """A passage with the evidence for it, and `hit.score`, which weighs it together: at most about 1.

    `lexical` is the share of the question's weight that BM25 found, `dense` the cosine; `present`, `close` and `kin` are those
    of `index.rescoring.FEATURES`.
    """

    row_id: int
    hit: Hit
    lexical: float
    dense: float
    present: float = 0.0
    close: float = 0.0
    kin: float = 0.0


class Retriever:
    """Finds passages of a collection."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    def analyse(self, question: str) -> Query:
        """The question's words in each language of the articles, and its vector."""
        language = detect_language(question)
        words: dict[Language, list[QueryWord]] = {}
        for target in self._collection.languages():
            if target == language:
                words[target] = [self._own_word(term) for term in dict.fromkeys(content_terms(question))]
            else:
                translated = translate_query(question, target, self._collection.lexical.document_frequency)
                words[target] = [self._word(word.source, word.options, word.weight) for word in translated]
        vector = self._collection.encoder.encode_queries([question])[0]
        return Query(question, language, words, vector)

    def _own_word(self, term: str) -> QueryWord:
        """A word in its own language, with its relatives; where no article has it, these or the stems nearest to it stand for
        it, which do not make it known.
        """
        frequency = self._collection.lexical.document_frequency
        word = self._word(term, ((term, 1.0),))
        related = relatives(term, frequency)
        if word.known:  # its weight is its own: how rare it is itself
            return replace(word, options=(*word.options, *related))
        options = related or near(term, frequency)
        return replace(self._word(term, options), known=False) if options else word

    def _word(self, source: str, options: Sequence[tuple[str, float]], share: float = 1.0) -> QueryWord:
        frequencies = [(weight, self._collection.lexical.document_frequency(term)) for term, weight in options]
        together = sum(weight * frequency for weight, frequency in frequencies)
        known = any(frequency for _, frequency in frequencies)
        return QueryWord(source, share * self._inverse_frequency(together), tuple(options), known)

    def _inverse_frequency(self, frequency: float) -> float:
        count = self._collection.lexical.documents
        return math.log(1 + max(0.0, count - frequency + 0.5) / (frequency + 0.5))

    def _options(self, word: QueryWord) -> list[Option]:
        """Options whose scores carry the word's document frequency instead of their own."""
        found = []
        for term, weight in word.options:
            frequency = self._collection.lexical.document_frequency(term)
            if frequency:
                own = self._inverse_frequency(frequency)
                found.append(Option(term, weight * word.weight / max(own, 1e-6)))
        return found

    def retrieve(
        self, question: str, filters: Filters | None = None, *, keep: int = READ_AGAIN, pool: int = _POOL
    ) -> tuple[Query, list[Found]]:
        """The question analysed, and the `keep` best of the passages that either ranker puts among its first `pool`."""
        self._collection.refresh()
        query = self.analyse(question)
        allowed = self._collection.store.allowed(filters) if filters else None
        if allowed is not None and not len(allowed):
            return query, []
        lexical = self._lexical(query, pool, allowed)
        dense = self._collection.vectors.search(query.vector, pool, allowed)
        dense |= self._collection.vectors.score(query.vector, [row_id for row_id in lexical if row_id not in dense])
        scores = {row_id: lexical.get(row_id, 0.0) + _DENSE_WEIGHT * dense.get(row_id, 0.0) for row_id in lexical | dense}
        best = sorted(scores, key=lambda row_id: (-scores[row_id], row_id))[:keep]
        wanted = {language: Wanted([(word.weight, word.options) for word in words]) for language, words in query.words.items()}
        found = [
            _weighed(row_id, hit, lexical.get(row_id, 0.0), dense.get(row_id, 0.0), wanted.get(hit.language))
            for row_id, hit in self._collection.store.hits(best)
        ]
        return query, sorted(found, key=lambda item: (-item.hit.score, item.row_id))

    def _lexical(self, query: Query, pool: int, allowed: NDArray[np.int64] | None) -> dict[int, float]:
        """BM25 in each language, as the share of what the question's words could reach at most.

        A translation that lost words cannot reach more than the question itself: both are measured by the larger of the two.
        """
        found: dict[int, float] = {}
        chosen = None if allowed is None else allowed.tolist()
        weights = {language: sum(word.weight for word in words) for language, words in query.words.items()}
        for language, words in query.words.items():
            reachable = _SATURATED * max(weights[language], weights.get(query.language, 0.0))
            if reachable > 0:
                scores = self._collection.lexical.search([self._options(word) for word in words], pool, chosen)
                for row_id, score in scores.items():
                    found[row_id] = max(found.get(row_id, 0.0), score / reachable)
        return found


def _weighed(row_id: int, hit: Hit, lexical: float, dense: float, wanted: Wanted | None) -> Found:
    present, close, kin = wanted.evidence(hit.text, hit.title) if wanted else (0.0, 0.0, 0.0)
    score = float(weights() @ (lexical, dense, present, close, kin))
    return Found(row_id, replace(hit, score=round(score, 6)), lexical, dense, present, close, kin)


def select_by_article(hits: Sequence[Hit], k: int) -> list[Hit]:
    """The best passage of each article first, then further passages, `k` in all: one long story does not fill the list."""
    seen: set[str] = set()
    first: list[Hit] = []
    further: list[Hit] = []
    for hit in hits:
        (further if hit.article_id in seen else first).append(hit)
        seen.add(hit.article_id)
    return (first + further)[:k]
