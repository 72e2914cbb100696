"""What the neural reader is shown: the words of a question and of candidate sentences, as numbers from 0 to 1.

Words are shown by their vector (the bundled encoder's), by hashed spelling (stop words, beginnings, endings: a little grammar
without a tagger), and by features that say what they are and how they stand to the words of the question.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from struct import Struct
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from index.article import Language
from index.dates import month_names, weekday_names
from index.language import fold_with_map
from index.language.stemming import WORD_PATTERN, is_stop_word, stems, without_preposition
from index.retrieval import Query
from qa.reading.cues import AR_NUMBERS, EN_NUMBERS, PEOPLE, PLACES, SPEECH
from qa.reading.focus import focus_terms, wanted_units
from qa.reading.question import Asks, asks_for
from qa.reading.sentences import LIKELY, Candidate

WORD_FEATURES = 25
_OWN = 14  # of them, those that a word has by itself
RELATION_FEATURES = 12
QUESTION_FEATURES = 9
BUCKETS = (384, 128, 128)  # of stop words, beginnings, endings; 0 is none
LONGEST = 56  # words of a sentence that are read
_AROUND = 8  # words of the neighbouring sentences that are shown on each side
_LONGEST_QUESTION = 32
KINDS = tuple(Asks)

_WORD = re.compile(WORD_PATTERN)
_YEAR = re.compile("1[0-9]{3}|20[0-9]{2}")
_NUMBER_WORD = re.compile(rf"(?:[وبل])?(?:ال)?(?:{AR_NUMBERS})|{EN_NUMBERS}")
_CALENDAR = re.compile(rf"(?:{month_names()}|{weekday_names()})")
_MONEY = re.compile(
    r"(?:ال)?(?:ريال|دولار|درهم|دينار|جنيه|يورو|ليره|متر|كيلومتر|كيلو|كم|طن|غرام|سنه|عام|عاما|يوم|يوما|شهر|شهرا|ساعه|دقيقه|مره|شخص|شخصا)"
    r"|(?:dollar|euro|pound|metre|meter|kilomet(?:re|er)|mile|f(?:oo|ee)t|ton|tonne|kg|year|day|month|week|hour|minute|people)s?"
)
_PEOPLE, _SPEECH, _PLACES = (frozenset(words.split("|")) for words in (PEOPLE, SPEECH, PLACES))
_HASHES = Struct("=3h")
_OPENS, _CLOSES, _ENDS, _COMMAS = "\"'([{«“", "\"')]}»”", ".!?؟…\n", ",،;؛"


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text: folded forms, spans (n, 2) in the text, hashes (n, 3), and features (n, `WORD_FEATURES`)."""

    forms: tuple[str, ...]
    stems: tuple[str, ...]
    spans: NDArray[np.int32]
    hashes: NDArray[np.int16]
    features: NDArray[np.float32]


@lru_cache(maxsize=100_000)
def _of_word(word: str) -> tuple[bytes, bytes]:
    """Hashes (int16), and the features that a folded word has by itself, in tenths."""
    stop, number, arabic = is_stop_word(word), word[0].isdigit(), word[0] >= "\u0600"
    hashes = _HASHES.pack(_bucket(word, 0) if stop else 0, _bucket(word[:2], 1), _bucket(word[-2:], 2))
    features = (
        10 * stop,
        10 * number,
        10 * (number and _YEAR.fullmatch(word) is not None),
        10 * (_NUMBER_WORD.fullmatch(word) is not None),
        10 * (_CALENDAR.fullmatch(word) is not None),
        10 * arabic,
        10 * (arabic and word.startswith(("ال", "وال", "بال", "لل"))),
        10 * (arabic and len(word) > 3 and word[0] in "وف"),
        10 * (arabic and len(word) > 3 and word[0] in "بلك"),
        min(10, len(word)),
        10 * (_MONEY.fullmatch(word) is not None),
        10 * (word in _PEOPLE),
        10 * (word in _SPEECH),
        10 * (word in _PLACES),
    )
    return hashes, bytes(features)


def _bucket(text: str, table: int) -> int:
    return 1 + crc32(text.encode()) % (BUCKETS[table] - 1)


