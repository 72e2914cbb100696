"""How equal the first 10 passages are with Milvus and with FAISS and tantivy, on any collection and questions.

    python tests/benchmarks/milvus_equality.py corpus.jsonl questions.jsonl [--milvus http://localhost:19530]

Without an address, milvus-lite is used in a folder that goes away again: its times say nothing about a server's.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

import numpy as np

from index.collection import Collection
from index.embedding.encoder import load_encoder
from index.engine import Engine
from index.indexing import Cutting, Indexer
from index.milvus import MilvusEngine
from index.milvus.words import MilvusWords
from index.readers import read_path
from index.retrieval import Found, Retriever


def collection(folder: Path, corpus: Path, engine: Engine | None) -> Collection:
    opened = Collection(folder, "bundled", load_encoder, engine=engine)
    started, clock = time.process_time(), time.time()
    Indexer(opened, Cutting(200, 1, "dalil_ar_en")).add(read_path(corpus))
    print(
        f"{opened.engine.name}: {opened.store.counts()}, {time.process_time() - started:.1f} CPU s, {time.time() - clock:.1f} s"
    )
    return opened


def asked(opened: Collection, questions: list[str]) -> list[list[Found]]:
    retriever = Retriever(opened)
    retriever.retrieve(questions[0])
    spent, found = [], []
    for question in questions:
        started = time.process_time()
        found.append(retriever.retrieve(question)[1][:10])
        spent.append(1000 * (time.process_time() - started))
    print(f"{opened.engine.name}: median {np.median(spent):.1f}, longest {max(spent):.1f} CPU ms a question")
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("corpus", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--milvus")
    given = parser.parse_args()
    lines = given.questions.read_text("utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines if line.strip()]
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        files = collection(here / "files", given.corpus, None)
        milvus = collection(here / "milvus", given.corpus, MilvusEngine(given.milvus or str(here / "milvus.db")))
        searches = count_searches()
        one, other = asked(files, questions), asked(milvus, questions)
        print(f"{len(searches)} searches by words, candidates fetched: {np.bincount(searches).nonzero()[0].tolist()}, "
              f"{np.mean(np.array(searches) > min(searches)):.1%} fetched more than once")  # fmt: skip
        same = [
            [item.row_id for item in left] == [item.row_id for item in right] for left, right in zip(one, other, strict=True)
        ]
        shared = [
            len({item.row_id for item in left} & {item.row_id for item in right}) / max(1, len(left))
            for left, right in zip(one, other, strict=True)
        ]
        apart = [
            abs(item.hit.score - match.hit.score)
            for left, right in zip(one, other, strict=True)
            for item in left
            for match in right
            if match.row_id == item.row_id
        ]
        print(
            f"first 10 in the same order: {sum(same)} of {len(same)}; shared: {np.mean(shared):.4f}; apart by {max(apart):.1e}"
        )
        milvus.close()


def count_searches() -> list[int]:
    """The candidates that each search by words fetched last."""
    fetched: list[int] = []
    inner, search = MilvusWords._found, MilvusWords.search

    def found(self, field, query, take, *rest, **search):
        self.taken = take
        return inner(self, field, query, take, *rest, **search)

    def counted(self, words, k, allowed=None):
        result = search(self, words, k, allowed)
        fetched.append(self.taken)
        return result

    MilvusWords._found, MilvusWords.search = found, counted
    return fetched


if __name__ == "__main__":
    main()
