"""The first passages looked at again, word by word, and all evidence weighed together.

BM25 sees words one by one, and the vectors see a passage as a whole. Here each candidate is read: how much of the question is
there at all, how much stands close together, and which missing words have kin there (`index.language.stemming.root`). The
weights are learned from questions whose answers are known (`index.embedding.training.fusion`); they sum to 1.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.language.folding import fold
from index.language.stemming import root, roots, stems, words

FEATURES = (
    "lexical",  # BM25, as a share of what the question could reach
    "dense",  # cosine of question and passage
    "present",  # share of the question's weight whose words (or a translation) stand in passage or title
    "close",  # the most of that weight that stands within `WINDOW` words
    "kin",  # share of the question's weight that is missing, but has a word of the same root there
)
WINDOW = 24
_REMEMBERED = 4096  # passages, about 12 kB each
WEIGHTS_PATH = Path(__file__).with_name("rescoring.json")


class Wanted:
    """The words of a question in one language, ready to be looked for: `(weight, ((stem, weight of the option), ...))` each."""

    def __init__(self, words: Sequence[tuple[float, Sequence[tuple[str, float]]]]) -> None:
        self._weights = [weight for weight, _ in words]
        self._total = max(sum(self._weights), 1e-6)
        self._options: dict[str, list[tuple[int, float]]] = defaultdict(list)
        self._roots: dict[str, set[int]] = defaultdict(set)
        for number, (_, options) in enumerate(words):
            for term, weight in options:
                self._options[term].append((number, weight))
                self._roots[root(term)].add(number)

    def evidence(self, text: str, title: str | None) -> tuple[float, float, float]:
        """`present`, `close` and `kin` of a passage, each from 0 to 1."""
        body, everywhere, kindred = _read(text)
        wanted = self._options.keys()
        found = everywhere & wanted
        places = [(at, term) for at, term in enumerate(body) if term in found] if found else []
        if title:
            _, also, more = _read(title)
            found, kindred = found | (also & wanted), kindred | more
        best: dict[int, float] = {}
        for term in found:
            for number, weight in self._options[term]:
                best[number] = max(weight, best.get(number, 0.0))
        kin = {number for one in kindred & self._roots.keys() for number in self._roots[one]} - best.keys()
        present = sum(self._weights[number] for number in best)
        missing = sum(self._weights[number] for number in kin)
        return present / self._total, self._close(places, best) / self._total, missing / self._total

    def _close(self, places: Sequence[tuple[int, str]], best: dict[int, float]) -> float:
        """The most weight within a window; the window moves from one found word to the next."""
        most = current = 0.0
        inside: dict[int, int] = defaultdict(int)
        first = 0
        for at, term in places:
            for number, _ in self._options[term]:
                if not inside[number]:
                    current += self._weights[number] * best[number]
                inside[number] += 1
            while places[first][0] < at - WINDOW:
                for number, _ in self._options[places[first][1]]:
                    inside[number] -= 1
                    if not inside[number]:
                        current -= self._weights[number] * best[number]
                first += 1
            most = max(most, current)
        return most


@lru_cache(maxsize=_REMEMBERED)
def _read(text: str) -> tuple[tuple[str, ...], frozenset[str], frozenset[str]]:
    """The terms of a passage in order, each once, and their roots: one story is read again with every question about it."""
    body = stems(words(fold(text)))
    return body, frozenset(body), frozenset(roots(body))


@lru_cache(maxsize=1)
def weights() -> NDArray[np.float64]:
    """The shipped weights, in the order of `FEATURES`."""
    stored = json.loads(WEIGHTS_PATH.read_text("utf-8"))
    return np.array([stored[name] for name in FEATURES])
