"""The web page, the page about the API, and what both need. Nothing comes from another host."""

import hashlib
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from index.article import Language
from prompts import messages
from qa.service.assets import ALWAYS_ASK, Assets

_FILES = {
    "/": ("index.html", "text/html"),
    "/docs": ("docs.html", "text/html"),
    "/widget": ("widget.html", "text/html"),
    "/widget.js": ("widget.js", "text/javascript"),
}


def router(assets: Assets) -> APIRouter:
    """The routes of the page, whose other files are `assets`."""
    routes = APIRouter(include_in_schema=False)

    def serving(name: str, kind: str) -> Callable[[Request], Response]:
        def serve(request: Request) -> Response:
            return _checked(request, assets.text(name), kind)

        return serve

    for path, (name, kind) in _FILES.items():
        routes.add_api_route(path, serving(name, kind), methods=["GET", "HEAD"])

    @routes.get("/strings.json")
    def strings(request: Request) -> Response:
        words = {language: _page_words(language) for language in ("ar", "en")}
        return _checked(request, JSONResponse(words).body, "application/json")

    return routes


def _checked(request: Request, content: str | bytes | memoryview, kind: str) -> Response:
    """The content, or 304 where the browser has it already."""
    body = content.encode() if isinstance(content, str) else bytes(content)
    headers = {"Cache-Control": ALWAYS_ASK, "ETag": f'"{hashlib.sha256(body).hexdigest()[:16]}"'}
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=kind)


def _page_words(language: Language) -> dict[str, Any]:
    return {key.removeprefix("page."): text for key, text in messages(language).items() if key.startswith("page.")}
