"""What PostgreSQL costs beside SQLite on one machine, in CPU seconds of our process and of the server.

Says so where no server is installed.

python tests/benchmarks/bench_databases.py [ARTICLES]
"""

import os
import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from index.database import Place, read_address
from index.indexing import Indexer
from index.migrating import migrate
from qa.cli.migrate import KEPT
from qa.conversation.store import ConversationStore
from tests.postgres import Server, binaries
from tests.samples import CUTTING, numbered, open_collection

QUESTIONS = 200
_TICKS = os.sysconf("SC_CLK_TCK")


def server_seconds(server: Server) -> float:
    """CPU seconds of the server and of all its processes that have ended."""
    assert server._process is not None
    total = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(") ")[2].split()
        except OSError:
            continue
        if int(fields[1]) == server._process.pid:
            total += int(fields[11]) + int(fields[12])
        elif stat.parent.name == str(server._process.pid):
            total += sum(map(int, fields[11:15]))
    return total / _TICKS


def ours() -> float:
    return sum(resource.getrusage(resource.RUSAGE_SELF)[:2])


class Clock:
    """Prints what a step has cost."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._was = (ours(), server_seconds(server), time.perf_counter())

    def told(self, what: str, per: int, unit: str) -> None:
        now = (ours(), server_seconds(self._server), time.perf_counter())
        own, its, wall = (after - before for after, before in zip(now, self._was, strict=True))
        each = (own + its) / per * 1e6
        print(f"{what:<48} {own:7.2f} s ours {its:7.2f} s server {each:9.0f} us/{unit} ({wall:.1f} s wall)", flush=True)
        self._was = (ours(), server_seconds(self._server), time.perf_counter())


def work(place: Place, name: str, count: int, clock: Clock) -> None:
    """Index, read as a question does, keep turns."""
    collection = open_collection(place)
    Indexer(collection, CUTTING).add(numbered(number, words=300) for number in range(count))
    passages = collection.store.counts()["passages"]
    clock.told(f"{name}: index {count} articles, {passages} passages", passages, "passage")
    collection.refresh()
    clock.told(f"{name}: catch up", passages, "passage")
    for number in range(QUESTIONS):  # what one question asks the store for
        collection.refresh()
        hits = collection.store.hits([1 + (number * 97 + at * 13) % passages for at in range(100)])
        for _, hit in hits[:5]:
            collection.store.article(hit.article_id)
        collection.store.duplicates_of([hit.article_id for _, hit in hits[:5]])
    clock.told(f"{name}: look up for {QUESTIONS} questions", QUESTIONS, "question")
    with ConversationStore(place) as conversations:
        for number in range(QUESTIONS):
            conversations.history(f"c{number % 50}")
            conversations.add(f"c{number % 50}", "q?", "q?", {"answer": "a" * 2000}, create=True)
    clock.told(f"{name}: keep {QUESTIONS} turns", QUESTIONS, "turn")
    collection.close()


def main() -> None:
    if binaries() is None:
        print("no server of PostgreSQL is installed here (Debian: postgresql)")
        return
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    with Server() as server, tempfile.TemporaryDirectory() as folder:
        print(f"PostgreSQL {server.execute('SHOW server_version')[0][0]}, over TCP on this machine, fsync off")
        files = Place(Path(folder) / "files")
        tables = Place(Path(folder) / "tables", read_address(server.url("tables")))
        clock = Clock(server)
        work(files, "SQLite", count, clock)
        work(tables, "PostgreSQL", count, clock)
        there = Place(Path(folder) / "there", read_address(server.url("there")))
        rows = sum(migrate(files, there, KEPT).values())
        clock.told(f"migrate to PostgreSQL, {rows} rows", rows, "row")
        migrate(there, Place(Path(folder) / "back"), KEPT)
        clock.told(f"migrate to SQLite, {rows} rows", rows, "row")


if __name__ == "__main__":
    main()
