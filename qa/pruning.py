"""Which stored articles are no longer where they were read from."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

from index.indexing import IndexReport
from index.store import Store

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://|POST /")
"""How the origin of an article begins that was read from no file: fetched, or sent to the service."""


def vanished(store: Store, sources: Sequence[str | Path], seen: set[str], report: IndexReport) -> list[str]:
    """The ids of stored articles from under `sources` that were not `seen` this time.

    Files with anything that could not be read, as `report` tells, keep theirs.
    """
    roots = [str(Path(source).resolve()) for source in sources]
    unread = [str(_file_of(origin).resolve()) for origin, _ in report.skipped]
    return [
        article_id
        for article_id, origin in store.origins()
        if origin is not None and article_id not in seen and _under(origin, roots) and not _under(origin, unread)
    ]


def _file_of(origin: str) -> Path:
    """The file of an origin: `corpus.jsonl:7` is a line of `corpus.jsonl`."""
    path = Path(origin)
    return path if path.exists() or ":" not in path.name else Path(origin.rpartition(":")[0])


def _under(origin: str, roots: Sequence[str]) -> bool:
    """Whether an origin is one of the files or folders `roots`, a file in one, or a line of one; an address is under none."""
    if _ADDRESS.match(origin):
        return False
    place = str(Path(origin).resolve())
    return any(place == root or place.startswith((root + os.sep, root + ":")) for root in roots)
