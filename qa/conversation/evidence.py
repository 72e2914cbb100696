"""Passages for a follow-up: what the subject has shown so far is mild evidence beside the question itself."""

from dataclasses import replace

from index.hits import Filters
from index.retrieval import READ_AGAIN, Found, Query, Retriever
from qa.conversation.understanding import Understood

TOPIC_WEIGHT = 0.3
"""What a passage's score for the question that began the subject adds to its score for this one."""
CITED_BONUS = 0.1
"""What a passage of the article that was cited last gains, on the scale of retrieval's scores (a good passage has about 1)."""


def retrieve(
    retriever: Retriever, understood: Understood, filters: Filters | None = None, *, keep: int = READ_AGAIN, pool: int = 100
) -> tuple[Query, list[Found]]:
    """As `Retriever.retrieve` of the full question; for a follow-up, ranked with the subject's question and article."""
    query, found = retriever.retrieve(understood.standalone, filters, keep=keep, pool=pool)
    if not understood.is_followup or not understood.topic:
        return query, found
    _, about = retriever.retrieve(understood.topic, filters, keep=keep, pool=pool)
    items = {item.row_id: item for item in (*about, *found)}
    own = {item.row_id: item.hit.score for item in found}
    subject = {item.row_id: item.hit.score for item in about}
    # What either search left out scores there at most as its last.
    least = min(own.values(), default=0.0), min(subject.values(), default=0.0)
    scores = {
        row_id: own.get(row_id, least[0])
        + TOPIC_WEIGHT * subject.get(row_id, least[1])
        + CITED_BONUS * (item.hit.article_id in understood.articles)
        for row_id, item in items.items()
    }
    best = sorted(items, key=lambda row_id: (-scores[row_id], row_id))[:keep]
    return query, [replace(items[row_id], hit=replace(items[row_id].hit, score=round(scores[row_id], 6))) for row_id in best]
