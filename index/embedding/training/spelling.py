"""How names are spelled in the other script: a joint model of letter groups, learned from pairs of names.

Each name is cut into units of one to three Latin letters and none to two Arabic ones (Bisani and Ney 2008, "Joint-sequence
models for grapheme-to-phoneme conversion"). The cuts are found by expectation maximisation over units alone; units in their
best cuts then give a trigram model with interpolated absolute discounting.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from index.embedding.training.sources import Pair
from index.language.folding import fold
from index.language.stemming import words

logger = logging.getLogger(__name__)
MAX_LATIN, MAX_ARABIC = 3, 2
LONGER = 0.05  # what every letter beyond the first multiplies the chance of a unit by: short units win unless long ones earn it
DISCOUNT = 0.6
Unit = tuple[str, str]
_Gram = tuple[int, ...]
_STEPS = [(k, n) for k in range(1, MAX_LATIN + 1) for n in range(MAX_ARABIC + 1)]


def name_pairs(pairs: Iterable[Pair]) -> list[tuple[str, str]]:
    """Distinct `(latin, arabic)` single words out of pairs of names; names of several words are paired word by word."""
    found: dict[tuple[str, str], None] = {}
    for pair in pairs:
        if pair.kind != "name":
            continue
        latin, arabic = words(fold(pair.english).replace("'", "").replace("-", " ")), words(fold(pair.arabic).replace("-", " "))
        if len(latin) == len(arabic):
            for en, ar in zip(latin, arabic, strict=True):
                if (
                    2 <= len(en) <= 16
                    and 2 <= len(ar) <= 14
                    and en.isascii()
                    and en.isalpha()
                    and not ar.isascii()
                    and ar.isalpha()
                ):
                    found[en, ar] = None
    return list(found)


class _Group:
    """All pairs of one length of Latin and Arabic word: `units[pair, i, j, step]` numbers the unit that ends at (i, j)."""

    def __init__(self, pairs: Sequence[tuple[str, str]], numbers: dict[Unit, int]) -> None:
        self.latin, self.arabic = len(pairs[0][0]), len(pairs[0][1])
        self.units = np.full((self.latin + 1, self.arabic + 1, len(_STEPS), len(pairs)), -1, np.int32)
        for p, (en, ar) in enumerate(pairs):
            for i in range(1, self.latin + 1):
                for j in range(self.arabic + 1):
                    for s, (k, n) in enumerate(_STEPS):
                        if k <= i and n <= j:
                            self.units[i, j, s, p] = numbers.setdefault((en[i - k : i], ar[j - n : j]), len(numbers))

    def cells(self) -> Iterable[tuple[int, int, int, int, int]]:
        for i in range(1, self.latin + 1):
            for j in range(self.arabic + 1):
                for s, (k, n) in enumerate(_STEPS):
                    if k <= i and n <= j:
                        yield i, j, s, i - k, j - n

    def expect(self, chance: NDArray[np.float64], counts: NDArray[np.float64]) -> None:
        """Add the expected counts of all units to `counts` (forward-backward)."""
        size = self.units.shape[-1]
        ahead = np.zeros((self.latin + 1, self.arabic + 1, size))
        back = np.zeros_like(ahead)
        ahead[0, 0] = 1.0
        back[-1, -1] = 1.0
        cells = list(self.cells())
        for i, j, s, i0, j0 in cells:
            ahead[i, j] += ahead[i0, j0] * chance[self.units[i, j, s]]
        for i, j, s, i0, j0 in reversed(cells):
            back[i0, j0] += back[i, j] * chance[self.units[i, j, s]]
        total = np.maximum(ahead[-1, -1], 1e-300)
        for i, j, s, i0, j0 in cells:
            unit = self.units[i, j, s]
            np.add.at(counts, unit, ahead[i0, j0] * chance[unit] * back[i, j] / total)

    def best(self, logs: NDArray[np.float64]) -> list[list[int]]:
        """The most likely cut of every pair, as unit numbers in order."""
        size = self.units.shape[-1]
        score = np.full((self.latin + 1, self.arabic + 1, size), -np.inf)
        via = np.zeros((self.latin + 1, self.arabic + 1, size), np.int8)
        score[0, 0] = 0.0
        for i, j, s, i0, j0 in self.cells():
            new = score[i0, j0] + logs[self.units[i, j, s]]
            better = new > score[i, j]
            score[i, j][better] = new[better]
            via[i, j][better] = s
        cuts = []
        for p in range(size):
            i, j, cut = self.latin, self.arabic, []
            while i:
                s = int(via[i, j, p])
                cut.append(int(self.units[i, j, s, p]))
                i, j = i - _STEPS[s][0], j - _STEPS[s][1]
            cuts.append(cut[::-1])
        return cuts


def cut_names(names: Sequence[tuple[str, str]], rounds: int = 8) -> list[list[Unit]]:
    """Every name pair cut into units."""
    numbers: dict[Unit, int] = {}
    by_length: dict[tuple[int, int], list[tuple[str, str]]] = defaultdict(list)
    for pair in names:
        if len(pair[1]) <= MAX_ARABIC * len(pair[0]):
            by_length[len(pair[0]), len(pair[1])].append(pair)
    groups = [_Group(pairs, numbers) for pairs in by_length.values()]
    units = list(numbers)
    prior = np.array([LONGER ** (len(en) - 1 + max(0, len(ar) - 1)) * (1.0 if ar else 0.05) for en, ar in units])
    chance = prior / prior.sum()
    for round_ in range(rounds):
        counts = np.zeros(len(units))
        for group in groups:
            group.expect(chance, counts)
        chance = counts * (prior if round_ < rounds - 2 else prior**0.5)
        chance /= chance.sum()
        logger.info("round %d: %d units", round_, int((counts > 1).sum()))
    logs = np.log(np.maximum(chance, 1e-30))
    return [[units[u] for u in cut] for group in groups for cut in group.best(logs)]


def model(cuts: Iterable[list[Unit]]) -> dict[str, NDArray[np.generic]]:
    """The trigram model over units, as the arrays that `index.crosslingual.transliteration.Transliterator` reads.

    Interpolated absolute discounting; trigrams seen once are left out. 0 opens (twice) and closes every name.
    """
    sequences = list(cuts)
    seen = Counter(unit for cut in sequences for unit in cut)
    units = sorted(unit for unit, n in seen.items() if n >= 3)
    number = {unit: i for i, unit in enumerate(units, 1)}
    size = len(units) + 1
    chains = [[0, 0, *(number[unit] for unit in cut), 0] for cut in sequences if all(unit in number for unit in cut)]
    one = Counter(unit for chain in chains for unit in chain[2:])
    two: Counter[_Gram] = Counter(gram for chain in chains for gram in pairwise(chain[1:]))
    three: Counter[_Gram] = Counter(gram for chain in chains for gram in zip(chain, chain[1:], chain[2:], strict=False))
    contexts: Counter[_Gram] = Counter()
    for gram, n in three.items():
        contexts[gram[:-1]] += n
    singles = [(one[unit] + 0.1) / (sum(one.values()) + 0.1 * size) for unit in range(size)]
    doubles, free_one = _discounted(two, lambda gram: singles[gram[-1]], Counter({(u,): n for u, n in _firsts(two).items()}))
    repeated = Counter({gram: n for gram, n in three.items() if n >= 2})
    triples, free_two = _discounted(repeated, lambda gram: doubles[gram[1:]], contexts)
    two_keys, three_keys = sorted(doubles), sorted(triples)
    return {
        "units": np.frombuffer("\n".join("\t".join(unit) for unit in units).encode(), np.uint8),
        "single": np.log(singles).astype(np.float32),
        "single.backoff": np.log([free_one.get((unit,), 1.0) for unit in range(size)]).astype(np.float32),
        "double.keys": np.array([a * size + b for a, b in two_keys], np.int64),
        "double": np.log([doubles[gram] for gram in two_keys]).astype(np.float32),
        "double.backoff": np.log([free_two.get(gram, 1.0) for gram in two_keys]).astype(np.float32),
        "triple.keys": np.array([(a * size + b) * size + c for a, b, c in three_keys], np.int64),
        "triple": np.log([triples[gram] for gram in three_keys]).astype(np.float32),
    }


def _firsts(two: Counter[_Gram]) -> Counter[int]:
    firsts: Counter[int] = Counter()
    for gram, n in two.items():
        firsts[gram[0]] += n
    return firsts


def _discounted(
    grams: Counter[_Gram], shorter: Callable[[_Gram], float], contexts: Counter[_Gram]
) -> tuple[dict[_Gram, float], dict[_Gram, float]]:
    """Chance of each gram after its context, and what each context leaves to the shorter one.

    What discounting, and leaving rare grams out, frees in a context goes to the shorter context.
    """
    taken: Counter[_Gram] = Counter()
    kinds: Counter[_Gram] = Counter()
    for gram, n in grams.items():
        taken[gram[:-1]] += n
        kinds[gram[:-1]] += 1
    free = {c: 1.0 - (taken[c] - DISCOUNT * kinds[c]) / contexts[c] for c in taken}
    chances = {gram: (n - DISCOUNT) / contexts[gram[:-1]] + free[gram[:-1]] * shorter(gram) for gram, n in grams.items()}
    return chances, free
