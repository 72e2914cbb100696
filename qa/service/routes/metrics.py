"""`/metrics`, for Prometheus."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from qa.service.access import MANAGING
from qa.service.context import Context, context
from qa.service.errors import describe
from qa.service.metrics import CONTENT_TYPE, Metrics


def router(metrics: Metrics, *, everybody: bool) -> APIRouter:
    """The route over `metrics`, for `everybody` or for keys that may manage."""
    routes = APIRouter(tags=["Health"], dependencies=[] if everybody else [MANAGING])

    @routes.get("/metrics", summary="Figures for Prometheus", response_class=Response)
    async def figures(request: Request) -> Response:
        """What this process has done since it began, in Prometheus' text format."""
        here: Context = context(request)
        try:
            size = await here.readers.run(here.dalil.size)
        except Exception as error:
            describe(error)
            size = {}  # The other figures are wanted most when the index is in trouble.
        return Response(metrics.page(size), headers={"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"})

    return routes
