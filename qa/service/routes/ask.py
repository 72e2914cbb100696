"""`POST /ask` and `GET /search`."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse
from starlette.responses import Response

from qa.answer import Event
from qa.service.access import ASKING, Asker
from qa.service.context import Context, context
from qa.service.events import EventStream, encode, wants_events
from qa.service.inputs import AskBody, SearchQuery, clean_question

router = APIRouter(tags=["Questions"], dependencies=[ASKING])


@router.post("/ask", summary="Ask a question", response_class=JSONResponse)
async def ask(body: AskBody, request: Request, here: Annotated[Context, Depends(context)], asker: Asker) -> Response:
    """The answer with its citations. `Accept: text/event-stream` gives events: `passages`, a `claim` for each, `answer`.

    A follow-up is understood through `history` or through the turns kept under `conversation_id`, where this turn is stored
    before the answer is sent. `standalone` in the answer is the full question as it was understood.
    """
    question = clean_question(body.question, here.settings.max_question)
    request.state.question = question
    asked = {"language": body.language, "k": body.k, "filters": body.filters(), **body.before()}
    if body.conversation_id is not None:
        asked["owner"] = asker.owner
    if not wants_events(request.headers.get("accept", "")):
        answer = await here.readers.watched(lambda left: here.dalil.ask(question, **asked, cancelled=left))
        return JSONResponse(answer.to_dict())
    events = here.readers.iterate(lambda left: here.dalil.stream(question, **asked, cancelled=left))
    # Waiting for the first event lets a question that cannot be used still get the right status.
    first: Event = await anext(events)
    return EventStream(first, events, here.settings.longest_answer_s, encode)


@router.get("/search", summary="Find passages")
async def search(
    query: Annotated[SearchQuery, Query()], request: Request, here: Annotated[Context, Depends(context)]
) -> dict[str, Any]:
    """Passages only, best first."""
    request.state.question = text = clean_question(query.q, here.settings.max_question)
    hits = await here.readers.run(here.dalil.search, text, k=query.k, filters=query.filters())
    return {"query": text, "hits": [asdict(hit) for hit in hits]}
