"""`/healthz` and `/readyz`, for whoever watches over the process."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from qa.service.context import Context, context

router = APIRouter(tags=["Health"])


@router.get("/healthz", summary="Is the process alive?")
async def alive() -> dict[str, str]:
    """Answers as long as the process does."""
    return {"status": "alive"}


@router.get("/readyz", summary="Can questions be answered?")
async def ready(here: Annotated[Context, Depends(context)]) -> dict[str, Any]:
    """200 when the index can be read, and how many articles it holds; otherwise an error."""
    _, total = await here.readers.run(here.dalil.articles, limit=1)
    return {"status": "ready", "articles": total}
