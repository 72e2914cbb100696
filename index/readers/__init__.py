"""Articles from files, folders and addresses, one module for each kind.

`read_path` and `read_source` give an `Article` or a `Skipped` for everything they come across: one bad file never stops the
rest. A reader and what it imports is loaded when the first file of its kind turns up.
"""

import io
import logging
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import BinaryIO

from index.article import Article, Skipped
from index.errors import ReadError
from index.readers.base import MAX_BYTES, Draft, Drafts, finish, printable

__all__ = [
    "LINES",
    "MAX_BYTES",
    "SUFFIXES",
    "Naming",
    "Skipped",
    "Unnamed",
    "files",
    "is_wide",
    "read_bytes",
    "read_file",
    "read_path",
    "read_source",
]

logger = logging.getLogger(__name__)

_MODULES = {
    ".txt": "text",
    ".text": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".json": "jsonl",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".docx": "docx",
    ".pdf": "pdf",
    ".rss": "feed",
    ".atom": "feed",
    ".xml": "feed",
}
SUFFIXES = frozenset(_MODULES)
LINES = (".jsonl", ".ndjson")
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")


@dataclass(frozen=True, slots=True)
class Unnamed:
    """An article as read without looking at others: where `names` are given, its id is the first of them that is free."""

    article: Article
    names: tuple[str, ...]
    told: str


def _unnamed(draft: Draft | Skipped, origin: str, names: tuple[str, ...]) -> Unnamed | Skipped:
    if isinstance(draft, Skipped):
        return draft
    where = origin if draft.place is None else f"{origin}:{draft.place.removeprefix('line ')}"
    told = f"{draft.place}: " if draft.place else ""
    try:
        article = finish(draft, draft.id or names[0], where)
    except ReadError as error:
        return Skipped(where, f"{told}{error}")
    return Unnamed(article, () if draft.id else names, told)


@dataclass(slots=True)
class Naming:
    """One walk over a path: which id was given to which origin."""

    taken: dict[str, str] = field(default_factory=dict)

    def article(self, item: Unnamed | Skipped) -> Article | Skipped:
        """The article with its id, or that its id is taken."""
        if isinstance(item, Skipped):
            return item
        article = item.article
        free = next((name for name in item.names if name not in self.taken), article.id if not item.names else item.names[-1])
        if free != article.id:
            article = replace(article, id=free)
        where = article.origin or article.id
        if article.id in self.taken:
            return Skipped(
                where, f"{item.told}the id {article.id!r} is taken by {self.taken[article.id]}; give each article its own id"
            )
        self.taken[article.id] = where
        return article


def read_source(
    source: str,
    *,
    max_bytes: int = MAX_BYTES,
    allow_private: bool = False,
    fetch_bytes: int | None = None,
    fetch_seconds: float | None = None,
) -> Iterator[Article | Skipped]:
    """What a path or an `http(s)://` address holds. For `fetch_bytes` and `fetch_seconds` see `index.readers.url`."""
    if not (scheme := re.match(r"([A-Za-z][A-Za-z0-9+.-]+)://", source)):
        yield from read_path(Path(source), max_bytes=max_bytes)
        return
    if scheme[1].lower() not in ("http", "https"):
        yield Skipped(source, "only http and https addresses are read; for a file give its path")
        return
    from index.readers import url

    address = source.strip().partition("#")[0]
    try:
        got = url.fetch(
            address,
            allow_private=allow_private,
            max_bytes=url.MAX_BYTES if fetch_bytes is None else fetch_bytes,
            timeout=url.TIMEOUT if fetch_seconds is None else fetch_seconds,
        )
        naming = Naming()
        for draft in _drafts(got.suffix, got.data, address, got.charset, max_bytes):
            yield naming.article(_unnamed(_with_url(draft, address), address, (address,)))
    except ReadError as error:
        yield Skipped(address, _without_name(error, address))
    except Exception as error:
        yield Skipped(address, _failed(error, address))


def _with_url(draft: Draft | Skipped, address: str) -> Draft | Skipped:
    return draft if isinstance(draft, Skipped) or draft.place is not None else replace(draft, id=address, url=address)


def read_path(path: Path, *, max_bytes: int = MAX_BYTES) -> Iterator[Article | Skipped]:
    """The articles of a file, or of all files under a folder in sorted order; hidden files are left out.

    A file of one article gives it its name without the suffix as id; if that is taken, its path within the folder. `max_bytes`
    is the limit for a file, and for each line of a `.jsonl` file.
    """
    naming = Naming()
    for file in files(path):
        if isinstance(file, Skipped):
            yield file
        else:
            yield from map(naming.article, read_file(*file, max_bytes))


def files(path: Path) -> Iterator[tuple[Path, Path] | Skipped]:
    """The file at `path`, or all under that folder in sorted order, each with its path within the folder."""
    origin = printable(str(path))
    try:
        is_folder = path.is_dir()
        there = is_folder or path.exists()
    except (OSError, ValueError) as error:
        yield Skipped(origin, f"cannot be opened ({error})")
        return
    if not there:
        yield Skipped(origin, "there is no such file or folder")
    elif is_folder:
        for file in _walk(path, set()):
            yield file if isinstance(file, Skipped) else (file, file.relative_to(path))
    else:
        yield path, Path(path.name)


