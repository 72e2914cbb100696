"""The sentences of the articles that were found, each with the evidence that it answers the question.

Sentences of news run to a hundred words: long ones are read, and quoted, in runs of whole clauses.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from index.collection import Collection
from index.hits import Hit
from index.language import clause_spans, fold, sentence_spans, trim
from index.language.stemming import terms
from index.retrieval import Found, Query, QueryWord
from qa.reading.cues import offers
from qa.reading.focus import counts, focus_terms, wanted_units
from qa.reading.question import Asks, asks_for

FEATURES = (
    "coverage",  # share of the question's weight that stands in the sentence
    "coverage_rare",  # whether its rarest word does
    "coverage_near",  # with the sentences on both sides and the title
    "coverage_article",  # with the whole article and the title
    "coverage_local",  # of the words weighed by how few of the article's sentences hold them
    "coverage_local_near",  # the same, with the sentences on both sides
    "missing_rarest",  # share of the weight of the heaviest word that the article lacks
    "closeness",  # how close together the matched words stand, 1 = side by side
    "focus",  # whether the noun after the question word stands in the sentence
    "counts_focus",  # whether an amount stands beside it, where a number is asked for
    "counts_unit",  # whether an amount stands beside a unit that the question calls for
    "article_lexical",  # of the article's best passage
    "article_dense",
    "article_gap",  # from the article's best passage to the best passage of all
    "first_article",  # 1 for the article of the best passage
    "lead",  # 1 for the article's first sentence
    "position",  # in the article, 0 first, 1 from the three thousandth character on
    "offers",  # words of the asked kind that the question does not have
    "offers_person",
    "offers_number",
    "offers_date",
    "offers_place",
    "offers_reason",
    "offers_name",
    "words",  # log of the number of words
    "short",  # 1 below five words
    "asks",  # 1 where the sentence is itself a question
    "new",  # share of the sentence's words that the question does not have
    "cosine",  # of question and sentence
)
_CLAUSE_MARKS = "،,؛;:–— \t\n"
_ARTICLES = 3
_LONG = 20  # words from which a sentence is read in runs of clauses
_PIECE = 14  # words of such a run
_WINDOW = 8  # passages on both sides of one that was found that are read with it


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence in a passage, or a run of its clauses: `article.text[start:end] == text`, as `hit` holds it.

    `whole` is all of the sentence.
    """

    hit: Hit
    start: int
    end: int
    text: str
    folded: str
    terms: tuple[str, ...]
    whole: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer, the best passage of its article, and a value for each of `FEATURES`."""

    sentence: Sentence
    found: Found
    features: NDArray[np.float64]

    def feature(self, name: str) -> float:
        """One feature by name."""
        return float(self.features[FEATURES.index(name)])


@lru_cache(maxsize=4096)
def _split(text: str) -> tuple[tuple[int, int, str, str, tuple[str, ...], str], ...]:
    found = []
    for span in sentence_spans(text):
        for start, end in _pieces(text, trim(text, span)):
            if end > start:
                piece = text[start:end]
                found.append((start, end, piece, fold(piece), tuple(terms(piece)), text[slice(*span)]))
    return tuple(found)


def _pieces(text: str, sentence: tuple[int, int]) -> list[tuple[int, int]]:
    """A sentence as it is, or, where it is long, in runs of whole clauses that an answer has room for."""
    if len(text[slice(*sentence)].split()) <= _LONG:
        return [sentence]
    pieces: list[tuple[int, int]] = []
    for clause in clause_spans(text, sentence):
        if pieces and len(text[pieces[-1][0] : clause[1]].split()) <= _PIECE:
            pieces[-1] = (pieces[-1][0], clause[1])
        else:
            pieces.append(clause)
    return [_without_mark(text, trim(text, piece)) for piece in pieces]


def _without_mark(text: str, piece: tuple[int, int]) -> tuple[int, int]:
    start, end = piece
    while end > start and text[end - 1] in _CLAUSE_MARKS:
        end -= 1
    return start, end


def joined(one: Sentence, other: Sentence) -> Sentence | None:
    """The two as one quote where nothing but blanks and a clause mark stands between them in their passage, else `None`."""
    hit = one.hit if other.end <= one.hit.end else other.hit
    if one.hit.article_id != other.hit.article_id or not hit.start <= one.start < one.end <= other.start < other.end <= hit.end:
        return None
    if hit.text[one.end - hit.start : other.start - hit.start].strip(_CLAUSE_MARKS):
        return None
    text = hit.text[one.start - hit.start : other.end - hit.start]
    return Sentence(hit, one.start, other.end, text, fold(text), tuple(terms(text)), text)


def sentences_of(passages: Sequence[Hit]) -> list[Sentence]:
    """The sentences of one article's passages, in order, each once though passages overlap."""
    found: dict[int, Sentence] = {}
    for hit in passages:
        for start, end, text, folded, stems, whole in _split(hit.text):
            held = found.get(hit.start + start)
            if held is None or held.end < hit.start + end:
                found[hit.start + start] = Sentence(hit, hit.start + start, hit.start + end, text, folded, stems, whole)
    return [found[start] for start in sorted(found)]


