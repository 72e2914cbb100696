"""`/answers`: share an answer, read a shared one, take it back."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from index.errors import NotFound
from qa.conversation.store import ConversationStore
from qa.service.access import ASKING, Asker
from qa.service.context import Context, context
from qa.service.inputs import Text
from qa.sharing import Shared, SharedAnswers


class ShareBody(BaseModel):
    """An answer that was given: nothing can be shared that Dalil did not say."""

    model_config = ConfigDict(extra="forbid", strict=True)

    conversation_id: Text = Field(max_length=200, description="the conversation that keeps it")
    question: Text = Field(max_length=100_000, description="the question as it was asked there")
    answer: Text = Field(max_length=100_000, description="the answer's text")


def router(shared: SharedAnswers) -> APIRouter:
    """The routes over `shared`, which whoever opened it closes."""
    routes = APIRouter(prefix="/answers", tags=["Answers"])
    here = Annotated[Context, Depends(context)]

    @routes.post("", status_code=201, summary="Share an answer")
    async def share(body: ShareBody, where: here, asker: Asker) -> dict[str, str]:
        """Keep an answer of a conversation, as it was given, under an id that cannot be guessed: whoever has it may read it."""
        kept = await where.readers.run(_share, where.dalil.conversations.of(asker.owner), body, shared)
        return {"id": kept.id, "created": kept.created}

    @routes.get("/{answer_id}", summary="Read a shared answer")
    async def read(answer_id: str, where: here) -> dict[str, Any]:
        """The answer with its sources as it was given, and when it was shared. Needs no key: its id is one."""
        return asdict(await where.readers.run(shared.get, answer_id))

    @routes.delete("/{answer_id}", summary="Take a shared answer back", dependencies=[ASKING])
    async def take_back(answer_id: str, where: here) -> dict[str, str]:
        """When this answers, the link leads nowhere any more."""
        await where.readers.run(shared.remove, answer_id)
        return {"removed": answer_id}

    return routes


def _share(conversations: ConversationStore, body: ShareBody, shared: SharedAnswers) -> Shared:
    turns = conversations.turns(body.conversation_id) or []
    for turn in reversed(turns):
        if turn["question"] == body.question and turn["answer"]["answer"] == body.answer:
            return shared.add(turn["answer"])
    raise NotFound("no conversation keeps this answer to this question")
