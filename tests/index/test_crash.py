"""kill -9 at any point loses nothing that was acknowledged, and nothing half-written is served.

A helper process forks a child for every crash. The child indexes, changes and removes articles and tells after each call that
it returned; it is killed at a chosen point or time. Then this process opens what is left: every acknowledged call has had its
effect, the one in flight has had all of its effect or none, and BM25 and FAISS hold what a fresh rebuild would hold.
"""

import importlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tantivy

from index.article import Article
from index.collection import Collection
from index.indexing import Indexer
from index.lexical import LexicalIndex
from index.vectors import Sizes, VectorIndex
from tests.samples import CUTTING, by_vector, by_words, numbered, open_collection

ROOT = Path(__file__).parents[2]
SIZES = Sizes(exact=12, graph=40, unsaved=0)  # so that a few articles take FAISS through all of its kinds, saved each time

# -- what the child does -------------------------------------------------------------------------------------------------


def changes(call: int) -> tuple[list[Article], list[str]]:
    """What the call of that number adds or changes, and what it removes."""
    article = numbered(call)
    if call % 6 == 3:
        return [article, replace(article, id=f"copy{call}")], []
    if call % 6 == 4:
        return [numbered(call - 3, version=call)], []
    if call % 6 == 5:
        return [], [f"n{call - 5}", f"n{call - 2}"]  # the second one is an original: its copy takes over
    return [article], []


def expected(calls: int) -> dict[str, str]:
    """The texts by id that are there after so many calls."""
    there: dict[str, str] = {}
    for call in range(calls):
        added, removed = changes(call)
        there |= {article.id: article.text for article in added}
        for article_id in removed:
            del there[article_id]
    return there


def die_at(point: str, nth: int) -> None:
    """Let the process kill itself before or after the `nth` call of a function: `before index.lexical:write_state`."""
    when, _, target = point.partition(" ")
    module, _, path = target.partition(":")
    owner: Any = importlib.import_module(module)
    *outer, name = path.split(".")
    for part in outer:
        owner = getattr(owner, part)
    inner, calls = getattr(owner, name), count(1)

    def wrapped(*args: Any, **keywords: Any) -> Any:
        last = next(calls) == nth
        if last and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = inner(*args, **keywords)
        if last:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, wrapped)


def work(folder: str, first: int, last: int, point: str | None, nth: int) -> None:
    if point is not None:
        die_at(point, nth)
    collection = open_collection(Path(folder), SIZES)
    indexer = Indexer(collection, CUTTING)
    for call in range(first, last):
        added, removed = changes(call)
        if added:
            indexer.add(added)
        if removed:
            indexer.remove(removed)
        print("done", call, flush=True)


def serve() -> None:
    """Fork a child for each line of JSON; the helper itself never opens a collection."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            work(**json.loads(line))
            os._exit(0)
        print("child", child, flush=True)
        _, status = os.waitpid(child, 0)
        print("exit", os.waitstatus_to_exitcode(status), flush=True)


# -- this side -----------------------------------------------------------------------------------------------------------


class Helper:
    """The process that forks the children."""

    def __init__(self) -> None:
        command = [sys.executable, "-c", "from tests.index.test_crash import serve; serve()"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)

    def run(
        self,
        folder: Path,
        first: int,
        last: int,
        point: str | None = None,
        nth: int = 0,
        told: Callable[[int, int], None] = lambda child, done: None,
    ) -> tuple[int, int]:
        """Run a child to its end; how many calls it had acknowledged, counted from 0 of all, and its exit code."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        order = {"folder": str(folder), "first": first, "last": last, "point": point, "nth": nth}
        print(json.dumps(order), file=self._process.stdin, flush=True)
        child, done = 0, first
        while True:
            word, value = self._process.stdout.readline().split()
            if word == "child":
                child = int(value)
            elif word == "done":
                done = int(value) + 1
                told(child, done)
            else:
                return done, int(value)

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        assert self._process.wait() == 0


@pytest.fixture(scope="module")
def helper() -> Iterator[Helper]:
    started = Helper()
    yield started
    started.close()


def held_by_lexical(lexical: LexicalIndex) -> list[int]:
    searcher = lexical._view.searcher
    hits = searcher.search(tantivy.Query.all_query(), limit=10_000).hits
    return sorted(searcher.fast_field_values("id", [address for _, address in hits]))  # type: ignore[type-var]


def held_by_vectors(vectors: VectorIndex) -> list[int]:
    probes = np.eye(vectors.dimensions, dtype=np.float32)
    found: set[int] = set()
    for probe in (*probes, *-probes):
        found |= set(vectors.search(probe, 10_000))
    return sorted(found)


