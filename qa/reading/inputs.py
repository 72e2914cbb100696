"""What the neural reader is shown: the words of a question and of candidate sentences, as numbers from 0 to 1.

Words are shown by their vector (the bundled encoder's), by hashed spelling (stop words, beginnings, endings: a little grammar
without a tagger), and by features that say what they are and how they stand to the words of the question.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from index.dates import month_names, weekday_names
from index.language import fold_with_map
from index.language.stemming import WORD_PATTERN, is_stop_word, stem
from index.retrieval import Query
from qa.reading.cues import AR_NUMBERS, EN_NUMBERS, PEOPLE, PLACES, SPEECH
from qa.reading.focus import focus_terms, wanted_units
from qa.reading.question import Asks, asks_for
from qa.reading.sentences import Candidate

WORD_FEATURES = 25
RELATION_FEATURES = 12
QUESTION_FEATURES = 9
BUCKETS = (384, 128, 128)  # of stop words, beginnings, endings; 0 is none
LONGEST = 56  # words of a sentence that are read
_AROUND = 8  # words of the neighbouring sentences that are shown on each side
_LONGEST_QUESTION = 32
KINDS = tuple(Asks)

_WORD = re.compile(WORD_PATTERN)
_NUMBER_WORD = re.compile(rf"(?:[وبل])?(?:ال)?(?:{AR_NUMBERS})|{EN_NUMBERS}")
_CALENDAR = re.compile(rf"(?:{month_names()}|{weekday_names()})")
_MONEY = re.compile(
    r"(?:ال)?(?:ريال|دولار|درهم|دينار|جنيه|يورو|ليره|متر|كيلومتر|كيلو|كم|طن|غرام|سنه|عام|عاما|يوم|يوما|شهر|شهرا|ساعه|دقيقه|مره|شخص|شخصا)"
    r"|(?:dollar|euro|pound|metre|meter|kilomet(?:re|er)|mile|f(?:oo|ee)t|ton|tonne|kg|year|day|month|week|hour|minute|people)s?"
)
_PEOPLE, _SPEECH, _PLACES = (re.compile(words) for words in (PEOPLE, SPEECH, PLACES))
_OPENS, _CLOSES, _ENDS, _COMMAS = "\"'([{«“", "\"')]}»”", ".!?؟…\n", ",،;؛"


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text: folded forms, spans (n, 2) in the text, hashes (n, 3), and features (n, `WORD_FEATURES`)."""

    forms: tuple[str, ...]
    stems: tuple[str, ...]
    spans: NDArray[np.int32]
    hashes: NDArray[np.int16]
    features: NDArray[np.float32]


@lru_cache(maxsize=200_000)
def _of_word(word: str) -> tuple[tuple[int, int, int], tuple[float, ...]]:
    """Hashes, and the features that a folded word has by itself."""
    stop, number, arabic = is_stop_word(word), word[0].isdigit(), word[0] >= "\u0600"
    hashes = (_bucket(word, 0) if stop else 0, _bucket(word[:2], 1), _bucket(word[-2:], 2))
    features = (
        stop,
        number,
        number and re.fullmatch("1[0-9]{3}|20[0-9]{2}", word) is not None,
        _NUMBER_WORD.fullmatch(word) is not None,
        _CALENDAR.fullmatch(word) is not None,
        arabic,
        arabic and word.startswith(("ال", "وال", "بال", "لل")),
        arabic and len(word) > 3 and word[0] in "وف",
        arabic and len(word) > 3 and word[0] in "بلك",
        min(1.0, len(word) / 10),
        _MONEY.fullmatch(word) is not None,
        _PEOPLE.fullmatch(word) is not None,
        _SPEECH.fullmatch(word) is not None,
        _PLACES.fullmatch(word) is not None,
    )
    return hashes, tuple(map(float, features))


def _bucket(text: str, table: int) -> int:
    return 1 + crc32(text.encode()) % (BUCKETS[table] - 1)


@lru_cache(maxsize=4096)
def words_of(text: str) -> Words:
    """The words of `text` with what can be told without a question; those inside one code point (ﷲ) are left out."""
    folded = fold_with_map(text)
    forms, spans, hashes, features = [], [], [], []
    for match in _WORD.finditer(folded.text):
        span = folded.span(*match.span())
        if span is None:
            continue
        own, flags = _of_word(match.group())
        forms.append(match.group())
        spans.append(span)
        hashes.append(own)
        features.append((*flags, *_around(text, *span)))
    return Words(
        tuple(forms),
        tuple(map(_stem, forms)),
        np.array(spans, np.int32).reshape(-1, 2),
        np.array(hashes, np.int16).reshape(-1, 3),
        np.array(features, np.float32).reshape(-1, WORD_FEATURES),
    )


