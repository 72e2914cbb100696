"""Whether a Ray cluster of two nodes on this machine makes the index that one process makes of the same articles.

    python tests/benchmarks/ray_equality.py corpus.jsonl

Both are made with the bundled encoder in folders that go away again; compared are articles, digests, passages with their row
ids, duplicates, vectors, and what is found.
"""

import argparse
import hashlib
import tempfile
import time
from functools import partial
from pathlib import Path

from index.cluster import Job, prepared
from index.collection import Collection
from index.embedding.encoder import load_encoder
from index.indexing import Cutting, Indexer
from index.readers import read_path
from tests.index.ray_nodes import two_nodes
from tests.index.test_cluster import everything

CUTTING = Cutting(200, 1, "dalil_ar_en")
LIMIT = 50_000_000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("corpus", type=Path)
    corpus = parser.parse_args().corpus
    with tempfile.TemporaryDirectory() as folder:
        one, other = (Collection(Path(folder) / name, "bundled", load_encoder) for name in ("one", "other"))
        started = time.time()
        plain, _ = Indexer(one, CUTTING).add(read_path(corpus, max_bytes=LIMIT))
        print(
            f"one process: {plain.added} added, {len(plain.duplicates)} duplicates, {time.time() - started:.1f} s", flush=True
        )
        job = Job(CUTTING, partial(load_encoder, "bundled"), one.encoder.name, LIMIT)
        with two_nodes(200_000_000) as address:
            for what in ("cluster", "again"):
                started = time.time()
                items = prepared([str(corpus)], job, other.store.digests(), address, allow_private=False)
                report, _ = Indexer(other, CUTTING).add(items)
                print(f"{what}: {report.added} added, {report.unchanged} unchanged, {time.time() - started:.1f} s", flush=True)
        left, right = everything(one), everything(other)
        for part, value in left.items():
            same = "the same" if right[part] == value else "DIFFERENT"
            print(f"{part}: {same} ({hashlib.sha256(repr(value).encode()).hexdigest()[:12]})")


if __name__ == "__main__":
    main()