def articles_read(found: Sequence[Found], collection: Collection) -> list[tuple[Found, list[Sentence]]]:
    """The best articles: the best passage of each, and its sentences. Articles that must not be quoted are left out.

    Of a very long article only the stretch around the passages that were found is read.
    """
    best: dict[str, Found] = {}
    for item in found:
        if item.hit.quotable:
            best.setdefault(item.hit.article_id, item)
    read = []
    for item in list(best.values())[:_ARTICLES]:
        number = item.hit.number
        read.append((item, sentences_of(collection.store.passages_of(item.hit.article_id, number - _WINDOW, number + _WINDOW))))
    return read


def candidates(query: Query, read: Sequence[tuple[Found, Sequence[Sentence]]], collection: Collection) -> list[Candidate]:
    """Every sentence of the articles read, with its features."""
    asks = asks_for(query.text)
    asked = fold(query.text)
    rows: list[tuple[Sentence, Found, list[float]]] = []
    for item, sentences in (pair for pair in read if pair[1]):
        evidence = Evidence(query, item.hit.title, sentences, item.hit.language)
        for number, sentence in enumerate(sentences):
            standing = _standing(read[0][0], item, sentence.start)
            rows.append((sentence, item, evidence.of(number) + standing + _form(asks, asked, sentence)))
    if not rows:
        return []
    known = frozenset(stem for words in query.words.values() for word in words for stem, _ in word.options)
    cosines = collection.encoder.encode_passages([sentence.text for sentence, _, _ in rows]) @ query.vector
    found = []
    for (sentence, item, values), cosine in zip(rows, cosines, strict=True):
        new = sum(stem not in known for stem in sentence.terms) / max(1, len(sentence.terms))
        found.append(Candidate(sentence, item, np.array([*values, new, float(cosine)])))
    return found


class Evidence:
    """How the question's words stand in the sentences of one article."""

    def __init__(self, query: Query, title: str | None, sentences: Sequence[Sentence], language: str) -> None:
        words = query.words["ar" if language == "ar" else "en"]
        title_terms = frozenset(terms(title or ""))
        weights = np.array([word.weight for word in words]) if words else np.zeros(1)
        self._weights = weights / (weights.sum() or 1.0)
        self._words = words
        self._matched = np.array([_matches(words, frozenset(sentence.terms)) for sentence in sentences])
        self._title = _matches(words, title_terms)
        self._terms = [sentence.terms for sentence in sentences]
        held = (self._matched > 0).sum(axis=0)
        local = self._weights * np.log(1 + len(sentences) / (held + 0.5))
        self._local = local / (local.sum() or 1.0)
        focus = focus_terms(query.text)
        self._focus = np.array([word.source in focus for word in words] or [False])
        named = frozenset(stem for word in words if word.source in focus for stem, weight in word.options if weight > 0.3)
        self._counted = named if asks_for(query.text) is Asks.NUMBER else frozenset()
        self._units = wanted_units(query.text)
        everything = np.maximum(self._title, self._matched.max(axis=0, initial=0.0))
        self._article = float(self._weights @ everything)
        self._missing = float((self._weights * (everything == 0)).max() / (self._weights.max() or 1.0))

    def of(self, number: int) -> list[float]:
        """The features of `FEATURES` from `coverage` to `counts_unit` for one sentence."""
        matched = self._matched[number]
        near = self._matched[max(0, number - 1) : number + 2].max(axis=0)
        around = np.maximum(near, self._title)
        return [
            float(self._weights @ matched),
            float(matched[int(self._weights.argmax())]),
            float(self._weights @ around),
            self._article,
            float(self._local @ matched),
            float(self._local @ near),
            self._missing,
            _closeness(self._words, self._terms[number], matched),
            float((matched * self._focus).max()),
            float(counts(self._terms[number], self._counted)),
            float(counts(self._terms[number], self._units)),
        ]


def _matches(words: Sequence[QueryWord], present: frozenset[str]) -> NDArray[np.float64]:
    """For each word of the question, the weight of its best option that is present, 0 to 1; one zero where there are none."""
    if not words:
        return np.zeros(1)
    return np.array([max((weight for stem, weight in word.options if stem in present), default=0.0) for word in words])


def _closeness(words: Sequence[QueryWord], sentence: Sequence[str], matched: NDArray[np.float64]) -> float:
    wanted = [{stem for stem, _ in word.options} for word, hit in zip(words, matched, strict=False) if hit > 0]
    if len(wanted) < 2:
        return 0.0
    last: dict[int, int] = {}
    best = len(sentence)
    for at, stem in enumerate(sentence):
        for number, stems in enumerate(wanted):
            if stem in stems:
                last[number] = at
                if len(last) == len(wanted):
                    best = min(best, at - min(last.values()))
    return len(wanted) / max(best + 1, len(wanted))


def _standing(first: Found, item: Found, start: int) -> list[float]:
    """The features that the article and the place in it give."""
    same = float(item.hit.article_id == first.hit.article_id)
    return [item.lexical, item.dense, first.hit.score - item.hit.score, same, float(start == 0), min(1.0, start / 3000)]


def _form(asks: Asks, asked: str, sentence: Sentence) -> list[float]:
    """The features that the sentence has by itself, given what is asked for."""
    offered = float(offers(asks, sentence.text, sentence.folded, asked))
    kinds = (Asks.PERSON, Asks.NUMBER, Asks.DATE, Asks.PLACE, Asks.REASON, Asks.NAME)
    words = len(sentence.terms)
    asking = sentence.folded.rstrip(" \"'").endswith("?")
    return [offered, *(offered * (asks is kind) for kind in kinds), float(np.log1p(words)), float(words < 5), float(asking)]
