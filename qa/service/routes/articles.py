"""`/articles`: list, read, add and remove."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from index.errors import NotFound
from qa.service.context import Context, context
from qa.service.documents import article_document, article_entry, report_document
from qa.service.inputs import ArticlesBody, Limit, Offset

router = APIRouter(prefix="/articles", tags=["Articles"])
Here = Annotated[Context, Depends(context)]


@router.get("", summary="List articles")
async def list_articles(here: Here, offset: Offset = 0, limit: Limit = 50) -> dict[str, Any]:
    """A page of the articles in order of id, without their texts."""
    found, total = await here.readers.run(here.dalil.articles, offset=offset, limit=limit)
    return {"articles": [article_entry(article) for article in found], "total": total, "offset": offset, "limit": limit}


@router.post("", summary="Add or refresh articles")
async def add_articles(body: ArticlesBody, here: Here) -> dict[str, Any]:
    """One article, a list of them, or `{"articles": [...]}`. When this answers, they are stored for good and can be found.

    If one cannot be used, none is stored. After a timeout they may be stored later: sending them again does no harm.
    """
    articles = await here.readers.run(body.articles)
    report = await here.writer.run(here.dalil.add, articles)
    return report_document(report) | {"ids": [article.id for article in articles]}


@router.get("/{article_id:path}", summary="Read an article")
async def read_article(article_id: str, here: Here) -> dict[str, Any]:
    """One article with its text as stored; `start` and `end` of citations count code points in it."""
    return article_document(await here.readers.run(here.dalil.article, article_id))


@router.delete("/{article_id:path}", summary="Remove an article")
async def remove_article(article_id: str, here: Here) -> dict[str, Any]:
    """Take an article out. When this answers, it is gone from every result."""
    removed = await here.writer.run(here.dalil.remove, [article_id])
    if not removed:
        raise NotFound(f"no article has the id {article_id!r}")
    return {"removed": removed}
