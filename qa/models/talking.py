"""One request to an OpenAI-compatible server: its pieces as they come, and the errors of ours for those of the client."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import openai

from index.errors import ModelError
from qa.models.base import Usage
from qa.models.errors import ModelFailed, ModelNonsense, ModelOverloaded, ModelRefused, ModelTimeout, ModelUnavailable


class AskedModel(Protocol):
    """The model whose server is asked."""

    name: str

    @property
    def timeout_s(self) -> float:
        """Seconds that one request may take, retries and all."""
        ...

    async def create(self, request: dict[str, Any]) -> Any:
        """Start a request."""
        ...

    def count(self, text: str) -> int:
        """Tokens of a text."""
        ...


class Talk:
    """One request: its pieces go to `put`, then `None`, or the error that ended it."""

    def __init__(self, model: AskedModel, request: dict[str, Any], put: Callable[[str | BaseException | None], None]) -> None:
        self._model, self._request, self._put = model, request, put
        self._written: list[str] = []
        self._counted: tuple[int, int] | None = None
        self._began = False

    async def run(self) -> None:
        """Read the answer to its end."""
        try:
            async with asyncio.timeout(self._model.timeout_s):
                await self._read()
        except asyncio.CancelledError:
            raise
        except Exception as error:
            self._put(translated(error, self._model))
        else:
            self._put(None)

    async def _read(self) -> None:
        ended = False
        async with await self._model.create(self._request) as stream:
            self._began = True
            async for chunk in stream:
                if chunk.usage is not None:
                    self._counted = (chunk.usage.prompt_tokens or 0, chunk.usage.completion_tokens or 0)
                for choice in chunk.choices or ():
                    if choice.delta is not None and choice.delta.content:
                        self._written.append(choice.delta.content)
                        self._put(choice.delta.content)
                    if choice.finish_reason == "content_filter":
                        raise ModelRefused(f"the server of {self._model.name} will not answer: content filter")
                    ended = ended or bool(choice.finish_reason)
        if not ended:
            raise ModelNonsense(f"the answer of {self._model.name} broke off")

    def account(self, usages: Sequence[Usage]) -> None:
        """Add what was spent to `usages`, once the request was taken at all."""
        if not self._began:
            return
        count = self._model.count
        counted = self._counted or (
            sum(count(one["content"]) for one in self._request["messages"]),
            count("".join(self._written)),
        )
        for usage in usages:
            usage.add(*counted, estimated=self._counted is None)


def translated(error: Exception, model: AskedModel) -> BaseException:
    """The error of ours for one of the client's; never with words of the question, the articles or the server."""
    detail = str(error)
    match error:
        case ModelError():
            return error
        case openai.APITimeoutError() | TimeoutError():
            return ModelTimeout(f"{model.name} did not answer within {model.timeout_s:g} s", detail)
        case openai.APIConnectionError():
            return ModelUnavailable(f"{model.name} cannot be reached", detail)
        case openai.APIStatusError(status_code=429 | 503 | 529):
            return ModelOverloaded(f"{model.name} has too much to do (HTTP {error.status_code})", detail)
        case openai.AuthenticationError() | openai.PermissionDeniedError():
            return ModelRefused(f"{model.name} refuses the key (HTTP {error.status_code}): see llm_key", final=True)
        case openai.NotFoundError():
            said = f"{model.name} is not there (HTTP 404): see llm_model, and llm_url, which often ends in /v1"
            return ModelRefused(said, detail, final=True)
        case openai.APIStatusError() if error.status_code >= 500:
            return ModelFailed(f"the server of {model.name} failed (HTTP {error.status_code})", detail)
        case openai.APIStatusError():
            return ModelRefused(
                f"{model.name} refuses the request (HTTP {error.status_code} {error.code or ''})".rstrip(), detail
            )
    return ModelNonsense(f"what {model.name} sends is not the protocol ({type(error).__name__})", detail)