@lru_cache(maxsize=4096)
def words_of(text: str) -> Words:
    """The words of `text` with what can be told without a question; those inside one code point (ﷲ) are left out."""
    folded, marks = fold_with_map(text), text.translate(_MARKS)
    matches = [(match.group(), match.span()) for match in _WORD.finditer(folded.text)]
    # Most texts have no marks that vanish: places stay what they are.
    found = (
        matches if folded.is_even else [(form, place) for form, span in matches if (place := folded.span(*span)) is not None]
    )
    forms, spans = tuple(form for form, _ in found), [span for _, span in found]
    alone = [_of_word(form) for form in forms]
    around = [_around(marks[max(0, start - 2) : start], marks[start], marks[end : end + 2]) for start, end in spans]
    features = np.empty((len(forms), WORD_FEATURES), np.float32)
    features[:, :_OWN] = np.frombuffer(b"".join([own for _, own in alone]), np.uint8).reshape(-1, _OWN)
    features[:, :_OWN] *= 0.1
    features[:, _OWN:] = np.frombuffer(b"".join(around), np.uint8).reshape(-1, WORD_FEATURES - _OWN)
    return Words(
        forms,
        stems(forms),
        np.array(spans, np.int32).reshape(-1, 2),
        np.frombuffer(b"".join([hashes for hashes, _ in alone]), np.int16).reshape(-1, 3),
        features,
    )


class _Marks(dict[int, str]):
    """A `str.translate` table that leaves of a text what `_around` looks at: marks, and which letters are large."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        self[code] = kind = "A" if char.isupper() else char if char in _LOOKED_AT else "a"
        return kind


_LOOKED_AT = frozenset(_OPENS + _CLOSES + _ENDS + _COMMAS + "-/:%٪")
_MARKS = _Marks()


@lru_cache(maxsize=10_000)
def _around(left: str, first: str, right: str) -> bytes:
    """The features that the marks around a word give: up to two characters on each side, and its own first one."""
    before, after = left[-1:] or "\n", right[:1] or "\n"
    last_but_one, next_but_one = left[:-1] or "\n", right[1:] or "\n"
    return bytes(
        (
            first.isupper(),
            before in _OPENS,
            after in _CLOSES,
            before == "(",
            after == ")",
            after in _COMMAS or (after in _CLOSES and next_but_one in _COMMAS),
            last_but_one in _COMMAS,
            after in _ENDS,
            before in "-/" or after in "-/",
            len(left) > 1 and ":" in left,
            after in "%٪" or next_but_one in "%٪",
        )
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
    lacking: NDArray[np.float32]  # (sentences, 3, asked): see `_Relations.lacking`


def inputs_for(query: Query, pool: Sequence[Candidate], chosen: Sequence[int]) -> Inputs:
    """The inputs for `pool[number]` of each number `chosen`; `pool` is in order of place, as `candidates` gives."""
    asked = words_of(query.text)
    count = min(len(asked.forms), _LONGEST_QUESTION)
    relations = _Relations(query, asked.forms[:count], asked.stems[:count])
    shown = [_shown(pool, number) for number in chosen]
    lengths = [sum(len(words.forms[cut]) for words, cut in parts) for parts in shown]
    features = np.concatenate([words.features[cut] for parts in shown for words, cut in parts])
    piece = np.full(len(features), -1, np.int16)
    related = np.zeros((len(features), RELATION_FEATURES), np.float32)
    starts = np.cumsum([0, *lengths]).astype(np.int32)
    for number, parts, start, end in zip(chosen, shown, starts.tolist(), starts[1:].tolist(), strict=False):
        first = start + len(parts[0][0].forms[parts[0][1]])
        length = len(parts[1][0].forms[parts[1][1]])
        piece[first : first + length] = np.arange(length)
        related[first : first + length, 9] = 1.0
        related[first : first + length, 10] = np.arange(length) / max(1, length - 1)
        relations.fill(related[start:end], pool[number].sentence.hit.language, parts)
    return Inputs(
        kind=KINDS.index(asks_for(query.text)),
        asked=asked.forms[:count],
        asked_hashes=asked.hashes[:count],
        asked_features=relations.asked_features(asked.features[:count]),
        read=tuple(form for parts in shown for words, cut in parts for form in words.forms[cut]),
        hashes=np.concatenate([words.hashes[cut] for parts in shown for words, cut in parts]),
        features=np.hstack([features, related]),
        inside=piece >= 0,
        piece=piece,
        starts=starts,
        lacking=np.array([relations.lacking(pool[number]) for number in chosen], np.float32),
    )


_Shown = Sequence[tuple[Words, slice]]
"""The words of a sentence, between some of its neighbours': three cuts of words, in order."""


