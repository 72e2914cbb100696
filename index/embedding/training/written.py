"""The part of the lexicon that was written for this project, with a language model.

`written_words.tsv`: English words that share a list of Arabic ones, the likeliest in an article first. Words of one stem may
have different lists: `fine` is another word than `fined`. `written_names.tsv`: the same for names. `written_arabic.tsv`:
Arabic words that stand in no such list, each with the English ones of questions. `written_phrases.tsv`: English phrases with
Arabic ones.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from index.crosslingual.transliteration import bundled
from index.language.folding import fold
from index.language.stemming import root, stem
from index.language.stopwords import ARABIC_STOP_WORDS

LATER = 0.94  # what a word of a list weighs, to the one before it
TURNED = 0.5  # what an Arabic word weighs among the translations of an English one in whose list it does not stand,
MOST_TURNED = 3  # of which there are so many
RELATED = 6  # at most so many relatives of a word
LEAST = 0.33  # of how like each other their lists are
KIN, OTHER = 0.7, 0.5  # what relatives of one root weigh, and others
SOUNDS = 0.5  # how well Arabic letters spell a Latin word that is a name
_FOLDER = Path(__file__).parent
_NOTHING = re.compile(r"\A(?:un|in|im|il|ir|non|mis|dis|anti)(?=...)")
Options = dict[str, float]
Row = tuple[tuple[str, ...], tuple[str, ...]]


@cache
def _rows(name: str) -> tuple[Row, ...]:
    """The lines of a file: words or phrases that share a list, and the list."""
    rows = (line.split("\t") for line in (_FOLDER / f"{name}.tsv").read_text("utf-8").splitlines())
    return tuple((tuple(words.split(",")), tuple(others.split("|"))) for words, others in rows)


@cache
def _lists() -> tuple[Row, ...]:
    """Those of words and of names, in the order of the alphabet."""
    rows = (*_rows("written_words"), *_rows("written_names"))
    return tuple(sorted(rows, key=lambda row: (",".join(row[0]), "|".join(row[1]))))


def pairs() -> Iterator[tuple[str, str]]:
    """`(english, arabic)` of all words, as they are written."""
    for english, arabic in _lists():
        yield from ((word, other) for word in english for other in arabic)
    for words, english in _rows("written_arabic"):
        yield from ((other, word) for word in words for other in english)


def phrases() -> Iterator[tuple[str, str]]:
    """`(english, arabic)` of all phrases."""
    for english, arabic in _rows("written_phrases"):
        yield from ((phrase, other) for phrase in english for other in arabic)


@cache
def _common() -> frozenset[str]:
    """Stems that stop words have too (the college is every, كلية and كل): no use to look for."""
    return frozenset(map(stem, ARABIC_STOP_WORDS))


def _options(words: Sequence[str]) -> Options:
    """The stems of a list with their weights."""
    found: Options = {}
    for at, word in enumerate(words):
        found.setdefault(stem(fold(word)), LATER**at)
    return {term: weight for term, weight in found.items() if term not in _common()}


def _add(options: Options, more: Options) -> None:
    for term, weight in more.items():
        options[term] = max(weight, options.get(term, 0.0))


@cache
def _turned() -> dict[str, Options]:
    """For English words (folded) the Arabic ones that have them in their own list, the few that say most."""
    found: dict[str, Options] = defaultdict(dict)
    for words, english in _rows("written_arabic"):
        for at, other in enumerate(map(fold, english)):
            _add(found[other], {term: TURNED * LATER**at for term in map(stem, words) if term not in _common()})
    return {word: _best(options, MOST_TURNED) for word, options in found.items()}


def _best(options: Options, most: int) -> Options:
    return {term: options[term] for term in sorted(options, key=lambda term: (-options[term], term))[:most]}


def of_stems() -> dict[str, Options]:
    """For each English stem what any of its words stands for."""
    found: dict[str, Options] = defaultdict(dict)
    for english, arabic in _lists():
        for word in english:
            _add(found[stem(fold(word))], _options(arabic))
    for word, options in _turned().items():
        _add(found[stem(word)], options)
    return {term: options for term, options in found.items() if options}


def of_forms() -> dict[str, Options]:
    """What English words stand for that have another list than others of their stem."""
    lists: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for english, arabic in _lists():
        for word in english:
            lists[stem(fold(word))].add(arabic)
    found: dict[str, Options] = defaultdict(dict)
    for english, arabic in _lists():
        for word in map(fold, english):
            if len(lists[stem(word)]) > 1:
                _add(found[word], _options(arabic))
    for word in found.keys() & _turned().keys():
        _add(found[word], _turned()[word])
    return {word: options for word, options in found.items() if options}


def of_names() -> dict[str, Options]:
    """The spellings and translations of English names."""
    found = {fold(word): _options(arabic) for english, arabic in _rows("written_names") for word in english}
    return {word: options for word, options in found.items() if options}


def spelled() -> dict[str, Options]:
    """Arabic stems that spell an English name, with its stem, where no list has them for a word."""
    words = {stem(fold(word)) for _, arabic in _rows("written_words") for word in arabic}
    rows = [*_rows("written_names"), *((english, arabic) for arabic, english in _rows("written_arabic"))]
    found: dict[str, Options] = defaultdict(dict)
    for english, arabic in rows:
        for word in map(fold, arabic):
            for name in map(fold, english):
                if stem(word) not in words and _sounds(name, word):
                    found[stem(word)][stem(name)] = 1.0
    return dict(found)


def _sounds(latin: str, arabic: str) -> bool:
    return any(bundled().likeness(latin, form) >= SOUNDS for form in {arabic, _plain(arabic)})


def _named() -> set[str]:
    """Stems of names that have no relatives, though words share them: Lebanon and milk (لبنان, لبن), Karim and cream (كريم)."""
    rows = [tuple(map(_plain, arabic)) for _, arabic in _rows("written_words")]
    words, heads = {word for row in rows for word in row}, {row[0] for row in rows}
    return {
        stem(fold(word))
        for english, arabic in _rows("written_names")
        for word in arabic
        if _plain(word) not in words or (_plain(word) not in heads and any(_sounds(fold(name), fold(word)) for name in english))
    }


def _plain(word: str) -> str:
    return fold(word).removeprefix("ال")


def relatives() -> dict[str, Options]:
    """For each Arabic stem, which weighs 1, those that stand for the same English words: other forms of it, and synonyms.

    A stem is a vector of the lists in which it stands; the root of the cosine of two tells how much one says of the other.
    Lists of words that are the contrary of others' are left out: what is no trust is written as trust there.
    """
    words = {fold(word) for english, _ in _rows("written_words") for word in english}
    named = _named()
    members: dict[str, Options] = {}
    for english, arabic in _rows("written_words"):
        if not any(_NOTHING.sub("", word, count=1) in words for word in english if _NOTHING.match(word)):
            members["|".join(arabic)] = {term: weight for term, weight in _options(arabic).items() if term not in named}
    lists: dict[str, Options] = defaultdict(dict)
    for name, options in members.items():
        for term, weight in options.items():
            lists[term][name] = weight
    length = {term: math.sqrt(sum(weight**2 for weight in weights.values())) for term, weights in lists.items()}
    found: dict[str, Options] = {}
    for term, weights in lists.items():
        alike: Options = defaultdict(float)
        for name, weight in weights.items():
            for other, its_weight in members[name].items():
                alike[other] += weight * its_weight / length[term] / length[other]
        near = {
            other: (KIN if root(other) == root(term) else OTHER) * math.sqrt(cosine)
            for other, cosine in alike.items()
            if other != term and cosine >= LEAST
        }
        if near:
            found[term] = {term: 1.0} | _best(near, RELATED)
    return found
