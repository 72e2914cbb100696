"""`/v1`: Dalil for clients of the OpenAI API."""

import time
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from starlette.responses import Response

from index.article import Language
from qa.answer import Event
from qa.service.access import ASKING
from qa.service.context import Context, context
from qa.service.events import HEADERS, EventStream
from qa.service.inputs import clean_question
from qa.service.openai.chat import Completion
from qa.service.openai.content import Writing, linker
from qa.service.openai.inputs import MODEL, ChatBody, Message, ResponsesBody, UnknownModelError, conversation
from qa.service.openai.reply import Reply, tokens
from qa.service.openai.responses import ModelResponse
from qa.service.openai.tasks import bare_question, chore

router = APIRouter(prefix="/v1", tags=["OpenAI"], dependencies=[ASKING])
Here = Annotated[Context, Depends(context)]
_STARTED = int(time.time())


@router.get("/models", summary="List models")
async def models() -> dict[str, Any]:
    """The one model there is."""
    return {"object": "list", "data": [_model()]}


@router.get("/models/{name:path}", summary="Read a model")
async def model(name: str) -> dict[str, Any]:
    """The model of that name."""
    if name != MODEL:
        raise UnknownModelError(f"there is no model {name!r} here; the one served is {MODEL!r}")
    return _model()


def _model() -> dict[str, Any]:
    return {"id": MODEL, "object": "model", "created": _STARTED, "owned_by": MODEL, "name": "Dalil · دليل"}


@router.post("/chat/completions", summary="Answer a conversation", response_class=JSONResponse)
async def chat_completions(body: ChatBody, request: Request, here: Here) -> Response:
    """The answer to the last message, whole or with `stream` in chunks, each claim as it is verified.

    `annotations` tell where in the text each source is cited. What Dalil has no use for is accepted and left.
    """
    usage = body.stream_options is not None and body.stream_options.include_usage

    return await _answered(body, body.messages, request, here, partial(Completion, include_usage=usage))


@router.post("/responses", summary="Answer a conversation, in the form of the newer API", response_class=JSONResponse)
async def responses(body: ResponsesBody, request: Request, here: Here) -> Response:
    """The same as a response with its events. Nothing is kept between responses."""
    return await _answered(body, body.messages(), request, here, ModelResponse)


async def _answered(
    body: ChatBody | ResponsesBody, messages: list[Message], request: Request, here: Context, make: Callable[..., Reply]
) -> Response:
    body.check_model()
    settings = here.settings
    asked = conversation(messages)
    fixed: Language | None = None if settings.language == "auto" else settings.language
    language = body.language or fixed or asked.language
    listed = settings.sources_in_text if body.sources_in_text is None else body.sources_in_text
    writing = Writing(language, linker(settings.public_url or str(request.base_url)), listed)
    reply = make(writing, await here.readers.run(tokens, messages, settings.encoding), settings.encoding)
    if (text := chore(asked.question)) is not None:
        writing.text = text
        if body.stream:
            return Response(reply.begin() + reply.delta(text) + reply.end(), headers=HEADERS)
        return JSONResponse(reply.document())
    request.state.question = question = clean_question(bare_question(asked.question), settings.max_question)
    events = here.readers.iterate(
        lambda left: here.dalil.stream(question, language=language, k=body.k, history=asked.history, cancelled=left)
    )
    # Waiting for the first event lets a question that cannot be used still get the right status.
    first: Event = await anext(events)
    if body.stream:
        return EventStream(first, events, settings.longest_answer_s, reply.encode, reply.failure)
    writing.feed(first)
    async for event in events:
        writing.feed(event)
    return JSONResponse(reply.document())
