"""`/metrics`, for Prometheus."""

from fastapi import APIRouter
from starlette.responses import Response

from qa.service.access import MANAGING
from qa.service.metrics import CONTENT_TYPE, Metrics
from qa.service.routes.health import Readiness


def router(metrics: Metrics, readiness: Readiness, *, everybody: bool) -> APIRouter:
    """The route over `metrics`, for `everybody` or for keys that may manage."""
    routes = APIRouter(tags=["Health"], dependencies=[] if everybody else [MANAGING])

    @routes.get("/metrics", summary="Figures for Prometheus", response_class=Response)
    async def figures() -> Response:
        """What all processes of this service have done since it began, in Prometheus' text format."""
        page = metrics.page(await readiness.size())
        return Response(page, headers={"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"})

    return routes
