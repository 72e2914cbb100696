"""Putting right what `index.checking` finds: `dalil doctor --repair`. Sound data is never given up."""

import json
import os
import sqlite3
import uuid
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from sqlalchemy import select

from index.checking import Finding, check_articles, check_database, check_derived, databases
from index.collection import DATABASE, Collection
from index.database import Place
from index.errors import IndexBusy
from index.indexing import Cutting, Indexer
from index.opened import FORMAT, StoreError
from index.salvage import ASIDE, salvage
from index.tables import articles

_BATCH = 100
Open = Callable[[], Collection]


@dataclass(slots=True)
class Checked:
    """What was found, what was done about it, and what is still wrong, in sentences; `out` are articles taken out."""

    found: list[Finding] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    out: list[Finding] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong (any more)."""
        return not self.left

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        found, out = ([item.to_dict() for item in items] for items in (self.found, self.out))
        return {"sound": self.sound, "found": found, "done": self.done, "taken_out": out, "left": self.left}


def check(where: Place | Path, open_collection: Open) -> Checked:
    """Look at everything and change nothing. Of PostgreSQL what is in the tables, not how it keeps them."""
    report = Checked()
    for path in _files(where):
        report.found += check_database(path)
    if not any(item.part == DATABASE for item in report.found):
        collection = open_collection()
        try:
            report.found += [*check_articles(collection.store), *check_derived(collection)]
        finally:
            collection.close()
    report.left = [sentence(item) for item in report.found if item.part != "seal"]
    return report


def repair(where: Place | Path, open_collection: Open, cutting: Cutting) -> Checked:
    """Look at everything and put right what is wrong. Raises `IndexBusy` while another process writes."""
    report = Checked()
    if files := _files(where):
        with _alone(files[0].parent):
            for path in files:
                _repair_database(path, report)
    if report.left and any(DATABASE in one for one in report.left):
        return report
    collection = open_collection()
    try:
        with collection.writing():
            _repair_articles(collection, Indexer(collection, cutting), report)
            _repair_derived(collection, report)
    finally:
        collection.close()
    again = check(where, open_collection)
    report.left += [one for one in again.left if one not in report.left]
    return report


def _files(where: Place | Path) -> list[Path]:
    """The databases that are files."""
    if isinstance(where, Place):
        return databases(where.folder) if where.database is None else []
    return databases(where)


def sentence(found: Finding) -> str:
    """A finding in a line."""
    return f"{found.part}{f' {found.id}' if found.id is not None else ''}: {found.problem}"


@contextmanager
def _alone(folder: Path) -> Any:
    lock = FileLock(folder / "write.lock")
    try:
        lock.acquire(timeout=5)
    except Timeout:
        raise IndexBusy(f"another process is writing to {folder}: repair it when that is done") from None
    except OSError as error:
        raise StoreError(f"{folder} cannot be written to: {error.strerror}") from None
    try:
        yield
    finally:
        lock.release()


def _repair_database(path: Path, report: Checked) -> None:
    found = check_database(path)
    report.found += found
    if not found:
        return
    try:
        result = salvage(path)
    except (sqlite3.Error, OSError) as error:
        report.left.append(f"{path.name}: nothing of it can be read ({error}): bring a backup back with `dalil restore`")
        return
    more = f", at least {result.lost} could not" if result.lost else ""
    where = f"the damaged file is {ASIDE}/{result.aside.name}"
    report.done.append(f"{path.name} was made anew: {result.saved} rows could be read{more}; {where}")
    if result.gone:
        report.done.append(f"articles that are lost: {len(result.gone)}, {', '.join(result.gone[:5])}; index them again")
        report.out += [Finding("article", "it cannot be read any more", article_id) for article_id in result.gone]
    if path.name == DATABASE:
        _complete(path)


def _complete(path: Path) -> None:
    """The facts without which a store is none, and a new name, so that what follows it is made anew."""
    with sqlite3.connect(path) as connection:
        for key, value in (("format", FORMAT), ("generation", "1")):
            connection.execute("INSERT OR IGNORE INTO meta VALUES (?, ?)", (key, value))
        connection.execute("INSERT OR REPLACE INTO meta VALUES ('store', ?)", (uuid.uuid4().hex,))
    connection.close()


def _repair_articles(collection: Collection, indexer: Indexer, report: Checked) -> None:
    found = list(check_articles(collection.store))
    report.found += found
    damaged = [item for item in found if item.part == "article"]
    if damaged:
        _take_out(collection, indexer, damaged, report)
    again = [item.id for item in found if item.part == "rows" and item.id is not None]
    for at in range(0, len(again), _BATCH):
        indexer.renew(again[at : at + _BATCH])
    if again:
        report.done.append(f"{len(again)} articles were cut and encoded again: {', '.join(again[:5])}{' …' * (len(again) > 5)}")
    if any(item.part == "seal" for item in found):
        count = indexer.seal_all()
        report.done.append(
            f"{count} articles of an older version were sealed as they are: damage to them is noticed from now on"
        )


def _take_out(collection: Collection, indexer: Indexer, damaged: list[Finding], report: Checked) -> None:
    """Damaged articles into a file of their own, and out of the store."""
    ids = [item.id for item in damaged if item.id is not None]
    folder = collection.folder / ASIDE
    folder.mkdir(exist_ok=True)
    path = folder / f"articles-{datetime.now(UTC).strftime('%Y%m%dT%H%M%S%f')}.jsonl"
    with path.open("w", encoding="utf-8", errors="backslashreplace") as file, collection.store.reading() as connection:
        for article_id in ids:
            row = connection.execute(select(articles).where(articles.c.id == article_id)).first()
            if row is not None:
                file.write(json.dumps(row._asdict(), ensure_ascii=False, default=repr) + "\n")
        file.flush()
        os.fsync(file.fileno())
    indexer.remove(ids)
    report.out += damaged
    origins = sorted({item.origin for item in damaged if item.origin})
    back = (
        f"`dalil index` them again from {', '.join(origins[:3])}{' …' * (len(origins) > 3)}" if origins else "index them again"
    )
    report.done.append(f"damaged articles taken out, into {ASIDE}/{path.name}: {len(ids)}; {back}")


def _repair_derived(collection: Collection, report: Checked) -> None:
    found = list(check_derived(collection))
    report.found += found
    if found:
        collection.rebuild()
        report.done.append("BM25 and the search by vectors were made again from the store")
    else:
        collection.refresh()
