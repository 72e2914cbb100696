"""Saving what can still be read of a damaged SQLite file into a new one."""

import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from index.checking import open_read_only
from index.derived import sync_folder

ASIDE = "damaged"
"""The folder beside the databases for what was taken out of use; nothing reads it, and nothing deletes it."""
_GONE = "SELECT DISTINCT article_id FROM passages WHERE article_id NOT IN (SELECT id FROM articles) ORDER BY article_id"
_GAP = 20_000  # row ids without a row after which nothing more is looked for


def set_aside(path: Path) -> Path:
    """Move a database with what belongs to it out of use; returns where it is now."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    folder = path.parent / ASIDE
    folder.mkdir(exist_ok=True)
    aside = folder / f"{path.stem}-{stamp}{path.suffix}"
    for tail in ("-wal", "-shm"):
        if (beside := path.with_name(path.name + tail)).exists():
            beside.rename(aside.with_name(aside.name + tail))
    return path.rename(aside)


@dataclass(frozen=True, slots=True)
class Salvaged:
    """Where the damaged file is now, how many rows were saved and how many lost, as far as that can be told, and the ids of
    articles of which only passages were left.
    """

    aside: Path
    saved: int
    lost: int
    gone: tuple[str, ...]


def salvage(path: Path) -> Salvaged:
    """Put a new database in the place of the damaged one at `path`, with every row that can be read.

    Raises `sqlite3.Error` where nothing can be read at all; everything is then as it was.
    """
    fresh = path.with_name(f"{path.name}.salvaged")
    fresh.unlink(missing_ok=True)
    try:
        saved, lost, gone = _copy(path, fresh)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    aside = set_aside(path)
    fresh.rename(path)
    sync_folder(path.parent)
    return Salvaged(aside, saved, lost, gone)


def _copy(path: Path, fresh: Path) -> tuple[int, int, tuple[str, ...]]:
    saved = lost = 0
    padded = _padded(path)
    source, target = open_read_only(padded or path), sqlite3.connect(fresh, isolation_level=None)
    source.text_factory = lambda data: data.decode("utf-8", "replace")  # whether a text is sound, its seal tells
    try:
        tables = source.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
        indexes = source.execute("SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL").fetchall()
        target.execute("BEGIN")
        for name, sql in tables:
            target.execute(sql)
            for row in _rows(source, name, "WITHOUT ROWID" in sql.upper()):
                if row is None:
                    lost += 1
                    continue
                try:
                    saved += target.execute(f"INSERT OR IGNORE INTO {_quoted(name)} VALUES ({_marks(row)})", row).rowcount  # noqa: S608
                except sqlite3.Error:  # what stood there was no value of the column's kind
                    lost += 1
        for (sql,) in indexes:
            target.execute(sql)
        named = {name for name, _ in tables}
        gone = tuple(row[0] for row in target.execute(_GONE)) if {"articles", "passages"} <= named else ()
        while orphans := target.execute("PRAGMA foreign_key_check").fetchall():
            for table, row_id, *_ in orphans:
                key = "rowid = ?" if row_id is not None else "article_id NOT IN (SELECT id FROM articles)"
                target.execute(f"DELETE FROM {_quoted(table)} WHERE {key}", (row_id,) if row_id is not None else ())  # noqa: S608
                lost, saved = lost + 1, saved - 1
        target.execute("COMMIT")
    finally:
        source.close()
        target.close()
        if padded is not None:
            for tail in ("", "-wal", "-shm"):
                padded.with_name(padded.name + tail).unlink(missing_ok=True)
    return saved, lost, gone


def _padded(path: Path) -> Path | None:
    """A copy with zeros for the pages that a file has lost at its end, without which SQLite reads nothing of it."""
    with path.open("rb") as file:
        header = file.read(100)
    if len(header) < 100 or not header.startswith(b"SQLite format 3\0"):
        return None
    page = int.from_bytes(header[16:18]) or 65_536
    whole = (65_536 if page == 1 else page) * int.from_bytes(header[28:32])
    if whole <= path.stat().st_size or whole > 100 * path.stat().st_size:
        return None
    padded = path.with_name(f"{path.name}.padded")
    shutil.copyfile(path, padded)
    if (wal := path.with_name(f"{path.name}-wal")).exists():
        shutil.copyfile(wal, path.with_name(f"{padded.name}-wal"))
    with padded.open("r+b") as file:
        file.truncate(whole)
    return padded


def _rows(source: sqlite3.Connection, table: str, by_key: bool) -> Iterator[tuple[Any, ...] | None]:
    """Every row that can be read, and `None` for each that cannot."""
    last = 0
    try:
        if by_key:
            yield from source.execute(f"SELECT * FROM {_quoted(table)}")  # noqa: S608
            return
        for row in source.execute(f"SELECT rowid, * FROM {_quoted(table)} ORDER BY rowid"):  # noqa: S608
            last = row[0]
            yield row[1:]
        return
    except sqlite3.Error:
        yield None
    if by_key:
        return
    # One by one from there on: only the rows of the damaged pages are missed.
    missed, end = 0, _last_id(source, table)
    while last < end if end is not None else missed < _GAP:
        last += 1
        try:
            row = source.execute(f"SELECT * FROM {_quoted(table)} WHERE rowid = ?", (last,)).fetchone()  # noqa: S608
        except sqlite3.Error:
            row = None
        missed = 0 if row is not None else missed + 1
        if row is not None:
            yield row


def _last_id(source: sqlite3.Connection, table: str) -> int | None:
    """The largest row id, unless that stands on a damaged page."""
    try:
        found = source.execute(f"SELECT max(rowid) FROM {_quoted(table)}").fetchone()[0]  # noqa: S608
    except sqlite3.Error:
        return None
    return int(found or 0)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _marks(row: tuple[Any, ...]) -> str:
    return ", ".join("?" * len(row))
