"""The sentences of the articles that were found, each with the evidence that it answers the question.

Sentences of news run to a hundred words: long ones are read, and quoted, in runs of whole clauses.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from index.collection import Collection
from index.embedding import Encoder
from index.embedding.static import StaticEncoder
from index.hits import Hit
from index.language import clause_spans, fold, sentence_spans, trim
from index.language.stemming import stems, terms, without_preposition, words
from index.retrieval import Found, Query
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
    "focus_near",  # how much of the two nouns there does, with the sentences on both sides and the title
    "focus_article",  # and with the whole article
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
_NEAR = 0.2  # what the score of an article's best passage may lack of the best of all, to be read
_LONG = 20  # words from which a sentence is read in runs of clauses
_PIECE = 14  # words of such a run
LIKELY = 0.8  # how sure it is that a word's first letter is a preposition
_WINDOW = 8  # passages on both sides of one that was found that are read with it


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence in a passage, or a run of its clauses: `article.text[start:end] == text`, as `hit` holds it.

    `whole` is all of the sentence; `words` are those of `folded`, `terms` their stems.
    """

    hit: Hit
    start: int
    end: int
    text: str
    folded: str
    words: tuple[str, ...]
    terms: tuple[str, ...]
    whole: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer, the best passage of its article, and a value for each of `FEATURES`.

    `matched` (3, words) tells of each word of the question, in the language of the article, how well it is matched (0 to 1): in
    the sentence, with those on both sides and the title, in the whole article.
    """

    sentence: Sentence
    found: Found
    features: NDArray[np.float64]
    matched: NDArray[np.float64]

    def feature(self, name: str) -> float:
        """One feature by name."""
        return float(self.features[FEATURES.index(name)])


_Piece = tuple[int, int, str, str, tuple[str, ...], tuple[str, ...], str]
"""Start, end, and what `Sentence` has from `text` on."""


@lru_cache(maxsize=4096)
def _split(text: str) -> tuple[_Piece, ...]:
    found: list[_Piece] = []
    for span in sentence_spans(text):
        for start, end in _pieces(text, trim(text, span)):
            if end > start:
                piece = text[start:end]
                found.append((start, end, piece, *_analysed(piece), text[slice(*span)]))
    return tuple(found)


def _analysed(piece: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    folded = fold(piece)
    its_words = tuple(words(folded))
    return folded, its_words, stems(its_words)


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
    return Sentence(hit, one.start, other.end, text, *_analysed(text), text)


def sentences_of(passages: Sequence[Hit]) -> list[Sentence]:
    """The sentences of one article's passages, in order, each once though passages overlap."""
    found: dict[int, Sentence] = {}
    for hit in passages:
        for start, end, *analysed in _split(hit.text):
            held = found.get(hit.start + start)
            if held is None or held.end < hit.start + end:
                found[hit.start + start] = Sentence(hit, hit.start + start, hit.start + end, *analysed)  # type: ignore[arg-type]
    return [found[start] for start in sorted(found)]


def articles_read(found: Sequence[Found], collection: Collection) -> list[tuple[Found, list[Sentence]]]:
    """The best articles: the best passage of each, and its sentences. Articles that must not be quoted are left out.

    Of a very long article only the stretch around the passages that were found is read.
    """
    best: dict[str, Found] = {}
    for item in found:
        if item.hit.quotable:
            best.setdefault(item.hit.article_id, item)
    scores = [item.hit.score for item in best.values()]
    chosen = [item for item in list(best.values())[:_ARTICLES] if item.hit.score >= max(scores) - _NEAR]
    around = [(item.hit.article_id, item.hit.number - _WINDOW, item.hit.number + _WINDOW) for item in chosen]
    passages = collection.store.passages_of(around)
    return [(item, sentences_of(passages.get(item.hit.article_id, []))) for item in chosen]


def candidates(query: Query, read: Sequence[tuple[Found, Sequence[Sentence]]], collection: Collection) -> list[Candidate]:
    """Every sentence of the articles read, with its features."""
    asks = asks_for(query.text)
    asked = fold(query.text)
    rows: list[tuple[Sentence, Found]] = []
    blocks, matches = [], []
    for item, sentences in (pair for pair in read if pair[1]):
        evidence = Evidence(query, item.hit.title, sentences, item.hit.language)
        standing = _standing(read[0][0], item, sentences)
        blocks.append(np.hstack([evidence.features(), standing, _form(asks, asked, sentences)]))
        matches += list(evidence.matched)
        rows += [(sentence, item) for sentence in sentences]
    if not rows:
        return []
    known = frozenset(stem for words in query.words.values() for word in words for stem, _ in word.options)
    new = [sum(stem not in known for stem in sentence.terms) / max(1, len(sentence.terms)) for sentence, _ in rows]
    cosines = _vectors(collection.encoder, [sentence for sentence, _ in rows]) @ query.vector
    features = np.column_stack([np.concatenate(blocks), new, cosines])
    return [Candidate(*row, values, matched) for row, values, matched in zip(rows, features, matches, strict=True)]


def _vectors(encoder: Encoder, sentences: Sequence[Sentence]) -> NDArray[np.float32]:
    if isinstance(encoder, StaticEncoder):  # the bundled one need not cut the words again
        return encoder.encode_words([sentence.words for sentence in sentences])
    return encoder.encode_passages([sentence.text for sentence in sentences])


