"""Dalil, measured by the same protocol as the others: as it comes, and with the free encoder in its own encoder's place."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar

from serving import DIMENSIONS, Adapter, FreeVectors, Passage, serve

sys.path.insert(0, str(Path(__file__).parents[4]))


class Dalil(Adapter):
    """Each passage is an article; Dalil may cut it and, where it tells another's story, keep it once."""

    name = "Dalil"
    packages = ("dalil", "tantivy", "faiss-cpu", "sqlalchemy")
    retrievers: ClassVar[dict[str, str]] = {
        "as it comes": "Dalil.open(folder).search: the bundled encoder and lexicon, BM25 over stems, second reading",
        "answer, as it comes": "Dalil.open(folder).ask: the same, and sentences that answer, each checked",
        "hybrid, free encoder": "the same search, the bundled encoder replaced through the encoder interface",
    }

    def index(self, retriever: str, passages: Sequence[Passage], folder: Path) -> dict[str, str]:
        """The usual way in: duplicates found, cut, encoded, stored for good, then BM25 and vectors."""
        from index.article import Article

        articles = [Article(name, text) for name, text in passages]
        if retriever.endswith("free encoder"):
            from index.indexing import Cutting, Indexer

            collection = self._collection(folder)
            report = Indexer(collection, Cutting(200, 1, "dalil_ar_en")).add(articles)[0]
            collection.close()
        else:
            from qa import Dalil as Door

            with Door.open(folder) as dalil:
                report = dalil.add(articles)
        return report.duplicates

    def open(self, retriever: str, folder: Path) -> Callable[[str, int], list[str]]:
        """Open the folder."""
        if retriever.endswith("free encoder"):
            from index.retrieval import Retriever, select_by_article

            finder = Retriever(self._collection(folder))

            def search(question: str, k: int) -> list[str]:
                _, found = finder.retrieve(question)
                return [hit.article_id for hit in select_by_article([one.hit for one in found], k)]

            return search

        from qa import Dalil as Door

        dalil = Door.open(folder, create=False, remembered=0)
        if retriever.startswith("answer"):
            return lambda question, k: [cited.article_id for cited in dalil.ask(question, k=k).citations]
        return lambda question, k: [hit.article_id for hit in dalil.search(question, k=k)]

    def _collection(self, folder: Path) -> Any:
        from index.collection import Collection

        free = self._free = self._free or FreeVectors()

        class Free:
            name, dimensions = "free", DIMENSIONS

            def encode_passages(self, texts: Sequence[str]) -> Any:
                return free.array(texts)

            encode_queries = encode_passages

        return Collection(folder, "free", Free)


if __name__ == "__main__":
    serve(Dalil())
