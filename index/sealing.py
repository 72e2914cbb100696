"""Seals: short hashes in the store by which damage to what it holds is noticed, also where the database notices nothing.

The column `digest` of an article holds three, joined by dashes: of what it says, of how it was cut, and of the passages and
vectors that came of it. Stores of the first versions have one hash there for the first two together: `is_sealed` is false.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from index.article import Article, Passage

_SAID = ("id", "text", "title", "source", "url", "date", "language", "quotable", "notes")


def content_seal(article: Article) -> str:
    """Of everything that an article says; where it was read is not in it."""
    return _hash(getattr(article, name) for name in _SAID)


def cutting_seal(*how: object) -> str:
    """Of how articles are cut."""
    return _hash(how)[:8]


def rows_seal(passages: Iterable[Passage | Any], vectors: Sequence[bytes]) -> str:
    """Of an article's passages (`number`, `start`, `end`, `language`), in order, and their vectors as stored."""
    return _hash([*((row.number, row.start, row.end, row.language) for row in passages), *vectors])[:16]


def is_sealed(digest: str) -> bool:
    """Whether a stored digest tells more than whether an article has changed."""
    return digest.count("-") == 2


def recipe(digest: str) -> str:
    """What a stored digest tells of the article and its cutting, without the rows that came of them."""
    return digest.rpartition("-")[0] if is_sealed(digest) else digest


def says_the_same(article: Article, digest: str) -> bool:
    """Whether an article reads as it did when it was stored; one that is not sealed cannot tell, and passes."""
    try:
        return not is_sealed(digest) or digest.startswith(f"{content_seal(article)}-")
    except (UnicodeError, ValueError, TypeError):
        return False


def _hash(values: Iterable[object]) -> str:
    """Of a row of values: each with its kind and its length, so that no two rows look alike."""
    hasher = hashlib.blake2b(digest_size=16)
    for value in values:
        data = value if isinstance(value, bytes) else str(value).encode()
        hasher.update(f"{type(value).__name__}:{len(data)}:".encode())
        hasher.update(data)
    return hasher.hexdigest()
