"""The same story twice: exact and near duplicates, so that each is kept once with all its sources.

Candidates come from MinHash bands over word shingles (Broder 1997; banding as in Leskovec, Rajaraman and Ullman, "Mining of
Massive Datasets", 3.4); each candidate is then compared for real. A corrected figure makes another story: two texts are only
duplicates when their numbers agree.
"""

import hashlib
import re
import zlib
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from index.language.folding import fold
from index.remembered import Remembered

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


def _hash_word(word: str) -> int:
    data = word.encode(errors="surrogatepass")
    return zlib.crc32(data) << 32 | zlib.crc32(data, 0x9E3779B9)


_HASHES = Remembered(lambda piece: tuple(map(_hash_word, _words(piece))), most=100_000)
"""What stands between two blanks to the hashes of its words."""


def band_keys(text: str) -> list[int]:
    """The keys (64 bits, signed) under which near duplicates of `text` are looked for. Short texts have one: of all words."""
    return all_band_keys([text])[0]


def all_band_keys(texts: Sequence[str]) -> list[list[int]]:
    """`band_keys` of each text, cheaper together."""
    # No word crosses a blank, and all blanks fold to blanks.
    hashes = [list(chain.from_iterable(map(_HASHES.__getitem__, text.split()))) for text in texts]
    found = iter(_bands([some for some in hashes if len(some) >= _SHORTEST]))
    return [next(found) if len(some) >= _SHORTEST else [_short_key(text)] for text, some in zip(texts, hashes, strict=True)]


def _short_key(text: str) -> int:
    digest = hashlib.blake2b(" ".join(_words(text)).encode(errors="surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


def _bands(texts: Sequence[Sequence[int]]) -> list[list[int]]:
    """The keys of texts given as the hashes of their words."""
    if not texts:
        return []
    lengths = np.array([len(text) for text in texts])
    hashes = np.fromiter(chain.from_iterable(texts), np.uint64, int(lengths.sum()))
    shingles = hashes * _FACTORS[0]
    for place in range(1, _SHINGLE):
        shingles[:-place] += hashes[place:] * _FACTORS[place]
    # Those that begin at the last words of a text would run into the next one.
    beyond = (lengths.cumsum()[:, None] - np.arange(1, _SHINGLE)).ravel()
    shingles = _mix(np.delete(shingles, beyond))
    counts = lengths - (_SHINGLE - 1)
    starts = counts.cumsum() - counts
    # One hash function after the other, each over all texts: its smallest value over the shingles of each.
    smallest = [
        np.minimum.reduceat(shingles * factor + offset, starts) for factor, offset in zip(_FACTORS, _OFFSETS, strict=True)
    ]
    rows = (np.stack(smallest, axis=1) >> np.uint64(32)).reshape(-1, _BANDS, _ROWS)
    keys = _mix((_mix(rows) * _FACTORS[:_ROWS]).sum(axis=2, dtype=np.uint64) + _BAND_NUMBERS)
    found: list[list[int]] = keys.astype(np.int64).tolist()
    return found


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
