"""Looking at everything a data folder holds, as deep as it goes: what `dalil doctor --check` and `--repair` find."""

import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Row, select

from index.article import Article
from index.collection import DATABASE, Collection
from index.sealing import is_sealed, rows_seal
from index.store import Store
from index.stored import stored_article
from index.tables import articles, passages, vectors

_BATCH = 200
_PROBES = 50
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: in which part, what, and of which article, with where that was read from.

    `part` is the name of a database, or `article` (it does not read as it was stored), `rows` (its passages or vectors do not
    fit it), `seal` (it was stored by a version that could not tell), `bm25`, `vectors`.
    """

    part: str
    problem: str
    id: str | None = None
    origin: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types, without what is not known."""
        return {name: value for name, value in asdict(self).items() if value is not None}


def databases(folder: Path) -> list[Path]:
    """The databases of a data folder, that of the articles first."""
    return sorted(filter(Path.is_file, folder.glob("*.db")), key=lambda path: (path.name != DATABASE, path.name))


def open_read_only(path: Path) -> sqlite3.Connection:
    """A connection that changes nothing. Raises `sqlite3.Error`."""
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=30)
    connection.execute("PRAGMA query_only=ON")
    return connection


def check_database(path: Path) -> list[Finding]:
    """What SQLite itself finds wrong in a file: its pages, its indexes, what its tables say of each other."""
    try:
        connection = open_read_only(path)
        try:
            rows = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(20)")]
            problems = [row for row in rows if row != "ok"]
            broken = connection.execute("PRAGMA foreign_key_check").fetchall()
        finally:
            connection.close()
    except sqlite3.Error as error:
        return [Finding(path.name, str(error))]
    if broken:
        problems.append(f"{len(broken)} rows belong to rows that are not there")
    more = f" (and {len(problems) - _SHOWN} more)" if len(problems) > _SHOWN else ""
    said = "; ".join(" ".join(problem.split()) for problem in problems[:_SHOWN])
    return [Finding(path.name, said + more)] if problems else []


def check_articles(store: Store) -> Iterator[Finding]:
    """Every article against its seal, and its passages and vectors against the article."""
    dimensions = store.facts().get("dimensions", "")
    width = 2 * int(dimensions) if dimensions.isdecimal() else None
    after, unsealed = "", 0
    known = set[str]()
    repeats: list[Row[Any]] = []
    while True:
        with store.reading() as connection:
            rows = connection.execute(select(articles).where(articles.c.id > after).order_by(articles.c.id).limit(_BATCH)).all()
            held = _rows_of(connection, [row.id for row in rows])
        if not rows:
            break
        after = rows[-1].id
        for row in rows:
            article = stored_article(row)
            if article is None:
                yield Finding("article", "it does not read as it did when it was stored", row.id, row.origin)
                continue
            known.add(row.id)
            if row.duplicate_of is not None:
                repeats.append(row)
            unsealed += not is_sealed(row.digest)
            if (problem := _misfit(article, row, held.get(row.id, []), width)) is not None:
                yield Finding("rows", problem, row.id, row.origin)
    for row in repeats:
        if row.duplicate_of not in known:
            yield Finding("rows", f"it repeats the story of {row.duplicate_of!r}, which is not there", row.id, row.origin)
    if unsealed:
        yield Finding("seal", f"{unsealed} articles were stored by a version that left no seals: damage to them is not noticed")


def _rows_of(connection: Any, ids: list[str]) -> dict[str, list[Row[Any]]]:
    """The passages of these articles with their vectors, by article, in order."""
    query = select(passages, vectors.c.vector).outerjoin(vectors, vectors.c.passage_id == passages.c.id)
    found: dict[str, list[Row[Any]]] = {}
    for row in connection.execute(query.where(passages.c.article_id.in_(ids)).order_by(passages.c.number)):
        found.setdefault(row.article_id, []).append(row)
    return found


def _misfit(article: Article, stored: Row[Any], rows: list[Row[Any]], width: int | None) -> str | None:
    """What is wrong with an article's passages and vectors."""
    if [row.number for row in rows] != list(range(len(rows))):
        return "a passage is missing"
    if not rows and stored.duplicate_of is None and not is_sealed(stored.digest) and any(map(str.isalnum, article.text)):
        return "it has no passages"
    for row in rows:
        if not 0 <= row.start < row.end <= len(article.text):
            return f"passage {row.number} is not inside the text"
        if row.vector is None:
            return f"passage {row.number} has no vector"
        if len(row.vector) != (width or len(row.vector) // 2 * 2):
            return f"the vector of passage {row.number} has {len(row.vector)} bytes"
        if not np.isfinite(np.frombuffer(row.vector, dtype=np.float16)).all():
            return f"the vector of passage {row.number} has numbers that are none"
    if is_sealed(stored.digest) and not stored.digest.endswith(f"-{rows_seal(rows, [row.vector for row in rows])}"):
        return "its passages or vectors are not as they were stored"
    return None


def check_derived(collection: Collection) -> Iterator[Finding]:
    """What follows the store against it: whole, as many passages as it has, and a passage's own vector finds it."""
    wanted = collection.store.vector_ids()
    total = collection.store.counts()["passages"]
    words = collection.lexical
    # One that lags, or is not there, is no damage: whoever asks next brings it up to date.
    if words.documents != total and (words.failed or words.marks == collection.store.last_marks()):
        yield Finding("bm25", f"it holds {words.documents} of {total} passages")
    if "encoder" not in collection.store.facts():
        return
    collection.vectors.catch_up()
    try:
        collection.vectors.check_files()
    except (OSError, ValueError) as error:
        yield Finding("vectors", str(error))
        return
    if len(collection.vectors) != len(wanted):
        yield Finding("vectors", f"the search holds {len(collection.vectors)} of {len(wanted)} vectors")
        return
    chosen = np.random.default_rng(0).permutation(wanted)[:_PROBES].tolist()
    ids, block = collection.store.vectors_of(chosen)
    lost = sum(not _finds(collection, row_id, vector) for row_id, vector in zip(ids, block, strict=True))
    if lost > len(ids) // 10:  # a graph or lists may miss one; passages of the same words share a vector
        yield Finding("vectors", f"{lost} of {len(ids)} passages are not found by their own vector")


def _finds(collection: Collection, row_id: int, vector: Any) -> bool:
    found = collection.vectors.search(vector, 10)
    return row_id in found or (bool(found) and max(found.values()) >= float(vector @ vector) * 0.99)
