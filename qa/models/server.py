"""Any OpenAI-compatible server: OpenAI, Ollama, vLLM, llama.cpp, LM Studio, OpenRouter."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any, Self

from index.errors import MissingExtra, ModelError, SettingsError
from qa.models.base import Message, Usage, never
from qa.models.errors import ModelCancelled, ModelFailed, ModelRefused, ModelTimeout, ModelUnavailable
from qa.models.probing import Probes, keeps_to_schema
from qa.models.slots import POLL_S, Slots
from qa.models.tokens import token_counter
from qa.settings import Settings

try:
    import openai

    from qa.models.talking import Talk
except ImportError as error:
    raise MissingExtra("a language model behind an address needs the openai package: pip install 'dalil[api]'") from error

_CONNECT_S = 5.0
_REST_S = 10.0
"""After a server could not be reached, or did not answer in time, for how long nobody waits for it again."""
_CONTEXT = 4096
"""Tokens that any server takes in, as long as `llm_context` does not say more."""
_OPTIONAL = ("max_tokens", "temperature", "stream_options")
"""What some servers and models will not have; left out as soon as one complains."""


class ServerModel:
    """A model behind an OpenAI-compatible address."""

    def __init__(
        self,
        url: str,
        model: str | None,
        *,
        key: str | None = None,
        timeout_s: float = 25,
        retries: int = 2,
        concurrency: int = 4,
        context: int | None = None,
        max_tokens: int = 800,
        tokenizer: str | None = None,
        price: tuple[float, float] | None = None,
        probes: Path | None = None,
        form: str = "auto",
    ) -> None:
        """`model` may be left out where the server has one only; `probes` is the file that keeps what was found out."""
        if not url.startswith(("http://", "https://")):
            raise SettingsError(f"setting 'llm_url': an address such as http://localhost:11434/v1, not {url!r}")
        self._url, self._model = url.rstrip("/"), model
        self.name = f"{model or 'the model'} at {_shown(self._url)}"
        self.context = context or _CONTEXT
        self._key, self._timeout_s, self._retries, self._max_tokens = key, timeout_s, retries, max_tokens
        self._tokenizer, self._form = tokenizer, form
        self._slots = Slots(concurrency, timeout_s)
        self._usage = Usage(price)
        self._probes, self._probed = Probes(probes), f"{model or ''} {self._url}"
        self._lock = Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client: Any = None
        self._counter: Callable[[str], int] | None = None
        self._left_out: set[str] = set()
        self._resting: tuple[float, ModelError] | None = None

    @classmethod
    def of(cls, settings: Settings, price: tuple[float, float] | None) -> Self:
        """The server that the settings name."""
        assert settings.llm_url is not None
        return cls(
            settings.llm_url,
            settings.llm_model,
            key=settings.llm_key.get_secret_value() if settings.llm_key else None,
            timeout_s=settings.llm_timeout_s,
            retries=settings.llm_retries,
            concurrency=settings.llm_concurrency,
            context=settings.llm_context,
            max_tokens=settings.llm_max_tokens,
            tokenizer=settings.llm_tokenizer,
            price=price,
            probes=settings.data / "models.json",
            form=settings.llm_form,
        )

    def stream(
        self,
        messages: Sequence[Message],
        *,
        schema: dict[str, Any] | None = None,
        max_tokens: int | None = None,
        cancelled: Callable[[], bool] = never,
        spent: Usage | None = None,
    ) -> Iterator[str]:
        """See `ChatModel.stream`."""
        request: dict[str, Any] = {"messages": [{"role": one.role, "content": one.content} for one in messages]}
        if schema is not None:
            named = {"name": "answer", "schema": schema, "strict": True}
            request["response_format"] = {"type": "json_schema", "json_schema": named}
        self._check_rest()
        with self._slots.taken(cancelled):
            arrived: SimpleQueue[str | BaseException | None] = SimpleQueue()
            talk = Talk(self, request | {"max_tokens": max_tokens or self._max_tokens}, arrived.put)
            running = asyncio.run_coroutine_threadsafe(talk.run(), self._running_loop())
            try:
                while (piece := _next(arrived, cancelled)) is not None:
                    if isinstance(piece, BaseException):
                        raise piece
                    yield piece
            except ModelFailed:
                raise
            except (ModelUnavailable, ModelTimeout) as error:
                self._resting = (time.monotonic() + _REST_S, error)
                raise
            finally:
                running.cancel()
                talk.account([usage for usage in (self._usage, spent) if usage is not None])

    def structured(self) -> bool:
        """See `ChatModel.structured`: by setting, else by a question whose answer only a schema could have shaped."""
        if self._form != "auto":
            return self._form == "json"
        return self._probes.get(self._probed, lambda: keeps_to_schema(self))

    def count(self, text: str) -> int:
        """Tokens, by the tokenizer that is set, OpenAI's own, or a careful estimate."""
        with self._lock:
            self._counter = self._counter or token_counter(self._model or "", self._tokenizer)
        return self._counter(text)

    def usage(self) -> Usage:
        """Everything that was spent."""
        return self._usage

    def close(self) -> None:
        """Close the connections and stop the thread that serves them."""
        with self._lock:
            loop, self._loop, client, self._client = self._loop, None, self._client, None
        if loop is not None:
            asyncio.run_coroutine_threadsafe(_close(client), loop).result(timeout=5)
            loop.call_soon_threadsafe(loop.stop)

    def _check_rest(self) -> None:
        if self._resting is None:
            return
        until, error = self._resting
        if time.monotonic() < until:
            raise type(error)(f"{error}; it is left alone for {_REST_S:g} s")
        self._resting = None

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        """The loop that all requests share: only there can a request that waits be stopped at once."""
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                Thread(target=self._loop.run_forever, name="dalil-model", daemon=True).start()
            return self._loop

    async def create(self, request: dict[str, Any]) -> Any:
        """Start a request; runs in the loop. What the server will not have is left out from then on."""
        client = self._open_client()
        if self._model is None:
            self._model = await _only_model(client, self._url)
        options = {"temperature": 0, "stream_options": {"include_usage": True}} | request
        for name in self._left_out:
            value = options.pop(name, None)
            if name == "max_tokens" and value is not None:
                options["max_completion_tokens"] = value
        try:
            return await client.chat.completions.create(model=self._model, stream=True, **options)
        except openai.BadRequestError as error:
            said = f"{error.param} {error}"
            named = next((name for name in _OPTIONAL if name in said and name not in self._left_out), None)
            if named is None:
                raise
            self._left_out.add(named)
        return await self.create(request)

    def _open_client(self) -> Any:
        if self._client is None:
            self._client = openai.AsyncOpenAI(
                base_url=self._url,
                api_key=self._key or "none",  # never the one of OpenAI that may lie in the environment
                organization="",
                project="",
                timeout=openai.Timeout(self._timeout_s, connect=min(_CONNECT_S, self._timeout_s)),
                max_retries=self._retries,  # respects Retry-After
                http_client=openai.DefaultAsyncHttpxClient(follow_redirects=False),
            )
        return self._client

    @property
    def timeout_s(self) -> float:
        """Seconds that one request may take, retries and all."""
        return self._timeout_s


async def _close(client: Any) -> None:
    """Stop what still runs in the loop, and close the connections."""
    running = asyncio.all_tasks() - {asyncio.current_task()}
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    if client is not None:
        await client.close()
    await asyncio.get_running_loop().shutdown_asyncgens()


def _next(arrived: "SimpleQueue[str | BaseException | None]", cancelled: Callable[[], bool]) -> str | BaseException | None:
    """What comes next; looks now and then whether the asker is still there."""
    while True:
        if cancelled():
            raise ModelCancelled("the asker went away")
        try:
            return arrived.get(timeout=POLL_S)
        except Empty:
            continue


async def _only_model(client: openai.AsyncOpenAI, url: str) -> str:
    models = [model.id async for model in client.models.list()]
    if len(models) != 1:
        some = ", ".join(sorted(models)[:10])
        raise ModelRefused(f"set llm_model: the server at {_shown(url)} has {len(models)} models", some, final=True)
    return models[0]


def _shown(url: str) -> str:
    """An address without a user name and password in it."""
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path.partition('?')[0]}"
