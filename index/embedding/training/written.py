"""The part of the lexicon that was written for this project, with a language model.

`written_words.tsv`: English words that share a list of Arabic ones, the likeliest in an article first. Words of one stem may
have different lists: `fine` is another word than `fined`. `written_arabic.tsv`: Arabic words that stand in no such list, each
with the English ones of questions. `written_phrases.tsv`: English phrases with Arabic ones.
"""

import math
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from index.language.folding import fold
from index.language.stemming import root, stem

LATER = 0.94  # what a word of a list weighs, to the one before it
TURNED = 0.8  # what an Arabic word weighs among the translations of an English one in whose list it does not stand
RELATED = 6  # at most so many relatives of a word
LEAST = 0.3  # of how like each other their lists are
KIN, OTHER = 0.7, 0.5  # what relatives of one root weigh, and others
_FOLDER = Path(__file__).parent
Options = dict[str, float]


@cache
def _rows(name: str) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """The lines of a file: words or phrases that share a list, and the list."""
    rows = (line.split("\t") for line in (_FOLDER / f"{name}.tsv").read_text("utf-8").splitlines())
    return tuple((tuple(words.split(",")), tuple(others.split("|"))) for words, others in rows)


def pairs() -> Iterator[tuple[str, str]]:
    """`(english, arabic)` of all words, as they are written."""
    for english, arabic in _rows("written_words"):
        yield from ((word, other) for word in english for other in arabic)
    for words, english in _rows("written_arabic"):
        yield from ((other, word) for word in words for other in english)


def phrases() -> Iterator[tuple[str, str]]:
    """`(english, arabic)` of all phrases."""
    for english, arabic in _rows("written_phrases"):
        yield from ((phrase, other) for phrase in english for other in arabic)


def _options(words: tuple[str, ...], first: float = 1.0) -> Options:
    """The stems of a list with their weights."""
    found: Options = {}
    for at, word in enumerate(words):
        found.setdefault(stem(fold(word)), first * LATER**at)
    return found


def _add(options: Options, more: Options) -> None:
    for term, weight in more.items():
        options[term] = max(weight, options.get(term, 0.0))


def of_stems() -> dict[str, Options]:
    """For each English stem what any of its words stands for."""
    found: dict[str, Options] = defaultdict(dict)
    for english, arabic in _rows("written_words"):
        for word in english:
            _add(found[stem(fold(word))], _options(arabic))
    for words, english in _rows("written_arabic"):
        for term, weight in _options(english, TURNED).items():
            _add(found[term], {stem(fold(word)): weight for word in words})
    return dict(found)


def of_forms() -> dict[str, Options]:
    """What English words stand for that have another list than others of their stem."""
    lists: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for english, arabic in _rows("written_words"):
        for word in english:
            lists[stem(fold(word))].add(arabic)
    found: dict[str, Options] = {}
    for english, arabic in _rows("written_words"):
        for word in map(fold, english):
            if len(lists[stem(word)]) > 1:
                found[word] = _options(arabic)
    for words, english in _rows("written_arabic"):
        for at, other in enumerate(map(fold, english)):
            if other in found:
                _add(found[other], {stem(fold(word)): TURNED * LATER**at for word in words})
    return found


def relatives() -> dict[str, Options]:
    """For each Arabic stem, which weighs 1, those that stand for the same English words: other forms of it, and synonyms.

    A stem is a vector of the lists in which it stands; the root of the cosine of two tells how much one says of the other.
    """
    lists: dict[str, Options] = defaultdict(dict)
    for _, arabic in _rows("written_words"):
        for term, weight in _options(arabic).items():
            lists[term]["|".join(arabic)] = weight
    members: dict[str, Options] = defaultdict(dict)
    for term, weights in lists.items():
        length = math.sqrt(sum(weight**2 for weight in weights.values()))
        for name, weight in weights.items():
            members[name][term] = weight / length
    found: dict[str, Options] = {}
    for term, weights in lists.items():
        alike: Options = defaultdict(float)
        for name in weights:
            for other, weight in members[name].items():
                alike[other] += weight * members[name][term]
        near = {
            other: (KIN if root(other) == root(term) else OTHER) * math.sqrt(cosine)
            for other, cosine in alike.items()
            if other != term and cosine >= LEAST
        }
        best = sorted(near, key=lambda other: (-near[other], other))[:RELATED]
        if best:
            found[term] = {term: 1.0} | {other: near[other] for other in best}
    return found
