"""Asks the questions to learn from over an index of all their articles, and notes what reading is shown."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.article import Article
from index.hits import Hit
from index.language import fold
from index.language.stemming import words
from index.retrieval import Found, Query, Retriever
from qa.dalil import Dalil
from qa.grounding import find_quote
from qa.reading.inputs import words_of
from qa.reading.sentences import Candidate, Sentence, articles_read, candidates
from qa.reading.training.examples import Example


@dataclass
class Asked:
    """A question with what was found for it, and which of the candidates hold a gold answer."""

    example: Example
    query: Query
    found: list[Found]
    pool: list[Candidate]
    right: NDArray[np.bool_]
    case: str  # whole; without: the sentences that answer are not there; away: nor is their article

    def features(self) -> NDArray[np.float64]:
        """(candidates, features)."""
        return np.array([candidate.features for candidate in self.pool])


@contextmanager
def indexed(articles: Sequence[Article]) -> Iterator[Dalil]:
    """A collection of articles for as long as it is asked."""
    with tempfile.TemporaryDirectory() as folder, Dalil.open(folder, database="") as dalil:
        dalil.add(list(articles))
        yield dalil


def ask(dalil: Dalil, examples: Sequence[Example], cases: Sequence[str] = ("whole", "without", "away")) -> Iterator[Asked]:
    """Ask each question; of those with an answer, in each of the `cases`."""
    collection = dalil._collection
    retriever = Retriever(collection)
    for example in examples:
        query, found = retriever.retrieve(example.question)
        read = articles_read(found, collection)
        if "whole" in cases or not example.answers:
            pool = candidates(query, read, collection)
            right = np.array([answers(example, candidate.sentence) for candidate in pool], dtype=bool)
            yield Asked(example, query, found, pool, right, "whole")
        if not example.answers:
            continue
        if "without" in cases:
            kept = [(item, [one for one in sentences if not tells(example, one)]) for item, sentences in read]
            pool = candidates(query, kept, collection)
            yield Asked(example, query, found, pool, np.zeros(len(pool), bool), "without")
        if "away" in cases:
            rest = [item for item in found if not _may_tell(example, item.hit) and not tells(example, item.hit)]
            pool = candidates(query, articles_read(rest, collection), collection)
            yield Asked(example, query, rest, pool, np.zeros(len(pool), bool), "away")


def tells(example: Example, where: Hit | Sentence) -> bool:
    """Whether a gold answer stands there."""
    return any(find_quote(answer, where.text) for answer in example.answers)


def answers(example: Example, sentence: Sentence) -> bool:
    """Whether the sentence holds a gold answer in an article that may give it."""
    inside = example.evidence is None or sentence.text in example.evidence
    return inside and _may_tell(example, sentence.hit) and tells(example, sentence)


def _may_tell(example: Example, hit: Hit) -> bool:
    return example.title in (hit.title, hit.article_id)


def gold_spans(example: Example, text: str) -> list[tuple[int, int]]:
    """Where gold answers stand in a sentence: numbers of the first and last word, as `words_of` counts."""
    found = set()
    forms = words_of(text).forms
    for answer in example.answers:
        gold = words(fold(answer))
        for at in range(len(forms) - len(gold) + 1):
            if gold and _same(forms[at : at + len(gold)], gold):
                found.add((at, at + len(gold) - 1))
    return sorted(found)


def _same(forms: Sequence[str], gold: Sequence[str]) -> bool:
    """Equal, but for a clitic of at most three letters before the first word."""
    first = forms[0] == gold[0] or (forms[0].endswith(gold[0]) and len(forms[0]) - len(gold[0]) <= 3 and len(gold[0]) > 2)
    return first and list(forms[1:]) == list(gold[1:])
