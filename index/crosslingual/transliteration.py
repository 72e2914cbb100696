"""Names in the other script: the likeliest spellings of a Latin name in Arabic letters, and the other way round.

A trigram model over pairs of letter groups ("units"), learned from 68,000 names; see `index.embedding.training.spelling`.
"""

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from heapq import nlargest
from math import exp
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from index.article import Language

BEAM = 48
LONGEST_NAME = 24
_START = 0

_MARGIN = 9.0  # spellings this many nats behind the best at the same place are dropped
_State = tuple[int, int, str]


class Transliterator:
    """The model. Units are numbered from 1; 0 stands for the start and the end of a name."""

    def __init__(self, arrays: dict[str, NDArray[np.generic]]) -> None:
        lines = arrays["units"].tobytes().decode().split("\n")
        self._units: list[tuple[str, str]] = [("", ""), *(tuple(line.split("\t")) for line in lines)]  # type: ignore[list-item]
        self._count = len(self._units)
        self._single: list[float] = arrays["single"].tolist()
        self._single_backoff: list[float] = arrays["single.backoff"].tolist()
        self._double: dict[int, float] = dict(zip(arrays["double.keys"].tolist(), arrays["double"].tolist(), strict=True))
        self._double_backoff: dict[int, float] = dict(
            zip(arrays["double.keys"].tolist(), arrays["double.backoff"].tolist(), strict=True)
        )
        self._triple: dict[int, float] = dict(zip(arrays["triple.keys"].tolist(), arrays["triple"].tolist(), strict=True))
        self._from: dict[Language, dict[str, list[int]]] = {"ar": defaultdict(list), "en": defaultdict(list)}
        for number, (latin, arabic) in enumerate(self._units[1:], 1):
            self._from["ar"][latin].append(number)
            self._from["en"][arabic].append(number)

    @classmethod
    def load(cls, path: Path) -> "Transliterator":
        """Read the file that training wrote."""
        return cls(load_file(path))

    def _log(self, before: int, last: int, unit: int) -> float:
        """log P(unit | before, last), backing off to shorter contexts."""
        context = before * self._count + last
        found = self._triple.get(context * self._count + unit)
        if found is not None:
            return found
        found = self._double.get(last * self._count + unit)
        if found is None:
            found = self._single_backoff[last] + self._single[unit]
        return self._double_backoff.get(context, 0.0) + found

    def spellings(self, name: str, target: Language, beam: int = BEAM) -> list[tuple[str, float]]:
        """The likeliest spellings of one folded word in the letters of `target`, best first, with their shares (sum 1)."""
        if not name or len(name) > LONGEST_NAME:
            return []
        side = 1 if target == "ar" else 0
        table = self._from[target]
        longest = 3 if target == "ar" else 2
        agenda: list[dict[_State, float]] = [{} for _ in range(len(name) + 1)]
        agenda[0][_START, _START, ""] = 0.0
        ceiling = [-1e9] * (len(name) + 1)  # the best score at each place: what falls far behind is dropped
        for at in range(len(name)):
            states = self._best(agenda[at], beam)
            if target == "en":
                states = self._best([*states, *self._insertions(states, table[""], side)], beam)
            for (before, last, out), score in states:
                for length in range(1, min(longest, len(name) - at) + 1):
                    later = agenda[at + length]
                    floor = ceiling[at + length] - _MARGIN
                    for unit in table.get(name[at : at + length], ()):
                        value = score + self._log(before, last, unit)
                        if value > floor:
                            new = (last, unit, out + self._units[unit][side])
                            if value > later.get(new, -1e9):
                                later[new] = value
                                if value > ceiling[at + length]:
                                    ceiling[at + length] = value
                                    floor = value - _MARGIN
        return self._finish(agenda[-1], beam)

    def _insertions(self, states: list[tuple[_State, float]], silent: list[int], side: int) -> Iterable[tuple[_State, float]]:
        """`states` followed by one unit that has no letter on the source side (vowels that Arabic leaves out)."""
        for (before, last, out), score in states:
            for unit in silent:
                yield (last, unit, out + self._units[unit][side]), score + self._log(before, last, unit)

    @staticmethod
    def _best(states: Iterable[tuple[_State, float]] | dict[_State, float], beam: int) -> list[tuple[_State, float]]:
        items = states.items() if isinstance(states, dict) else states
        return nlargest(beam, items, key=lambda item: item[1])

    def _finish(self, states: dict[_State, float], beam: int) -> list[tuple[str, float]]:
        scores: dict[str, float] = {}
        for (before, last, out), score in states.items():
            score += self._log(before, last, _START)
            if out:
                scores[out] = max(score, scores.get(out, -1e9))
        found = nlargest(beam, scores.items(), key=lambda item: item[1])
        if not found:
            return []
        best = found[0][1]
        total = sum(exp(score - best) for _, score in found)
        return [(out, exp(score - best) / total) for out, score in found]


@lru_cache(maxsize=1)
def bundled() -> Transliterator:
    """The shipped model, read once."""
    return Transliterator.load(Path(__file__).parent / "model" / "spelling.safetensors")


@lru_cache(maxsize=4096)
def spellings(name: str, target: Language) -> tuple[tuple[str, float], ...]:
    """As `Transliterator.spellings` of the shipped model, remembered."""
    return tuple(bundled().spellings(name, target))
