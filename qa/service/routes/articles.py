"""`/articles`: list, read, add and remove; `/sources`: whose they are."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse
from starlette.responses import Response

from index.article import Article
from index.errors import NotFound
from index.indexing import IndexReport
from index.readers import Skipped, read_bytes
from qa.service.access import ASKING, MANAGING
from qa.service.context import Context, context
from qa.service.documents import article_document, article_entry, report_document
from qa.service.events import EventStream, frame, wants_events
from qa.service.inputs import ORIGIN, ArticlesBody, ListQuery, clean_name

router = APIRouter(tags=["Articles"])
Here = Annotated[Context, Depends(context)]
_BATCH = 128
"""Articles of a file that are stored together; after each batch there is something new to tell."""
_UPLOAD_S = 3600.0
_BINARY = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
_BYTES = {"requestBody": {"required": True, "content": _BINARY}}


@router.get("/articles", summary="List articles", dependencies=[ASKING])
async def list_articles(query: Annotated[ListQuery, Query()], here: Here) -> dict[str, Any]:
    """A page of the articles without their texts: in order of id, or the newest first."""
    newest = query.order == "newest"
    found, total = await here.readers.run(
        here.dalil.articles, offset=query.offset, limit=query.limit, filters=query.filters(), newest=newest
    )
    entries = [article_entry(article) for article in found]
    return {"articles": entries, "total": total, "offset": query.offset, "limit": query.limit}


@router.get("/sources", summary="List outlets", dependencies=[ASKING])
async def list_sources(here: Here) -> dict[str, Any]:
    """Every outlet with the number of its articles, the largest first."""
    return {"sources": [{"source": source, "articles": count} for source, count in await here.readers.run(here.dalil.sources)]}


@router.post("/articles", summary="Add or refresh articles", dependencies=[MANAGING])
async def add_articles(body: ArticlesBody, here: Here) -> dict[str, Any]:
    """One article, a list of them, or `{"articles": [...]}`. When this answers, they are stored for good and can be found.

    If one cannot be used, none is stored. After a timeout they may be stored later: sending them again does no harm.
    """
    articles = await here.readers.run(body.articles)
    report = await here.writer.run(here.dalil.add, articles)
    return report_document(report) | {"ids": [article.id for article in articles]}


@router.post(
    "/articles/files",
    summary="Add a file of articles",
    response_class=JSONResponse,
    openapi_extra=_BYTES,
    dependencies=[MANAGING],
)
async def add_file(
    name: Annotated[str, Query(description="the file's name; its ending tells the kind", max_length=1000)],
    request: Request,
    here: Here,
) -> Response:
    """The bytes of one txt, md, html, pdf, docx, json, jsonl, rss or atom file. The report names what could not be read.

    `Accept: text/event-stream` gives events: `progress` with the articles `done` so far, then `report`.
    """
    file, data = clean_name(name), await request.body()
    here.writer.check()
    steps = _add_file(here, file, data)
    if not wants_events(request.headers.get("accept", "")):
        report = {}
        async for step in steps:
            report = step
        return JSONResponse(report)
    return EventStream(await anext(steps), steps, _UPLOAD_S, _step)


async def _add_file(here: Context, name: str, data: bytes) -> AsyncGenerator[dict[str, Any]]:
    """The report so far after each batch, and then as a whole, which alone has the ids.

    Other changes of the index take their turns between two batches. Raises `StoppingError`, which tells how much is stored.
    """
    report, ids = IndexReport(), list[str]()
    largest = int(here.settings.max_file_mb * 1_000_000)
    items = (_sent(item) for item in read_bytes(name, data, max_bytes=largest))

    def step() -> list[Article | Skipped]:
        if batch := list(islice(items, _BATCH)):
            report.merge(here.dalil.add(batch))
        return batch

    while batch := await here.writer.next(step):
        ids += [item.id for item in batch if isinstance(item, Article)]
        here.stopping.check(f"the first {len(ids)} articles of this file are stored; send it again for the rest")
        yield {"done": len(ids) + len(report.skipped)}
    yield report_document(report) | {"ids": ids}


def _sent(item: Article | Skipped) -> Article | Skipped:
    """An article with where it really comes from: a file of this name may well stand where the service runs."""
    return replace(item, origin=f"{ORIGIN}/files: {item.origin}") if isinstance(item, Article) else item


def _step(step: dict[str, Any]) -> bytes:
    return frame("report" if "ids" in step else "progress", step)


@router.get("/articles/{article_id:path}", summary="Read an article", dependencies=[ASKING])
async def read_article(article_id: str, here: Here) -> dict[str, Any]:
    """One article with its text as stored; `start` and `end` of citations count code points in it."""
    return article_document(await here.readers.run(here.dalil.article, article_id))


@router.delete("/articles/{article_id:path}", summary="Remove an article", dependencies=[MANAGING])
async def remove_article(article_id: str, here: Here) -> dict[str, Any]:
    """Take an article out. When this answers, it is gone from every result."""
    removed = await here.writer.run(here.dalil.remove, [article_id])
    if not removed:
        raise NotFound(f"no article has the id {article_id!r}")
    return {"removed": removed}
