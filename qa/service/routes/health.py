"""`/healthz` and `/readyz`, for whoever watches over the process."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from index.errors import DalilError
from qa.service.context import Context, context
from qa.service.errors import describe


class NotReadyError(DalilError):
    """Raised when questions cannot be answered now."""

    code = "unavailable"
    status = 503


router = APIRouter(tags=["Health"])


# Some watchers ask with HEAD. FastAPI, unlike HTTP, does not take that as a GET without a body.
@router.head("/healthz", include_in_schema=False)
@router.get("/healthz", summary="Is the process alive?")
async def alive() -> dict[str, str]:
    """Answers as long as the process does."""
    return {"status": "alive"}


@router.head("/readyz", include_in_schema=False)
@router.get("/readyz", summary="Can questions be answered?")
async def ready(here: Annotated[Context, Depends(context)]) -> dict[str, Any]:
    """200 when the index can be read, and how many articles it holds; otherwise an error."""
    try:
        _, total = await here.readers.run(here.dalil.articles, limit=1)
    except DalilError as error:
        raise NotReadyError(str(error)) from None
    except Exception as error:
        describe(error)
        raise NotReadyError("the index cannot be read; the log of the service says more") from None
    return {"status": "ready", "articles": total}
