"""Every failure as `{"error": {"code", "message"}}` with the right status."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from index.errors import DalilError
from qa.failures import describe as describe

_CODES = {
    400: "bad_input",
    404: "not_found",
    405: "method_not_allowed",
    408: "too_slow",
    413: "too_large",
    415: "unsupported_type",
    421: "host_refused",
    422: "invalid",
    500: "internal",
    503: "unavailable",
    504: "timeout",
}
_LONGEST_RETRY_S = 60
_OPENAI_TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
_HALF = "the text has half of a character (a lone surrogate such as \\ud800)"
_NO_TEXT = {
    "json_invalid": "the body is not JSON",
    "half_character": _HALF,
    "string_unicode": _HALF,
}
"""What pydantic reports when a body is no text at all, which is another fault than a wrong value."""
_SAID = {400: "the body cannot be read as JSON in UTF-8", 404: "there is nothing at this address"}


class TimeLimitError(DalilError):
    """Raised when a request took longer than `request_timeout_s`."""

    code = "timeout"
    status = 504


class TooBusyError(DalilError):
    """Raised when too many requests are waiting already; `headers` say when to come back."""

    code = "busy"
    status = 503

    def __init__(self, message: str, seconds: float = 0.0) -> None:
        super().__init__(message)
        self.headers = {"Retry-After": str(min(_LONGEST_RETRY_S, max(1, math.ceil(seconds))))}


def error_body(code: str, message: str) -> dict[str, Any]:
    """The one shape of an error."""
    return {"error": {"code": code, "message": message}}


def openai_error(status: int, code: str, message: str, param: str | None = None) -> dict[str, Any]:
    """The same as clients of the OpenAI API read it, with the type that their exceptions go by."""
    kind = _OPENAI_TYPES.get(status, "invalid_request_error" if status < 500 else "server_error")
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def error_response(
    status: int,
    message: str,
    code: str | None = None,
    headers: Mapping[str, str] | None = None,
    *,
    path: str = "",
    param: str | None = None,
) -> Response:
    """An error with its status; the code follows from the status unless one is given.

    Under `/v1` it has OpenAI's shape, where `param` names the field of the request that is wrong.
    """
    code = code or _CODES.get(status, "error")
    body = openai_error(status, code, message, param) if path.startswith("/v1/") else error_body(code, message)
    # A message may repeat input, and input may hold what UTF-8 cannot.
    content = json.dumps(body, ensure_ascii=False).encode(errors="replace")
    return Response(content, status, headers, media_type="application/json")


def _place(steps: Sequence[str | int]) -> str:
    """Where in a request something stands, as its sender would say it; a number first is the place of an article.

    >>> _place(("body", 0, "text")), _place(("query", "k")), _place(("body",))
    ('article 1: text', 'k', 'the body')
    """
    inside = steps[1:]
    if inside and isinstance(inside[0], int):
        return ": ".join([f"article {inside[0] + 1}", *map(str, inside[1:])])
    return ".".join(map(str, inside)) or "the body"


TURNED_AWAY = (429, 503)
"""The statuses that ask to come back later; each has `Retry-After`."""


def retry_headers(error: BaseException, status: int) -> Mapping[str, str] | None:
    """The headers that an error is answered with."""
    headers: Mapping[str, str] | None = getattr(error, "headers", None)
    return {"Retry-After": "1"} if headers is None and status == 503 else headers


def install(app: FastAPI) -> None:
    """Make `app` answer every failure in that shape."""

    async def dalil_error(request: Request, error: Exception) -> Response:
        status, code, message = describe(error)
        headers = retry_headers(error, status)
        request.state.refused = code if status in TURNED_AWAY else None
        param = getattr(error, "param", None)
        return error_response(status, message, code, headers, path=request.url.path, param=param)

    async def http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        said = _SAID.get(error.status_code, str(error.detail))
        return error_response(error.status_code, said, headers=error.headers, path=request.url.path)

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        first, path = error.errors()[0], request.url.path
        if first["type"] in _NO_TEXT:
            return error_response(400, _NO_TEXT[first["type"]], path=path)
        place = _place(first["loc"])
        # Clients of the OpenAI API know 400 for what is wrong in a request.
        status = 400 if path.startswith("/v1/") else 422
        return error_response(status, f"{place}: {first['msg'].removeprefix('Value error, ')}", path=path, param=place)

    app.add_exception_handler(DalilError, dalil_error)
    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(RequestValidationError, invalid)
