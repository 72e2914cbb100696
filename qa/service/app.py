"""The application: limits outside, routes inside, one shape for every error."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from qa.dalil import Dalil
from qa.feedback import FeedbackStore
from qa.feedback_api import router as feedback_router
from qa.service import errors
from qa.service.context import make_context
from qa.service.limits import Limits
from qa.service.routes import articles, ask, health, page
from qa.settings import Settings

DESCRIPTION = "Answers over your articles, in Arabic or English, with the exact passage behind every sentence."


def create_app(dalil: Dalil, settings: Settings) -> FastAPI:
    """The service over an open index. Who opened the index closes it."""
    here = make_context(dalil, settings)
    thumbs = FeedbackStore(settings.data)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        here.readers.close()
        here.writer.close()
        thumbs.close()

    # FastAPI's own /docs loads scripts from another host.
    app = FastAPI(
        title="Dalil",
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.context = here
    errors.install(app)
    app.add_middleware(Limits, settings=settings)
    for routes in (ask, articles, health, page):
        app.include_router(routes.router)
    app.include_router(feedback_router(thumbs))
    app.mount("/static", StaticFiles(directory=page.STATIC), name="static")
    return app