def _walk(folder: Path, seen: set[tuple[int, int]]) -> Iterator[Path | Skipped]:
    """Files under a folder, sorted by name; a link back to a folder that was walked already is not followed."""
    try:
        status = folder.stat()
        entries = sorted(folder.iterdir(), key=lambda entry: os.fsencode(entry.name))
    except OSError as error:
        yield Skipped(printable(str(folder)), f"this folder cannot be read ({error.strerror or error})")
        return
    if (status.st_dev, status.st_ino) in seen:
        return
    seen.add((status.st_dev, status.st_ino))
    for entry in entries:
        if entry.name.startswith((".", "~$")):
            continue
        if entry.is_dir():
            yield from _walk(entry, seen)
        else:
            yield entry


def read_bytes(name: str, data: bytes, *, max_bytes: int = MAX_BYTES) -> Iterator[Article | Skipped]:
    """The articles of a file that is in memory, read as `read_path` reads one of this name; `name` is their origin."""
    path = Path(name.replace("\\", "/").rpartition("/")[2])
    yield from map(Naming().article, read_file(path, path, max_bytes, data))


def read_file(
    path: Path, within: Path, max_bytes: int, data: bytes | None = None, *, lines: tuple[int, int] | None = None, first: int = 1
) -> Iterator[Unnamed | Skipped]:
    """The articles of one file, or of `data` as if it stood there, not looking at any other.

    `lines` are the bytes from and to which whole lines of it are read, the first of which has the number `first`.
    """
    origin = printable(str(path))
    names = (printable(path.stem).strip() or "_", printable(within.as_posix()))
    suffix = path.suffix.lower()
    try:
        if suffix not in _MODULES:
            kinds = " ".join(sorted(_MODULES))
            raise ReadError(f"files ending in {suffix or 'nothing'} are not read; these are: {kinds}")
        if data is None and not stat.S_ISREG(path.stat().st_mode):
            raise ReadError("this is no regular file")
        with path.open("rb") if data is None else io.BufferedReader(io.BytesIO(data)) as file:
            if lines is not None:
                file.seek(lines[0])
                file = io.BufferedReader(io.BytesIO(file.read(lines[1] - lines[0])))
            for draft in _file_drafts(file, suffix, origin, max_bytes, first):
                yield _unnamed(draft, origin, names)
    except ReadError as error:
        yield Skipped(origin, _without_name(error, origin))
    except OSError as error:
        yield Skipped(origin, f"cannot be opened ({error.strerror or error})")
    except Exception as error:
        yield Skipped(origin, _failed(error, origin))


def _failed(error: Exception, origin: str) -> str:
    """Parsers of others raise anything on a file made to break them; that must not stop the files after it."""
    logger.debug("reading %s failed", origin, exc_info=error)
    if isinstance(error, RecursionError | MemoryError):
        return "it is nested too deeply or too large to be read"
    return f"its reader failed on it ({type(error).__name__}: {error}); save it in another format, or leave it out"


def _without_name(error: ReadError, origin: str) -> str:
    """The reason alone: readers name their source, and `Skipped` names it already."""
    return str(error).removeprefix(f"{origin}: ")


def is_wide(head: bytes) -> bool:
    """Whether a file that begins so has characters of two or four bytes, which are no lines of bytes."""
    return head.startswith(_WIDE)


def _file_drafts(file: BinaryIO, suffix: str, origin: str, max_bytes: int, first: int) -> Drafts:
    if suffix in LINES and not (first == 1 and is_wide(file.peek(4))):  # type: ignore[attr-defined]
        from index.readers import jsonl

        return jsonl.read_lines(_bounded_lines(file, max_bytes), origin, max_bytes, first)
    data = file.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise ReadError(f"it is larger than the limit of {max_bytes:,} bytes; split it, or raise the limit")
    if not data.strip():
        raise ReadError("the file is empty")
    return _drafts(suffix, data, origin, None, max_bytes)


def _bounded_lines(file: BinaryIO, max_bytes: int) -> Iterator[bytes]:
    """The lines of a file, never more than `max_bytes` and a byte of one in memory."""
    while line := file.readline(max_bytes + 1):
        yield line
        while len(line) > max_bytes and not line.endswith(b"\n"):
            line = file.readline(max_bytes + 1)


def _drafts(suffix: str, data: bytes, origin: str, charset: str | None, max_bytes: int) -> Drafts:
    if suffix in LINES:
        from index.readers import jsonl
        from index.readers.encoding import decode

        lines = decode(data, origin, charset).encode("utf-8", "surrogatepass").split(b"\n")
        return jsonl.read_lines(lines, origin, max_bytes)
    drafts: Drafts = import_module(f"index.readers.{_MODULES[suffix]}").read(data, origin, charset)
    return drafts