_stem = lru_cache(maxsize=200_000)(stem)


def _around(text: str, start: int, end: int) -> tuple[float, ...]:
    """The features that the marks around a word give."""
    before = text[start - 1] if start else "\n"
    after = text[end] if end < len(text) else "\n"
    next_but_one = text[end + 1] if end + 1 < len(text) else "\n"
    return (
        float(text[start].isupper()),
        float(before in _OPENS),
        float(after in _CLOSES),
        float(before == "("),
        float(after == ")"),
        float(after in _COMMAS or (after in _CLOSES and next_but_one in _COMMAS)),
        float(start > 1 and text[start - 2] in _COMMAS),
        float(after in _ENDS),
        float(before in "-/" or after in "-/"),
        float(start > 1 and ":" in text[start - 2 : start]),
        float(after in "%٪" or next_but_one in "%٪"),
    )


@dataclass(frozen=True, slots=True)
class Inputs:
    """A question and its candidate sentences, ragged: sentence `k` is rows `starts[k]:starts[k + 1]` of the arrays of words.

    `asked`, `read`: word forms. `inside` marks the words of the sentence itself, the others are its neighbours';
    `piece` is the number of each such word in `words_of(sentence.text)`, -1 elsewhere.
    """

    kind: int
    asked: tuple[str, ...]
    asked_hashes: NDArray[np.int16]
    asked_features: NDArray[np.float32]
    read: tuple[str, ...]
    hashes: NDArray[np.int16]
    features: NDArray[np.float32]
    inside: NDArray[np.bool_]
    piece: NDArray[np.int16]
    starts: NDArray[np.int32]
    lacking: NDArray[np.float32]  # (sentences, asked): the share of the question's weight that the sentence lacks, per word


def inputs_for(query: Query, pool: Sequence[Candidate], chosen: Sequence[int]) -> Inputs:
    """The inputs for `pool[number]` of each number `chosen`; `pool` is in order of place, as `candidates` gives."""
    asked = words_of(query.text)
    count = min(len(asked.forms), _LONGEST_QUESTION)
    relations = _Relations(query, asked.forms[:count], asked.stems[:count])
    parts = [_shown(pool, number) for number in chosen]
    blocks = [relations.of(pool[number], part) for number, part in zip(chosen, parts, strict=True)]
    lengths = [len(part.forms) for part in parts]
    return Inputs(
        kind=KINDS.index(asks_for(query.text)),
        asked=asked.forms[:count],
        asked_hashes=asked.hashes[:count],
        asked_features=relations.asked_features(asked.features[:count]),
        read=tuple(form for part in parts for form in part.forms),
        hashes=np.concatenate([part.hashes for part in parts]),
        features=np.concatenate([np.hstack([part.features, block]) for part, (block, _) in zip(parts, blocks, strict=True)]),
        inside=np.concatenate([part.piece >= 0 for part in parts]),
        piece=np.concatenate([part.piece for part in parts]),
        starts=np.cumsum([0, *lengths]).astype(np.int32),
        lacking=np.array([lacking for _, lacking in blocks], np.float32).reshape(len(parts), count),
    )


@dataclass(frozen=True, slots=True)
class _Shown:
    """The words of a sentence with some of its neighbours'."""

    forms: tuple[str, ...]
    stems: tuple[str, ...]
    hashes: NDArray[np.int16]
    features: NDArray[np.float32]
    piece: NDArray[np.int16]


def _shown(pool: Sequence[Candidate], number: int) -> _Shown:
    article = pool[number].sentence.hit.article_id
    own = words_of(pool[number].sentence.text)
    length = min(len(own.forms), LONGEST)
    before = _neighbour(pool, number - 1, article)
    after = _neighbour(pool, number + 1, article)
    left = slice(max(0, len(before.forms) - _AROUND), None) if before else slice(0, 0)
    parts = [(before or own, left), (own, slice(0, length)), (after or own, slice(0, _AROUND) if after else slice(0, 0))]
    piece = np.full(sum(len(words.forms[cut]) for words, cut in parts), -1, np.int16)
    first = len((before or own).forms[left])
    piece[first : first + length] = np.arange(length)
    return _Shown(
        tuple(form for words, cut in parts for form in words.forms[cut]),
        tuple(term for words, cut in parts for term in words.stems[cut]),
        np.concatenate([words.hashes[cut] for words, cut in parts]),
        np.concatenate([words.features[cut] for words, cut in parts]),
        piece,
    )


