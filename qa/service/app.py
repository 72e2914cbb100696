"""The application: limits outside, routes inside, one shape for every error."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from qa.dalil import Dalil
from qa.feedback import FeedbackStore
from qa.feedback_api import router as feedback_router
from qa.service import errors
from qa.service.access import ASKING
from qa.service.assets import Assets
from qa.service.context import make_context
from qa.service.limits import Limits
from qa.service.metrics import Metrics
from qa.service.origins import OtherSites
from qa.service.routes import answers, articles, ask, chats, conversations, health, mcp, metrics, page, v1
from qa.service.watching import Watching
from qa.settings import Settings
from qa.sharing import SharedAnswers

DESCRIPTION = "Answers over your articles, in Arabic or English, with the exact passage behind every sentence."


def create_app(dalil: Dalil, settings: Settings, shared: Path | None = None) -> FastAPI:
    """The service over an open index. Who opened the index closes it.

    `shared` is the folder that the processes of one service share, where this is one of several.
    """
    here = make_context(dalil, settings, shared)
    thumbs = FeedbackStore(settings.place)
    links = SharedAnswers(settings.place)
    protocol = mcp.McpEndpoint(here)
    tools = chats.ChatTools(here, thumbs)
    readiness = health.Readiness(here)
    counted = Metrics(here.readers, here.writer)
    counted.follow("dalil_stopping", "Whether a process is about to end.", lambda: here.stopping.began)
    if isinstance(dalil, Dalil):
        counted.follow(
            "dalil_index_generation", "The state of the index that a process answers from.", lambda: dalil.generation
        )
    dalil.on_answer = counted.answered

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        looking = asyncio.create_task(counted.keep_looking()) if counted.shared else None
        yield
        await tools.close()
        await protocol.close()
        if looking is not None:
            looking.cancel()
        await asyncio.to_thread(here.close)
        readiness.close()
        thumbs.close()
        links.close()

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
    app.state.turned_away = partial(counted.refused, "connections")
    errors.install(app)
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)
    app.add_middleware(Limits, here=here)
    if settings.widget_origins or settings.cors_origins:
        app.add_middleware(OtherSites, widget=settings.widget_origins, whole=settings.cors_origins)
    app.add_middleware(Watching, metrics=counted, questions=settings.log_questions)
    if settings.trusted_proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=list(settings.trusted_proxies))
    assets = Assets()
    for routes in (ask, conversations, articles, v1):
        app.include_router(routes.router)
    app.include_router(health.router(readiness))
    app.include_router(feedback_router(thumbs), dependencies=[ASKING])
    figures = metrics.router(counted, readiness, everybody=settings.metrics_open)
    for made in (protocol.router(), tools.router(), answers.router(links), page.router(assets), figures):
        app.include_router(made)
    app.mount("/static", assets, name="static")
    return app