class Evidence:
    """How the question's words stand in the sentences of one article."""

    def __init__(self, query: Query, title: str | None, sentences: Sequence[Sentence], language: str) -> None:
        words = query.words["ar" if language == "ar" else "en"]
        weights = np.array([word.weight for word in words]) if words else np.zeros(1)
        self._weights = weights / (weights.sum() or 1.0)
        self._options: dict[str, list[tuple[int, float]]] = {}
        for number, word in enumerate(words):
            for term, weight in word.options:
                self._options.setdefault(term, []).append((number, weight))
        self._sentences = sentences
        self._places = [self._found(sentence.terms) for sentence in sentences]
        own = np.array([self._best(places) for places in self._places])
        named = self._best(self._found(terms(title or "")))
        beside = np.maximum(own, named)
        beside[1:] = np.maximum(beside[1:], own[:-1])
        beside[:-1] = np.maximum(beside[:-1], own[1:])
        everywhere = np.maximum(named, own.max(axis=0))
        self.matched = np.stack([own, beside, np.broadcast_to(everywhere, own.shape)], axis=1)
        """(sentences, 3, words): see `Candidate.matched`."""
        focus = focus_terms(query.text)
        self._focus = np.array([word.source in focus for word in words] or [False])
        told = frozenset(stem for word in words if word.source in focus for stem, weight in word.options if weight > 0.3)
        self._counted = told if asks_for(query.text) is Asks.NUMBER else frozenset()
        self._units = wanted_units(query.text)

    def _found(self, stems: Sequence[str]) -> list[tuple[int, list[tuple[int, float]]]]:
        """Where stems stand that a word of the question may be: place, and number and weight of each such word."""
        options = self._options
        places = []
        for at, stem in enumerate(stems):
            if (found := options.get(stem)) is not None:
                places.append((at, found))
            elif (found := options.get(without_preposition(stem))) is not None:
                places.append((at, [(number, LIKELY * weight) for number, weight in found]))
        return places

    def _best(self, places: Sequence[tuple[int, list[tuple[int, float]]]]) -> NDArray[np.float64]:
        """For each word of the question, the weight of its best option that is present, 0 to 1."""
        best = np.zeros(len(self._weights))
        for _, found in places:
            for number, weight in found:
                best[number] = max(best[number], weight)
        return best

    def features(self) -> NDArray[np.float64]:
        """The features of `FEATURES` from `coverage` to `counts_unit`, a row a sentence."""
        own, around, everywhere = self.matched.transpose(1, 0, 2)
        near = own.copy()
        near[1:] = np.maximum(near[1:], own[:-1])
        near[:-1] = np.maximum(near[:-1], own[1:])
        held = (own > 0).sum(axis=0)
        local = self._weights * np.log(1 + len(own) / (held + 0.5))
        local /= local.sum() or 1.0
        lacking = float((self._weights * (everywhere[0] == 0)).max() / (self._weights.max() or 1.0))
        stems = [sentence.terms for sentence in self._sentences]
        return np.column_stack(
            [
                own @ self._weights,
                own[:, int(self._weights.argmax())],
                around @ self._weights,
                everywhere @ self._weights,
                own @ local,
                near @ local,
                np.full(len(own), lacking),
                [_closeness(places, len(words)) for places, words in zip(self._places, stems, strict=True)],
                (own * self._focus).max(axis=1),
                around @ self._focus / max(1, self._focus.sum()),
                everywhere @ self._focus / max(1, self._focus.sum()),
                [counts(words, self._counted) for words in stems],
                [counts(words, self._units) for words in stems],
            ]
        )


def _closeness(places: Sequence[tuple[int, list[tuple[int, float]]]], length: int) -> float:
    """Of those words of the question that the sentence holds, how close together all of them stand somewhere."""
    wanted = {number for _, found in places for number, weight in found if weight > 0}
    if len(wanted) < 2:
        return 0.0
    last: dict[int, int] = {}
    best = length
    for at, found in places:
        for number, _ in found:
            if number in wanted:
                last[number] = at
        if len(last) == len(wanted):
            best = min(best, at - min(last.values()))
    return len(wanted) / max(best + 1, len(wanted))


def _standing(first: Found, item: Found, sentences: Sequence[Sentence]) -> NDArray[np.float64]:
    """The features that the article and the place in it give, a row a sentence."""
    same = float(item.hit.article_id == first.hit.article_id)
    own = [item.lexical, item.dense, first.hit.score - item.hit.score, same]
    starts = np.array([sentence.start for sentence in sentences])
    return np.column_stack([np.tile(own, (len(starts), 1)), starts == 0, np.minimum(1.0, starts / 3000)])


def _form(asks: Asks, asked: str, sentences: Sequence[Sentence]) -> NDArray[np.float64]:
    """The features that sentences have by themselves, given what is asked for, a row a sentence."""
    kinds = (Asks.PERSON, Asks.NUMBER, Asks.DATE, Asks.PLACE, Asks.REASON, Asks.NAME)
    offered = np.array([offers(asks, sentence.text, sentence.folded, asked) for sentence in sentences], float)
    words = np.array([len(sentence.terms) for sentence in sentences])
    asking = [sentence.folded.rstrip(" \"'").endswith("?") for sentence in sentences]
    return np.column_stack([offered, *(offered * (asks is kind) for kind in kinds), np.log1p(words), words < 5, asking])
