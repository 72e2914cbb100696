"""The same story twice: exact and near duplicates, so that each is kept once with all its sources.

Candidates come from MinHash bands over word shingles (Broder 1997; banding as in Leskovec, Rajaraman and Ullman, "Mining of
Massive Datasets", 3.4); each candidate is then compared for real. A corrected figure makes another story: two texts are only
duplicates when their numbers agree.
"""

import hashlib
import re
import zlib
from collections import Counter
from functools import lru_cache

from index.language.folding import fold

_PERMUTATIONS = 64
_BANDS = (
    16  # of 4 rows: texts that share 90 % of their shingles meet in a band with probability 1 - (1 - 0.9 ** 4) ** 16 > 0.999
)
_SHINGLE = 4
_SAME = 0.9
_SHORTEST = 8  # words; below, only an equal text is a duplicate
_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def _words(text: str) -> list[str]:
    return _WORD.findall(fold(text))


def _shingles(words: list[str]) -> set[str]:
    return {" ".join(words[at : at + _SHINGLE]) for at in range(max(1, len(words) - _SHINGLE + 1))}


def band_keys(text: str) -> list[str]:
    """The keys under which near duplicates of `text` are looked for. Short texts have one: their exact folded words."""
    words = _words(text)
    exact = "=" + hashlib.blake2b(" ".join(words).encode(errors="surrogatepass"), digest_size=12).hexdigest()
    if len(words) < _SHORTEST:
        return [exact]
    from datasketch import MinHash  # heavy, and not needed to answer

    sketch = MinHash(num_perm=_PERMUTATIONS, hashfunc=zlib.crc32)
    sketch.update_batch([shingle.encode(errors="surrogatepass") for shingle in _shingles(words)])
    rows = _PERMUTATIONS // _BANDS
    values = sketch.hashvalues.reshape(_BANDS, rows)
    return [f"{band}:{hashlib.blake2b(row.tobytes(), digest_size=8).hexdigest()}" for band, row in enumerate(values)]


@lru_cache(maxsize=256)
def _profile(text: str) -> tuple[frozenset[str], Counter[str]]:
    return frozenset(_shingles(_words(text))), Counter(_NUMBER.findall(fold(text)))


def same_story(one: str, other: str) -> bool:
    """Whether the two texts share at least 90 % of their shingles (Jaccard) and all of their numbers.

    >>> same_story("قتل 5 أشخاص", "قُتل ٥ أشخاص"), same_story("قتل 5 أشخاص", "قتل 7 أشخاص")
    (True, False)
    """
    (left, left_numbers), (right, right_numbers) = _profile(one), _profile(other)
    if left_numbers != right_numbers:
        return False
    return len(left & right) >= _SAME * len(left | right)
