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

from index.arrays import mapped_arrays
from index.article import Language

BEAM: dict[Language, int] = {"ar": 48, "en": 10}  # Arabic leaves vowels out: its way into Latin branches more and costs more
LONGEST_NAME = 24
_START = 0
_MARGIN = 9.0  # spellings this many nats behind the best at the same place are dropped
_ROWS = 20_000
_NONE: dict[int, float] = {}
_State = tuple[int, int, str]


class _Triples(dict[int, dict[int, float]]):
    """For a context of two units, log P(unit | context) by unit, made when it is asked for: most never are."""

    def __init__(self, keys: NDArray[np.generic], chances: NDArray[np.generic], units: int) -> None:
        contexts = keys // units
        starts = np.flatnonzero(np.diff(contexts, prepend=-1))
        ends = [*starts[1:].tolist(), len(keys)]
        self._stretches = dict(zip(contexts[starts].tolist(), zip(starts.tolist(), ends, strict=True), strict=True))
        self._units, self._chances = keys % units, chances

    def __missing__(self, context: int) -> dict[int, float]:
        stretch = self._stretches.get(context)
        if stretch is None:
            return _NONE
        among = slice(*stretch)
        found = self[context] = dict(zip(self._units[among].tolist(), self._chances[among].tolist(), strict=True))
        return found


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
        self._triples = _Triples(arrays["triple.keys"], arrays["triple"], self._count)
        self._from: dict[Language, dict[str, list[int]]] = {"ar": defaultdict(list), "en": defaultdict(list)}
        for number, (latin, arabic) in enumerate(self._units[1:], 1):
            self._from["ar"][latin].append(number)
            self._from["en"][arabic].append(number)
        self._rows: dict[tuple[Language, int, str], list[tuple[float, int, str]]] = {}

    @classmethod
    def load(cls, path: Path) -> "Transliterator":
        """Read the file that training wrote."""
        return cls(mapped_arrays(path))

    def _row(self, target: Language, last: int, letters: str) -> list[tuple[float, int, str]]:
        """The units for `letters` after the unit `last`: log P(unit | last), unit and its other side, likeliest first."""
        row = self._rows.get((target, last, letters))
        if row is None:
            side = 1 if target == "ar" else 0
            row = [(self._pair(last, unit), unit, self._units[unit][side]) for unit in self._from[target][letters]]
            row.sort(reverse=True)
            if len(self._rows) >= _ROWS:
                self._rows.clear()
            self._rows[target, last, letters] = row
        return row

    def _pair(self, last: int, unit: int) -> float:
        """log P(unit | last), backing off to log P(unit)."""
        found = self._double.get(last * self._count + unit)
        return self._single_backoff[last] + self._single[unit] if found is None else found

    def _chance(self, before: int, last: int, unit: int) -> float:
        """log P(unit | before, last), backing off to shorter contexts."""
        context = before * self._count + last
        found = self._triples[context].get(unit)
        return self._double_backoff.get(context, 0.0) + self._pair(last, unit) if found is None else found

    def spellings(self, name: str, target: Language, beam: int | None = None) -> list[tuple[str, float]]:
        """The likeliest spellings of one folded word in the letters of `target`, best first, with their shares (sum 1)."""
        beam = BEAM[target] if beam is None else beam
        found = nlargest(beam, self._search(name, target, beam).items(), key=_score)
        if not found:
            return []
        best = found[0][1]
        total = sum(exp(score - best) for _, score in found)
        return [(out, exp(score - best) / total) for out, score in found]

    def likeness(self, latin: str, arabic: str) -> float:
        """How well two folded words spell one name, 0 to 1: the chance of this spelling against the best, per letter."""
        own = self._search(latin, "ar", BEAM["ar"], only=arabic).get(arabic)
        if own is None:
            return 0.0
        best = max(self._search(latin, "ar", 8).values())
        return exp(min(0.0, own - best) / max(len(latin), len(arabic)))

    def _search(self, name: str, target: Language, beam: int, only: str | None = None) -> dict[str, float]:
        """Beam search from the left: spellings with the log of their joint chance with `name`; or of the spelling `only`."""
        if not name or len(name) > LONGEST_NAME:
            return {}
        side = 1 if target == "ar" else 0
        table, units = self._from[target], self._units
        agenda: list[dict[_State, float]] = [{} for _ in range(len(name) + 1)]
        agenda[0][_START, _START, ""] = 0.0
        ceiling = [-1e9] * (len(name) + 1)
        margin = _MARGIN if only is None else 1e9
        for at in range(len(name)):
            states = nlargest(beam, agenda[at].items(), key=_score)
            if target == "en":
                states = nlargest(beam, [*states, *self._insertions(states)], key=_score)
            choices = [(at + n, name[at : at + n]) for n in (1, 2, 3) if name[at : at + n] in table and at + n <= len(name)]
            for (before, last, out), score in states:
                context = before * self._count + last
                triples = self._triples[context]
                backed = score + self._double_backoff.get(context, 0.0)
                for end, letters in choices:
                    later, highest = agenda[end], ceiling[end]
                    steps = [(score + triples[unit], unit, units[unit][side]) for unit in table[letters] if unit in triples]
                    for chance, unit, letter in self._row(target, last, letters):
                        if backed + chance <= highest - margin:
                            break  # those behind are less likely still
                        if unit not in triples:
                            steps.append((backed + chance, unit, letter))
                    for value, unit, letter in steps:
                        if value <= highest - margin:
                            continue
                        state = (last, unit, out + letter)
                        if value > later.get(state, -1e9) and (only is None or only.startswith(state[2])):
                            later[state] = value
                            highest = max(highest, value)
                    ceiling[end] = highest
        return self._finish(agenda[-1])

    def _insertions(self, states: list[tuple[_State, float]]) -> Iterable[tuple[_State, float]]:
        """`states` followed by one unit without an Arabic letter (vowels that Arabic leaves out)."""
        for (before, last, out), score in states:
            for unit in self._from["en"][""]:
                yield (last, unit, out + self._units[unit][0]), score + self._chance(before, last, unit)

    def _finish(self, states: dict[_State, float]) -> dict[str, float]:
        scores: dict[str, float] = {}
        for (before, last, out), score in states.items():
            if out:
                scores[out] = max(score + self._chance(before, last, _START), scores.get(out, -1e9))
        return scores


def _score(item: tuple[object, float]) -> float:
    return item[1]


@lru_cache(maxsize=1)
def bundled() -> Transliterator:
    """The shipped model, read once."""
    return Transliterator.load(Path(__file__).parent / "model" / "spelling.safetensors")


@lru_cache(maxsize=4096)
def spellings(name: str, target: Language) -> tuple[tuple[str, float], ...]:
    """As `Transliterator.spellings` of the shipped model, remembered."""
    return tuple(bundled().spellings(name, target))
