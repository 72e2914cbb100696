"""`POST /feedback`: a thumb for an answer."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from qa.feedback import FeedbackStore

_LONGEST = 20_000


class CitationBody(BaseModel):
    """A citation as the answer gave it; fields beyond these are kept too."""

    model_config = ConfigDict(extra="allow")

    article_id: str = Field(max_length=1000)
    quote: str = Field(max_length=_LONGEST)


class FeedbackBody(BaseModel):
    """What somebody thought of an answer. Send the answer's `citations` along: a thumb up turns them into gold."""

    model_config = ConfigDict(extra="forbid")

    question: Annotated[str, Field(min_length=1, max_length=2000, examples=["متى انتهت العمليات القتالية الرئيسية؟"])]
    thumb: Literal["up", "down"]
    comment: str | None = Field(None, max_length=5000)
    answer_id: str | None = Field(None, max_length=200)
    answer: str | None = Field(None, max_length=_LONGEST)
    language: Literal["ar", "en"] | None = None
    citations: list[CitationBody] = Field([], max_length=100)


def router(store: FeedbackStore) -> APIRouter:
    """The route, writing to `store`, which whoever opened it closes."""
    routes = APIRouter(tags=["Feedback"])

    # No coroutine: FastAPI runs it in a thread, so that waiting for the disk holds up no other request.
    @routes.post("/feedback", status_code=201, summary="Rate an answer")
    def add_feedback(body: FeedbackBody) -> dict[str, Any]:
        """Store a thumb. When this answers, it is stored for good."""
        stored = store.add(
            body.question,
            body.thumb,
            comment=body.comment,
            answer_id=body.answer_id,
            answer=body.answer,
            citations=[citation.model_dump() for citation in body.citations],
            language=body.language,
        )
        return {"id": stored.id, "created": stored.created}

    return routes
