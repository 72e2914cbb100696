"""LlamaIndex: BM25Retriever, VectorStoreIndex over the SimpleVectorStore, and both fused."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar

from serving import Adapter, FreeVectors, Passage, serve


class LlamaIndex(Adapter):
    """Nodes as they are, one for each passage."""

    name = "LlamaIndex"
    packages = ("llama-index-core", "llama-index-retrievers-bm25", "bm25s")
    retrievers: ClassVar[dict[str, str]] = {
        "keyword": "BM25Retriever.from_defaults: English stemmer and stop words",
        "keyword, Arabic": "BM25Retriever.from_defaults: stemmer=Stemmer('arabic'), language=None "
        "(bm25s has no Arabic stop words)",
        "hybrid, free encoder": "QueryFusionRetriever (reciprocal_rerank, no generated queries) of BM25Retriever and "
        "VectorStoreIndex over SimpleVectorStore",
    }

    def _embedding(self) -> Any:
        from llama_index.core.base.embeddings.base import BaseEmbedding

        free = self._free = self._free or FreeVectors()

        class Free(BaseEmbedding):
            def _get_text_embedding(self, text: str) -> list[float]:
                return free.lists([text])[0]

            def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
                return free.lists(texts)

            def _get_query_embedding(self, query: str) -> list[float]:
                return free.lists([query])[0]

            async def _aget_query_embedding(self, query: str) -> list[float]:
                return free.lists([query])[0]

        return Free(model_name="free")

    def index(self, retriever: str, passages: Sequence[Passage], folder: Path) -> dict[str, str]:
        """Nodes, and both indexes as each persists itself."""
        from llama_index.core.schema import TextNode
        from llama_index.retrievers.bm25 import BM25Retriever

        nodes = [TextNode(id_=name, text=text) for name, text in passages]
        if retriever.startswith("hybrid"):
            from llama_index.core import VectorStoreIndex

            VectorStoreIndex(nodes, embed_model=self._embedding()).storage_context.persist(str(folder / "vectors"))
        BM25Retriever.from_defaults(nodes=nodes, **self._language(retriever)).persist(str(folder / "bm25"))
        return {}

    def open(self, retriever: str, folder: Path) -> Callable[[str, int], list[str]]:
        """Both read back."""
        from llama_index.retrievers.bm25 import BM25Retriever

        bm25 = BM25Retriever.from_persist_dir(str(folder / "bm25"))
        stemmer = self._language(retriever).get("stemmer")
        if stemmer is not None:
            bm25.stemmer = stemmer  # not among what it persists
        if retriever.startswith("hybrid"):
            return self._fused(bm25, folder)

        def search(question: str, k: int) -> list[str]:
            bm25.similarity_top_k = min(k, len(bm25.corpus))
            return [found.node.node_id for found in bm25.retrieve(question)]

        return search

    def _fused(self, bm25: Any, folder: Path) -> Callable[[str, int], list[str]]:
        from llama_index.core import StorageContext, load_index_from_storage
        from llama_index.core.llms import MockLLM
        from llama_index.core.retrievers import QueryFusionRetriever

        storage = StorageContext.from_defaults(persist_dir=str(folder / "vectors"))
        vectors = load_index_from_storage(storage, embed_model=self._embedding()).as_retriever()

        def search(question: str, k: int) -> list[str]:
            bm25.similarity_top_k = vectors.similarity_top_k = min(k, len(bm25.corpus))
            fused = QueryFusionRetriever(
                [vectors, bm25], llm=MockLLM(), similarity_top_k=k, num_queries=1, mode="reciprocal_rerank", use_async=False
            )
            return [found.node.node_id for found in fused.retrieve(question)]

        return search

    def _language(self, retriever: str) -> dict[str, Any]:
        if not retriever.endswith("Arabic"):
            return {}
        import Stemmer

        return {"stemmer": Stemmer.Stemmer("arabic"), "language": None}


if __name__ == "__main__":
    serve(LlamaIndex())