def _shown(pool: Sequence[Candidate], number: int) -> _Shown:
    article = pool[number].sentence.hit.article_id
    own = words_of(pool[number].sentence.text)
    before = _neighbour(pool, number - 1, article)
    after = _neighbour(pool, number + 1, article)
    left = slice(max(0, len(before.forms) - _AROUND), None) if before else slice(0, 0)
    right = slice(0, _AROUND if after else 0)
    return (before or own, left), (own, slice(0, LONGEST)), (after or own, right)


def _neighbour(pool: Sequence[Candidate], number: int, article: str) -> Words | None:
    if 0 <= number < len(pool) and pool[number].sentence.hit.article_id == article:
        return words_of(pool[number].sentence.text)
    return None


@dataclass(frozen=True, slots=True)
class _Table:
    """The words of a question in one language of the articles.

    `best`: for each stem the word that it is likeliest to stand for: place, how likely, share of weight. `shares` (asked,);
    `placed` (n, 2): number in `query.words` and place in the question.
    """

    best: dict[str, tuple[int, float, float]]
    shares: NDArray[np.float32]
    placed: NDArray[np.intp]


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
        self._none = _Table({}, np.zeros(len(stems), np.float32), np.zeros((0, 2), np.intp))

    def _table(self, query: Query, language: Language) -> _Table:
        words = query.words[language]
        total = sum(word.weight for word in words) or 1.0
        shares = np.zeros(len(self._stems), np.float32)
        found: dict[str, list[tuple[int, float, float]]] = {}
        placed = []
        for number, word in enumerate(words):
            at = self._place.get(word.source)
            if at is None:
                continue
            placed.append((number, at))
            shares[at] = word.weight / total
            for term, weight in word.options:
                found.setdefault(term, []).append((at, min(1.0, weight), word.weight / total))
        best = {term: max(options, key=lambda one: one[1] * one[2]) for term, options in found.items()}
        return _Table(best, shares, np.array(placed, np.intp).reshape(-1, 2))

    def fill(self, features: NDArray[np.float32], language: Language, shown: _Shown) -> None:
        """Write features (words, `RELATION_FEATURES`) of the words shown, but for the two that tell where the sentence is."""
        table = self._tables.get(language, self._none)
        best, forms, units = table.best, self._forms, self._units
        matched: list[int] = []
        at = 0
        for words, cut in shown:
            for form, term in zip(words.forms[cut], words.stems[cut], strict=True):
                sure = 1.0
                if (found := best.get(term)) is None:
                    found, sure = best.get(without_preposition(term)), LIKELY
                if found is not None:
                    place, weight, share = found
                    weight *= sure
                    features[at, :3] = weight, min(1.0, 2 * weight * share), self._stems[place] in self._focus
                    if weight > 0.3:
                        matched.append(at)
                if form in forms:
                    features[at, 3] = 1.0
                if term in units:
                    features[at, 4] = 1.0
                at += 1
        if matched:
            _near(features, np.array(matched))

    def lacking(self, candidate: Candidate) -> NDArray[np.float32]:
        """(3, asked): of each word of the question the share of the weight that is lacking, where `candidate.matched` looks."""
        table = self._tables.get(candidate.sentence.hit.language, self._none)
        lacks = np.zeros((3, len(self._stems)), np.float32)
        number, at = table.placed.T
        lacks[:, at] = table.shares[at] * (1 - np.minimum(1.0, candidate.matched[:, number]))
        return lacks

    def asked_features(self, own: NDArray[np.float32]) -> NDArray[np.float32]:
        """Features (asked, `QUESTION_FEATURES`) of the question's words: what they are, and what they weigh."""
        shares = np.max([table.shares for table in self._tables.values()] or [self._none.shares], axis=0)
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


def _near(features: NDArray[np.float32], places: NDArray[np.intp]) -> None:
    """How near the words of the question at `places` stand on either side, how much of it within five words, and runs of it."""
    gaps = (np.arange(len(features))[:, None] - places).astype(np.float32)
    far = np.abs(gaps)
    features[:, 5] = np.exp(-np.where(gaps > 0, far, 99).min(axis=1) / 4)
    features[:, 6] = np.exp(-np.where(gaps < 0, far, 99).min(axis=1) / 4)
    weight = features[places, 1]
    features[:, 7] = np.minimum(1.0, (far <= 5) @ weight)
    features[:, 8] = np.minimum(1.0, np.exp(-far / 6) @ weight / 2)
    beside = np.zeros(len(features) + 2, bool)
    beside[places] = beside[places + 2] = True
    features[:, 11] = beside[1:-1] & (features[:, 0] > 0.3)
