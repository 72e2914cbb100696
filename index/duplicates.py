"""The same story twice: exact and near duplicates, so that each is kept once with all its sources.

Candidates come from MinHash bands over word shingles (Broder 1997; banding as in Leskovec, Rajaraman and Ullman, "Mining of
Massive Datasets", 3.4); each candidate is then compared for real. A corrected figure makes another story: two texts are only
duplicates when their numbers agree.
"""

import hashlib
import re
import zlib
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from index.language.folding import fold

_BANDS = 12
_ROWS = 8  # texts that share 90 % of their shingles meet in a band with probability 1 - (1 - 0.9 ** 8) ** 12 > 0.998
_SHINGLE = 4
_SAME = 0.9
_SHORTEST = 8  # words; below, only the same words are a duplicate
_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def _mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread every bit over the others (the finaliser of splitmix64): also a stream of constants that never changes."""
    values = (values ^ values >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ values >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    mixed: NDArray[np.uint64] = values ^ values >> np.uint64(31)
    return mixed


_STREAM = _mix(np.arange(1, 2 * _BANDS * _ROWS + _BANDS + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15))
_FACTORS, _OFFSETS, _BAND_NUMBERS = np.split(_STREAM | np.uint64(1), [_BANDS * _ROWS, 2 * _BANDS * _ROWS])


def _words(text: str) -> list[str]:
    return _WORD.findall(fold(text))


def _shingles(words: list[str]) -> set[str]:
    return {" ".join(words[at : at + _SHINGLE]) for at in range(max(1, len(words) - _SHINGLE + 1))}


@lru_cache(maxsize=100_000)
def _hash_word(word: str) -> int:
    data = word.encode(errors="surrogatepass")
    return zlib.crc32(data) << 32 | zlib.crc32(data, 0x9E3779B9)


def band_keys(text: str) -> list[int]:
    """The keys (64 bits, signed) under which near duplicates of `text` are looked for. Short texts have one: of all words."""
    words = _words(text)
    if len(words) < _SHORTEST:
        digest = hashlib.blake2b(" ".join(words).encode(errors="surrogatepass"), digest_size=8).digest()
        return [int.from_bytes(digest, signed=True)]
    hashes = np.array(list(map(_hash_word, words)), dtype=np.uint64)
    count = len(hashes) - _SHINGLE + 1
    shingles = np.zeros(count, dtype=np.uint64)
    for place in range(_SHINGLE):
        shingles += hashes[place : place + count] * _FACTORS[place]
    shingles = _mix(shingles)
    smallest = (shingles[:, None] * _FACTORS + _OFFSETS >> np.uint64(32)).min(axis=0)
    rows = smallest.reshape(_BANDS, _ROWS)
    keys = _mix((_mix(rows) * _FACTORS[:_ROWS]).sum(axis=1, dtype=np.uint64) + _BAND_NUMBERS)
    return [int(key) for key in keys.astype(np.int64)]


@lru_cache(maxsize=256)
def _profile(text: str) -> tuple[frozenset[str], tuple[str, ...]]:
    folded = fold(text)
    words = _WORD.findall(folded)
    return frozenset(_shingles(words) if words else {folded}), tuple(_NUMBER.findall(folded))


def same_story(one: str, other: str) -> bool:
    """Whether the two texts share at least 90 % of their shingles (Jaccard), and all of their numbers in the same order.

    >>> same_story("قتل 5 أشخاص", "قُتل ٥ أشخاص"), same_story("قتل 5 أشخاص", "قتل 7 أشخاص")
    (True, False)
    """
    (left, left_numbers), (right, right_numbers) = _profile(one), _profile(other)
    if left_numbers != right_numbers:
        return False
    return len(left & right) >= _SAME * len(left | right)
