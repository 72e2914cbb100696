"""LangChain: BM25Retriever, the FAISS vector store, and EnsembleRetriever over both."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar

from serving import Adapter, FreeVectors, Passage, serve


class LangChain(Adapter):
    """Documents as they are, one for each passage.

    BM25Retriever cannot be saved: as its documentation has it, it is made anew from the documents, which the docstore of the
    FAISS vector store keeps; for the keyword retriever alone they are kept as JSON lines.
    """

    name = "LangChain"
    packages = ("langchain-core", "langchain-community", "langchain-classic", "rank-bm25", "faiss-cpu")
    retrievers: ClassVar[dict[str, str]] = {
        "keyword": "BM25Retriever.from_documents (BM25Okapi of rank_bm25, split at blanks), made anew on every start",
        "hybrid, free encoder": "EnsembleRetriever (weights 0.5, 0.5) of BM25Retriever and FAISS.from_documents (flat L2)",
    }

    def index(self, retriever: str, passages: Sequence[Passage], folder: Path) -> dict[str, str]:
        """Documents into the vector store, which saves itself, and BM25, which cannot."""
        from langchain_community.retrievers import BM25Retriever
        from langchain_core.documents import Document
        from langchain_core.load import dumps

        documents = [Document(page_content=text, id=name, metadata={"id": name}) for name, text in passages]
        BM25Retriever.from_documents(documents)
        if retriever.startswith("hybrid"):
            from langchain_community.vectorstores import FAISS

            FAISS.from_documents(documents, self._embeddings()).save_local(str(folder))
        else:
            (folder / "documents.jsonl").write_text("\n".join(map(dumps, documents)), encoding="utf-8")
        return {}

    def open(self, retriever: str, folder: Path) -> Callable[[str, int], list[str]]:
        """The documents read back, BM25 made of them again."""
        from langchain_community.retrievers import BM25Retriever
        from langchain_core.documents import Document

        if not retriever.startswith("hybrid"):
            import json

            rows = map(json.loads, (folder / "documents.jsonl").read_text(encoding="utf-8").split("\n"))
            alone = BM25Retriever.from_documents([Document(**row["kwargs"]) for row in rows])

            def search(question: str, k: int) -> list[str]:
                alone.k = k
                return [document.metadata["id"] for document in alone.invoke(question)]

            return search

        from langchain_classic.retrievers import EnsembleRetriever
        from langchain_community.vectorstores import FAISS

        store = FAISS.load_local(str(folder), self._embeddings(), allow_dangerous_deserialization=True)
        bm25 = BM25Retriever.from_documents(list(store.docstore._dict.values()))

        def both(question: str, k: int) -> list[str]:
            bm25.k = k
            vectors = store.as_retriever(search_kwargs={"k": k})
            found = EnsembleRetriever(retrievers=[bm25, vectors], weights=[0.5, 0.5]).invoke(question)
            return [document.metadata["id"] for document in found][:k]

        return both

    def _embeddings(self) -> Any:
        from langchain_core.embeddings import Embeddings

        free = self._free = self._free or FreeVectors()

        class Free(Embeddings):
            def embed_documents(self, texts: list[str]) -> list[list[float]]:
                return free.lists(texts)

            def embed_query(self, text: str) -> list[float]:
                return free.lists([text])[0]

        return Free()


if __name__ == "__main__":
    serve(LangChain())
