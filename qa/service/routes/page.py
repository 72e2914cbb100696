"""The web page, the page about the API, and what both need. Nothing comes from another host."""

from pathlib import Path
from typing import Any

from fastapi import APIRouter
from starlette.responses import FileResponse

from prompts import messages

STATIC = Path(__file__).parent.parent / "static"
ALWAYS_ASK = {"Cache-Control": "no-cache"}
"""Lets browsers keep a copy, but ask whether it is still the right one: a new version shows at once."""

router = APIRouter(include_in_schema=False)


@router.head("/")
@router.get("/")
async def page() -> FileResponse:
    """The page to ask on."""
    return FileResponse(STATIC / "index.html", headers=ALWAYS_ASK)


@router.head("/docs")
@router.get("/docs")
async def docs() -> FileResponse:
    """The API, rendered from /openapi.json."""
    return FileResponse(STATIC / "docs.html", headers=ALWAYS_ASK)


@router.get("/strings.json")
async def strings() -> dict[str, Any]:
    """The words of the page in both languages."""
    return {language: _page_words(language) for language in ("ar", "en")}


def _page_words(language: Any) -> dict[str, str]:
    return {key.removeprefix("page."): text for key, text in messages(language).items() if key.startswith("page.")}