def _neighbour(pool: Sequence[Candidate], number: int, article: str) -> Words | None:
    if 0 <= number < len(pool) and pool[number].sentence.hit.article_id == article:
        return words_of(pool[number].sentence.text)
    return None


class _Relations:
    """How words stand to the words of one question."""

    def __init__(self, query: Query, forms: Sequence[str], stems: Sequence[str]) -> None:
        self._forms, self._stems = frozenset(forms), stems
        self._focus = focus_terms(query.text)
        self._units = wanted_units(query.text)
        self._place = {name: at for at, name in reversed(list(enumerate(forms)))} | {
            name: at for at, name in reversed(list(enumerate(stems)))
        }
        self._tables = {language: self._table(query, language) for language in query.words}
        self._content = np.array([not is_stop_word(form) for form in forms], bool)

    def _table(self, query: Query, language: str) -> tuple[dict[str, list[tuple[int, float, float]]], NDArray[np.float32]]:
        """For each stem, the question's words that it may stand for: place, how likely, share of weight. And the shares."""
        words = query.words["ar" if language == "ar" else "en"]
        total = sum(word.weight for word in words) or 1.0
        shares = np.zeros(len(self._stems), np.float32)
        table: dict[str, list[tuple[int, float, float]]] = {}
        for word in words:
            at = self._place.get(word.source)
            if at is None:
                continue
            shares[at] = word.weight / total
            for term, weight in word.options:
                table.setdefault(term, []).append((at, min(1.0, weight), word.weight / total))
        return table, shares

    def of(self, candidate: Candidate, shown: _Shown) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Features (words, `RELATION_FEATURES`), and what the sentence lacks of each word of the question."""
        table, shares = self._tables.get(candidate.sentence.hit.language, ({}, np.zeros(len(self._stems), np.float32)))
        count = len(shown.forms)
        features = np.zeros((count, RELATION_FEATURES), np.float32)
        held = np.zeros(len(self._stems), np.float32)
        matched: list[int] = []
        for at, (form, term, piece) in enumerate(zip(shown.forms, shown.stems, shown.piece, strict=True)):
            found = table.get(term)
            if found:
                place, weight, share = max(found, key=lambda one: one[1] * one[2])
                features[at, 0], features[at, 1] = weight, min(1.0, 2 * weight * share)
                features[at, 2] = self._stems[place] in self._focus
                if piece >= 0:
                    for place, weight, _ in found:
                        held[place] = max(held[place], weight)
                if weight > 0.3:
                    matched.append(at)
            features[at, 3] = form in self._forms
            features[at, 4] = term in self._units
        self._near(features, matched)
        inside = shown.piece >= 0
        features[inside, 9] = 1.0
        features[inside, 10] = np.linspace(0, 1, int(inside.sum()))
        return features, shares * (1 - held)

    @staticmethod
    def _near(features: NDArray[np.float32], matched: Sequence[int]) -> None:
        """How near the words of the question stand on either side, how much of it within five words, and runs of it."""
        if not matched:
            return
        at, places = np.arange(len(features))[:, None], np.array(matched)[None, :]
        gaps = (at - places).astype(np.float32)
        features[:, 5] = np.exp(-np.where(gaps > 0, gaps, 99).min(axis=1) / 4)
        features[:, 6] = np.exp(np.where(gaps < 0, gaps, -99).max(axis=1) / 4)
        weight = features[places[0], 1]
        features[:, 7] = np.minimum(1.0, ((np.abs(gaps) <= 5) * weight).sum(axis=1))
        features[:, 8] = np.minimum(1.0, (np.exp(-np.abs(gaps) / 6) * weight).sum(axis=1) / 2)
        beside = np.isin(at[:, 0] - 1, places) | np.isin(at[:, 0] + 1, places)
        features[:, 11] = beside * (features[:, 0] > 0.3)

    def asked_features(self, own: NDArray[np.float32]) -> NDArray[np.float32]:
        """Features (asked, `QUESTION_FEATURES`) of the question's words: what they are, and what they weigh."""
        shares = np.max([shares for _, shares in self._tables.values()], axis=0) if self._tables else np.zeros(len(own))
        focus = np.array([term in self._focus for term in self._stems], np.float32)
        place = np.arange(len(own))
        columns = (
            own[:, 0],
            own[:, 1],
            own[:, 5],
            own[:, 14],
            shares,
            focus,
            place == 0,
            place == 1,
            np.minimum(1, place / 12),
        )
        return np.stack(columns, axis=1).astype(np.float32)
