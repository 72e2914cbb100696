"""What rows of the store hold, where they are whole: a disk that fails can alter them without the database noticing."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Row

from index.article import Article
from index.sealing import says_the_same
from index.writing import ARTICLE_FIELDS


def stored_article(row: Row[Any]) -> Article | None:
    """The article of a row, or `None` where it does not read as it did when it was stored."""
    try:
        article = Article(**{name: getattr(row, name) for name in ARTICLE_FIELDS}, notes=tuple(json.loads(row.notes)))
    except (TypeError, ValueError):
        return None
    return article if says_the_same(article, row.digest) else None


def whole_vectors(rows: Sequence[Row[Any]]) -> tuple[list[int], NDArray[np.float32]]:
    """The row ids and vectors (n, dimensions) of those rows that hold one; damaged ones are left out."""
    sizes = Counter(len(row.vector) for row in rows if isinstance(row.vector, bytes)).most_common(1)
    width = sizes[0][0] if sizes else 0
    whole = [row for row in rows if isinstance(row.vector, bytes) and len(row.vector) == width and width % 2 == 0]
    flat = np.frombuffer(b"".join(row.vector for row in whole), dtype=np.float16)
    matrix = flat.reshape(len(whole), -1 if whole else 0).astype(np.float32)
    finite = np.asarray(np.isfinite(matrix).all(axis=1), dtype=bool)
    if finite.all():
        return [row.passage_id for row in whole], matrix
    return [row.passage_id for row, good in zip(whole, finite.tolist(), strict=True) if good], matrix[finite]