def check(collection: Collection, acknowledged: int, rebuilt: Path) -> int:
    """Everything is as after the acknowledged calls, or as after one more; returns how many calls have had their effect."""
    stored, _ = collection.store.list_articles(0, 10_000)
    there = {article.id: article.text for article in stored}
    assert there in (expected(acknowledged), expected(acknowledged + 1))
    calls = acknowledged if there == expected(acknowledged) else acknowledged + 1

    collection.refresh()
    ids = collection.store.vector_ids().tolist()
    fresh = LexicalIndex(rebuilt / "lexical", collection.store, "fresh")
    fresh.catch_up()
    assert held_by_lexical(collection.lexical) == held_by_lexical(fresh) == ids
    assert held_by_vectors(collection.vectors) == ids
    assert len(collection.vectors) == collection.lexical.documents == len(ids) == collection.store.counts()["passages"]

    originals = {hit.article_id for _, hit in collection.store.hits(ids)}
    for article in stored:
        best = {by_words(collection, article.text)[0], by_vector(collection, article.text)[0]}
        assert len(best) == 1
        assert best <= originals
        assert there[best.pop()] == article.text, "itself, or the one that tells the same story"
    gone = [article for call in range(calls) for article in changes(call)[0] if there.get(article.id) != article.text]
    for article in gone:
        assert by_words(collection, article.text) == [] or article.text in there.values()
    return calls


POINTS = [
    ("before index.writing:Writing.put", 3),
    ("after index.writing:Writing.put", 3),
    ("after index.writing:Writing.drop", 5),
    ("after index.writing:Writing.finish", 2),  # all but the commit
    ("before index.collection:Collection.synchronise", 4),  # the commit and nothing else
    ("before index.lexical:LexicalIndex._follow", 3),
    ("after index.lexical:LexicalIndex._follow", 3),  # tantivy has committed, its note is not written
    ("before index.derived:os.fsync", 3),  # half of a note
    ("after index.lexical:write_state", 3),
    ("before index.vectors:VectorIndex.catch_up", 4),
    ("before index.vectors:VectorIndex.save", 3),
    ("before index.vectors:Growing.finish", 3),  # rows are written, and may not be on the disk
    ("after index.vectors:VectorIndex._append", 3),  # rows lie behind those that the note counts
    ("after index.vectors:VectorIndex._write_all", 1),  # two generations, one note
    ("before index.vectors:Neighbours.write", 2),
    ("after index.vectors:write_once", 2),
    ("after index.vectors:VectorIndex._cover", 3),
    ("before index.vectors:write_state", 3),  # FAISS is saved, its note is not written
    ("after index.vectors:write_state", 3),  # the old copy still lies there
    ("after index.collection:Collection.synchronise", 3),  # all done, not acknowledged
]


def test_killed_between_any_two_steps(tmp_path: Path, helper: Helper) -> None:
    """One collection goes through all crashes, one after the other."""
    folder, calls = tmp_path / "data", 0
    for number, (point, nth) in enumerate(POINTS):
        acknowledged, code = helper.run(folder, calls, calls + 20, point, nth)
        assert code == -signal.SIGKILL, f"{point} was not reached"
        collection = open_collection(folder, SIZES)
        calls = check(collection, acknowledged, tmp_path / f"rebuilt{number}")
        collection.close()
    assert calls > len(POINTS)
    assert helper.run(folder, calls, calls + 6) == (calls + 6, 0), "indexing goes on"
    check(open_collection(folder, SIZES), calls + 6, tmp_path / "rebuilt")


BEGINNINGS = [
    ("before index.store:Store._create", 1),
    ("after index.tables:metadata.create_all", 1),
    ("after index.store:Store._create", 1),
    ("after index.store:Store.set_facts", 1),  # the encoder's name is stored, no vector is
    ("after index.lexical:LexicalIndex._start_anew", 1),
    ("before index.lexical:write_state", 1),
]


@pytest.mark.parametrize(("point", "nth"), BEGINNINGS)
def test_killed_at_the_very_beginning(tmp_path: Path, helper: Helper, point: str, nth: int) -> None:
    acknowledged, code = helper.run(tmp_path / "data", 0, 3, point, nth)
    assert (acknowledged, code) == (0, -signal.SIGKILL)
    calls = check(open_collection(tmp_path / "data", SIZES), 0, tmp_path / "rebuilt")
    assert helper.run(tmp_path / "data", calls, 8) == (8, 0)
    check(open_collection(tmp_path / "data", SIZES), 8, tmp_path / "rebuilt again")


def test_killed_in_the_middle_of_repairs(tmp_path: Path, helper: Helper) -> None:
    """A crash, and another one while what it left is put right."""
    folder = tmp_path / "data"
    acknowledged, _ = helper.run(folder, 0, 20, "before index.lexical:write_state", 4)
    for point in (
        "before index.lexical:LexicalIndex._follow",
        "before index.lexical:write_state",
        "before index.vectors:write_state",
    ):
        again, code = helper.run(folder, acknowledged, acknowledged + 20, point, 1)
        assert (again, code) == (acknowledged, -signal.SIGKILL)
    check(open_collection(folder, SIZES), acknowledged, tmp_path / "rebuilt")


def test_killed_at_any_time(tmp_path: Path, helper: Helper) -> None:
    draw, folder, calls = random.Random(20180520), tmp_path / "data", 0
    for number in range(8):
        after, delay = calls + draw.randint(1, 4), draw.uniform(0, 0.1)

        def kill(child: int, done: int, after: int = after, delay: float = delay) -> None:
            if done == after:
                time.sleep(delay)  # the point of it: a moment that nothing marks
                os.kill(child, signal.SIGKILL)

        acknowledged, code = helper.run(folder, calls, calls + 500, told=kill)
        assert code == -signal.SIGKILL
        collection = open_collection(folder, SIZES)
        calls = check(collection, acknowledged, tmp_path / f"rebuilt{number}")
        collection.close()
