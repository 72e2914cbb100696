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
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import BinaryIO

from index.article import Article, Skipped
from index.errors import ReadError
from index.readers.base import MAX_BYTES, Draft, Drafts, finish, printable

__all__ = ["MAX_BYTES", "SUFFIXES", "Skipped", "read_bytes", "read_path", "read_source"]

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
_LINES = (".jsonl", ".ndjson")
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")


@dataclass(slots=True)
class _Run:
    """One walk over a path: its limit, and which id was given to which origin."""

    max_bytes: int
    taken: dict[str, str] = field(default_factory=dict)

    def article(self, draft: Draft, origin: str, names: tuple[str, ...]) -> Article | Skipped:
        """The article of a draft; without an id of its own it takes the first of `names` that is still free."""
        where = origin if draft.place is None else f"{origin}:{draft.place.removeprefix('line ')}"
        told = f"{draft.place}: " if draft.place else ""
        article_id = draft.id or next((name for name in names if name not in self.taken), names[-1])
        try:
            article = finish(draft, article_id, where)
        except ReadError as error:
            return Skipped(where, f"{told}{error}")
        if article.id in self.taken:
            return Skipped(
                where, f"{told}the id {article.id!r} is taken by {self.taken[article.id]}; give each article its own id"
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
        run = _Run(max_bytes)
        for draft in _drafts(got.suffix, got.data, address, got.charset, max_bytes):
            yield _with_url(draft, address, run)
    except ReadError as error:
        yield Skipped(address, _without_name(error, address))
    except Exception as error:
        yield Skipped(address, _failed(error, address))


def _with_url(draft: Draft | Skipped, address: str, run: _Run) -> Article | Skipped:
    if isinstance(draft, Skipped):
        return draft
    if draft.place is None:
        draft = Draft(
            text=draft.text,
            id=address,
            title=draft.title,
            source=draft.source,
            url=address,
            date=draft.date,
            language=draft.language,
            quotable=draft.quotable,
            notes=draft.notes,
        )
    return run.article(draft, address, (address,))


def read_path(path: Path, *, max_bytes: int = MAX_BYTES) -> Iterator[Article | Skipped]:
    """The articles of a file, or of all files under a folder in sorted order; hidden files are left out.

    A file of one article gives it its name without the suffix as id; if that is taken, its path within the folder. `max_bytes`
    is the limit for a file, and for each line of a `.jsonl` file.
    """
    run = _Run(max_bytes)
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
            if isinstance(file, Skipped):
                yield file
            else:
                yield from _read_file(file, file.relative_to(path), run)
    else:
        yield from _read_file(path, Path(path.name), run)


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
    yield from _read_file(path, path, _Run(max_bytes), data)


def _read_file(path: Path, within: Path, run: _Run, data: bytes | None = None) -> Iterator[Article | Skipped]:
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
            for draft in _file_drafts(file, suffix, origin, run.max_bytes):
                yield draft if isinstance(draft, Skipped) else run.article(draft, origin, names)
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


def _file_drafts(file: BinaryIO, suffix: str, origin: str, max_bytes: int) -> Drafts:
    if suffix in _LINES and not file.peek(4).startswith(_WIDE):  # type: ignore[attr-defined]
        from index.readers import jsonl

        return jsonl.read_lines(_bounded_lines(file, max_bytes), origin, max_bytes)
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
    if suffix in _LINES:
        from index.readers import jsonl
        from index.readers.encoding import decode

        lines = decode(data, origin, charset).encode("utf-8", "surrogatepass").split(b"\n")
        return jsonl.read_lines(lines, origin, max_bytes)
    drafts: Drafts = import_module(f"index.readers.{_MODULES[suffix]}").read(data, origin, charset)
    return drafts
