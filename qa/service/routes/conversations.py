"""`/conversations`: begin, list, read, rename and delete those kept here. Each key has its own and sees no others."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from qa.conversation.store import LONGEST_TITLE, Conversation, ConversationStore
from qa.service.access import Asker
from qa.service.context import Context, context
from qa.service.inputs import Text

router = APIRouter(prefix="/conversations", tags=["Conversations"])
MOST_TURNS = 1000


class OwnConversations:
    """The conversations of whoever sent the request."""

    def __init__(self, here: Annotated[Context, Depends(context)], asker: Asker) -> None:
        self.run, self._here, self._owner = here.readers.run, here, asker.owner

    @property
    def store(self) -> ConversationStore:
        """Where they are kept; for the threads that may wait for a disk. Raises `ConversationError`."""
        return self._here.dalil.conversations.of(self._owner)


Own = Annotated[OwnConversations, Depends(OwnConversations)]
Last = Annotated[int, Query(ge=1, le=MOST_TURNS, description="how many of its last turns")]
Offset = Annotated[int, Query(ge=0, le=2**31, description="how many conversations to leave out at the beginning")]
Limit = Annotated[int, Query(ge=1, le=1000, description="how many conversations to give at most")]


class NewBody(BaseModel):
    """A conversation to begin; without an `id` it gets one that cannot be guessed, without a title its first question."""

    model_config = ConfigDict(extra="forbid", strict=True)

    title: Text = Field("", max_length=LONGEST_TITLE)
    id: Text | None = Field(None, max_length=200)


class TitleBody(BaseModel):
    """Another title."""

    model_config = ConfigDict(extra="forbid", strict=True)

    title: Text = Field(min_length=1, max_length=LONGEST_TITLE, examples=["التحالف في العراق"])


@router.post("", status_code=201, summary="Begin a conversation")
async def begin(own: Own, body: NewBody | None = None) -> dict[str, Any]:
    """A new conversation; send its `id` as `conversation_id` with `POST /ask`. When this answers, it is stored."""
    title, chosen = (body.title, body.id) if body else ("", None)
    return (await own.run(lambda: own.store.create(title, chosen))).to_dict()


@router.get("", summary="List conversations")
async def list_conversations(own: Own, offset: Offset = 0, limit: Limit = 50) -> dict[str, Any]:
    """A page of the conversations, the latest first, without their turns."""
    found, total = await own.run(lambda: own.store.recent(offset=offset, limit=limit))
    return {"conversations": [one.to_dict() for one in found], "total": total, "offset": offset, "limit": limit}


@router.get("/{conversation_id}", summary="Read a conversation")
async def read(conversation_id: str, own: Own, last: Last = MOST_TURNS) -> dict[str, Any]:
    """One conversation with the last of its turns, in order: `question`, `standalone` (as it was understood), `answer`."""

    def found() -> tuple[Conversation, list[dict[str, Any]]]:
        store = own.store
        return store.get(conversation_id), store.turns(conversation_id, last=last) or []

    conversation, turns = await own.run(found)
    return conversation.to_dict() | {"history": turns}


@router.patch("/{conversation_id}", summary="Rename a conversation")
async def rename(conversation_id: str, body: TitleBody, own: Own) -> dict[str, Any]:
    """Give a conversation another title."""
    return (await own.run(lambda: own.store.rename(conversation_id, body.title))).to_dict()


@router.delete("/{conversation_id}", summary="Delete a conversation")
async def remove(conversation_id: str, own: Own) -> dict[str, Any]:
    """Delete a conversation with all its turns. When this answers, it is gone."""
    await own.run(lambda: own.store.delete(conversation_id))
    return {"deleted": conversation_id}
