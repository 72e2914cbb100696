"""Haystack: the InMemoryDocumentStore with its two retrievers, in pipelines."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar

from serving import Adapter, FreeVectors, Passage, serve

BATCH = 1000
"""Documents that go through the indexing pipeline together."""


class Haystack(Adapter):
    """Documents as they are, one for each passage."""

    name = "Haystack"
    packages = ("haystack-ai",)
    retrievers: ClassVar[dict[str, str]] = {
        "keyword": "InMemoryBM25Retriever over InMemoryDocumentStore (BM25L, its own regular expression, no stemmer)",
        "hybrid, free encoder": "InMemoryBM25Retriever and InMemoryEmbeddingRetriever (dot product), DocumentJoiner "
        "(reciprocal_rank_fusion)",
    }

    def index(self, retriever: str, passages: Sequence[Passage], folder: Path) -> dict[str, str]:
        """The usual pipeline of an embedder and a writer; the store writes itself to one JSON file."""
        from haystack import Document, Pipeline
        from haystack.components.writers import DocumentWriter
        from haystack.document_stores.in_memory import InMemoryDocumentStore

        store = InMemoryDocumentStore()
        pipeline = Pipeline()
        pipeline.add_component("writer", DocumentWriter(document_store=store))
        first = "writer"
        if retriever.startswith("hybrid"):
            pipeline.add_component("embedder", self._embedders()[0])
            pipeline.connect("embedder.documents", "writer.documents")
            first = "embedder"
        for at in range(0, len(passages), BATCH):
            documents = [Document(id=name, content=text) for name, text in passages[at : at + BATCH]]
            pipeline.run({first: {"documents": documents}})
        store.save_to_disk(str(folder / "store.json"))
        return {}

    def open(self, retriever: str, folder: Path) -> Callable[[str, int], list[str]]:
        """The store read back, and the pipeline that asks it."""
        from haystack import Pipeline
        from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
        from haystack.document_stores.in_memory import InMemoryDocumentStore

        store = InMemoryDocumentStore.load_from_disk(str(folder / "store.json"))
        pipeline = Pipeline()
        pipeline.add_component("bm25", InMemoryBM25Retriever(document_store=store))
        if not retriever.startswith("hybrid"):

            def search(question: str, k: int) -> list[str]:
                found = pipeline.run({"bm25": {"query": question, "top_k": k}})["bm25"]["documents"]
                return [document.id for document in found]

            return search

        from haystack.components.joiners import DocumentJoiner

        pipeline.add_component("embedder", self._embedders()[1])
        pipeline.add_component("dense", InMemoryEmbeddingRetriever(document_store=store))
        pipeline.add_component("joiner", DocumentJoiner(join_mode="reciprocal_rank_fusion"))
        pipeline.connect("embedder.embedding", "dense.query_embedding")
        pipeline.connect("bm25", "joiner")
        pipeline.connect("dense", "joiner")

        def both(question: str, k: int) -> list[str]:
            asked = {"bm25": {"query": question, "top_k": k}, "dense": {"top_k": k}, "joiner": {"top_k": k}}
            found = pipeline.run({"embedder": {"text": question}, **asked})["joiner"]["documents"]
            return [document.id for document in found]

        return both

    def _embedders(self) -> tuple[Any, Any]:
        from dataclasses import replace

        from haystack import Document, component

        free = self._free = self._free or FreeVectors()

        @component
        class OfDocuments:
            @component.output_types(documents=list[Document])
            def run(self, documents: list[Document]) -> dict[str, Any]:
                vectors = free.lists([document.content or "" for document in documents])
                return {"documents": [replace(one, embedding=vector) for one, vector in zip(documents, vectors, strict=True)]}

        @component
        class OfText:
            @component.output_types(embedding=list[float])
            def run(self, text: str) -> dict[str, Any]:
                return {"embedding": free.lists([text])[0]}

        return OfDocuments(), OfText()


if __name__ == "__main__":
    serve(Haystack())
