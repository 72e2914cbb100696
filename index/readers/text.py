"""Plain text: one file, one article."""

from index.readers.base import Draft, Drafts
from index.readers.encoding import decode


def read(data: bytes, name: str, charset: str | None = None) -> Drafts:
    """One draft; headline, outlet and date are read from the text by cleaning."""
    yield Draft(decode(data, name, charset))
