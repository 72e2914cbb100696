"""Of two articles on one subject, the question's names decide: one that lacks a name that another holds says little of it."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.crosslingual.query import lexicon
from index.language import fold
from index.language.stemming import is_stop_word, stem, terms, words
from index.retrieval import Query
from qa.reading.sentences import Candidate

# In the ranker's score, for each such name, by the language of the article: capitals mark more than names.
_PENALTY = {"ar": 8.0, "en": 3.0}
_CAPITAL = re.compile(r"(?<=[\w,'’] )[A-Z][\w'’-]+")


def names_of(question: str) -> frozenset[str]:
    """Words of the question that are names: capitalised, or Arabic and in no dictionary; folded, and their stems.

    >>> sorted(names_of("What did Gedney say in Mosul?"))
    ['gedney', 'mosul']
    """
    found = {fold(word).removesuffix("'s") for word in _CAPITAL.findall(question)}
    for word in words(fold(question)):
        arabic = word[0] >= "\u0600" and not is_stop_word(word)
        if arabic and len(word) > 2 and (lexicon().spells(stem(word)) or not lexicon().translations(stem(word), "en")):
            found.add(word)
    return frozenset(found) | {stem(word) for word in found if word}


def penalties(query: Query, pool: Sequence[Candidate]) -> NDArray[np.float64]:
    """What to take from the score of each candidate, for the names that its article lacks and another one holds."""
    names = names_of(query.text)
    held: dict[str, set[str]] = {}
    for candidate in pool:
        hit = candidate.sentence.hit
        stems = {*candidate.sentence.terms, *(terms(hit.title or "") if hit.article_id not in held else ())}
        mine = held.setdefault(hit.article_id, set())
        for word in query.words.get(hit.language, []):
            if word.source in names and any(option in stems for option, weight in word.options if weight > 0.3):
                mine.add(word.source)
    everywhere = set().union(*held.values())
    hits = [candidate.sentence.hit for candidate in pool]
    return np.array([_PENALTY[hit.language] * len(everywhere - held[hit.article_id]) for hit in hits])
