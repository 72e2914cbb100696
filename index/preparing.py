"""From an article to all that is stored of it. It looks at nothing but the article, so it may run in any process."""

import hashlib
import itertools
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

from index.article import Article
from index.chunking import chunk, embedding_text
from index.embedding.encoder import Encoder
from index.sealing import content_seal, cutting_seal
from index.writing import Record


@dataclass(frozen=True, slots=True)
class Cutting:
    """How articles are cut: the token budget, the whole sentences of overlap, and the encoding that counts."""

    budget: int
    overlap: int
    encoding: str


def digest(article: Article, cutting: Cutting) -> str:
    """A hash of all that makes an article's rows; equal digests mean there is nothing to do. Where it was read is not in it."""
    return f"{content_seal(article)}-{cutting_seal(cutting.budget, cutting.overlap, cutting.encoding)}"


def unchanged(record: Record, cutting: Cutting, is_stored: Callable[[str], bool]) -> bool:
    """Whether an article is stored as it is, cut like this; `is_stored` tells that of the `recipe` of a stored digest."""
    return is_stored(record.digest) or is_stored(_first_digest(record.article, cutting))


def _first_digest(article: Article, cutting: Cutting) -> str:
    """The hash that the first versions stored in the place of `digest`."""
    made_of = [getattr(article, name) for name in _HASHED] + [cutting.budget, cutting.overlap, cutting.encoding]
    return hashlib.blake2b(json.dumps(made_of).encode(), digest_size=16).hexdigest()


_HASHED = tuple(item.name for item in fields(Article) if item.name != "origin")


class Preparer:
    """Cuts articles and encodes their passages."""

    def __init__(self, cutting: Cutting, encoder: Callable[[], Encoder]) -> None:
        """`encoder` is asked for the encoder when there is something to encode."""
        self.cutting = cutting
        self._encoder = encoder

    def begin(self, article: Article) -> Record:
        """The article with its digest only."""
        return Record(article, digest(article, self.cutting))

    def complete(self, records: Sequence[Record]) -> None:
        """Give those records passages and vectors that have none yet, all encoded together."""
        new = [record for record in records if not record.passages]
        how = self.cutting
        for record in new:
            record.passages = chunk(record.article, budget=how.budget, overlap=how.overlap, encoding=how.encoding)
        texts = [embedding_text(record.article, passage) for record in new for passage in record.passages]
        if not texts:
            return
        encoded = self._encoder().encode_passages(texts)
        ends = list(itertools.accumulate(len(record.passages) for record in new))
        for record, start, end in zip(new, [0, *ends], ends, strict=False):
            record.vectors = encoded[start:end]
