"""Retrieval, and the second look of a reranker where one is set."""

import time
from dataclasses import dataclass

from index.collection import Collection
from index.hits import Filters
from index.reranking import Reranking, load_reranker
from index.retrieval import READ_AGAIN, Found, Query, Retriever
from qa.conversation.evidence import retrieve
from qa.conversation.understanding import Understood
from qa.settings import Settings


@dataclass(frozen=True, slots=True)
class Findings:
    """The question analysed, what was found for it, best first, and the seconds that each step took."""

    query: Query
    found: list[Found]
    seconds: dict[str, float]


class Finder:
    """Finds passages of a collection; `reranking` orders the first of them anew."""

    def __init__(self, collection: Collection, reranking: Reranking | None = None) -> None:
        self._retriever = Retriever(collection)
        self._reranking = reranking

    def find(
        self, question: str | Understood, filters: Filters | None = None, *, keep: int = READ_AGAIN, pool: int = 100
    ) -> Findings:
        """The `keep` best of the passages that either ranker puts among its first `pool`. Raises `ModelError`."""
        understood = Understood(question, question) if isinstance(question, str) else question
        began = time.perf_counter()
        query, found = retrieve(self._retriever, understood, filters, keep=keep, pool=pool)
        retrieved = time.perf_counter()
        seconds = {"retrieve": retrieved - began}
        if self._reranking is not None:
            found = self._reranking.apply(understood.standalone, found)
            seconds["rerank"] = time.perf_counter() - retrieved
        return Findings(query, found, seconds)


def make_reranking(settings: Settings) -> Reranking | None:
    """The reranking that the settings ask for; its model is loaded by the first question."""
    name = settings.reranker
    if name is None:
        return None
    return Reranking(lambda: load_reranker(name, device=settings.reranker_device), settings.rerank_passages)
