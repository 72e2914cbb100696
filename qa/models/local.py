"""A transformers model in this process: a name on the hub, or a folder."""

import queue
import time
from collections.abc import Callable, Iterator, Sequence
from threading import Thread
from typing import Any, Self

from index.errors import ModelError
from index.loading import load_model
from index.shared import MODELS
from qa.models.base import Message, Usage, never
from qa.models.errors import ModelCancelled, ModelRefused, ModelTimeout, ModelUnavailable
from qa.models.slots import POLL_S, Slots
from qa.settings import Settings

_CONTEXT = 4096
"""Tokens that are used of a model whose configuration names more: the time to read a prompt grows with it."""


class LocalModel:
    """A causal language model with a chat template. One text is written at a time."""

    def __init__(
        self,
        model: str,
        *,
        device: str | None = None,
        timeout_s: float = 25,
        context: int | None = None,
        max_tokens: int = 800,
        price: tuple[float, float] | None = None,
    ) -> None:
        self._model_name, self._device = model, device
        self.name = model
        self._timeout_s, self._max_tokens, self._wanted_context = timeout_s, max_tokens, context
        self._slots = Slots(1, timeout_s)
        self._usage = Usage(price)

    @classmethod
    def of(cls, settings: Settings, price: tuple[float, float] | None) -> Self:
        """The model that the settings name."""
        assert settings.llm_model is not None
        return cls(
            settings.llm_model,
            device=settings.llm_device,
            timeout_s=settings.llm_timeout_s,
            context=settings.llm_context,
            max_tokens=settings.llm_max_tokens,
            price=price,
        )

    @property
    def context(self) -> int:
        """Tokens of prompt and answer together. Loads the model."""
        most = getattr(self._parts()[1].config.get_text_config(), "max_position_embeddings", None) or _CONTEXT
        return min(int(most), self._wanted_context or _CONTEXT)

    def stream(
        self,
        messages: Sequence[Message],
        *,
        schema: dict[str, Any] | None = None,
        max_tokens: int | None = None,
        cancelled: Callable[[], bool] = never,
        spent: Usage | None = None,
    ) -> Iterator[str]:
        """See `ChatModel.stream`; `schema` is not looked at."""
        tokenizer, model = self._parts()
        prompt = self._prompt(messages)
        room = self.context - prompt["input_ids"].shape[1]
        if room < 1:
            raise ModelRefused(f"the prompt is longer than the {self.context} tokens that {self.name} takes in", final=True)
        with self._slots.taken(cancelled):
            writing = _Writing(tokenizer, model, prompt, min(max_tokens or self._max_tokens, room), self._timeout_s)
            try:
                yield from writing.pieces(cancelled, self.name)
            finally:
                writing.stop()
                for usage in filter(None, (self._usage, spent)):
                    usage.add(prompt["input_ids"].shape[1], writing.tokens)

    def structured(self) -> bool:
        """False: nothing here holds a model to a schema."""
        return False

    def count(self, text: str) -> int:
        """Tokens of a text, by the model's own tokenizer. Loads the model."""
        return len(self._parts()[0](text, add_special_tokens=False)["input_ids"])

    def usage(self) -> Usage:
        """Everything that was spent."""
        return self._usage

    def close(self) -> None:
        """Nothing to let go of: the model belongs to the process."""

    def _prompt(self, messages: Sequence[Message]) -> Any:
        """The messages in the model's own chat template, as tensors on its device."""
        tokenizer, model = self._parts()
        chat = [{"role": one.role, "content": one.content} for one in messages]
        try:
            tensors = _templated(tokenizer, chat)
        except Exception:  # jinja's own errors: some templates have no place for a system message
            tensors = _templated(tokenizer, _without_system(chat))
        return tensors.to(model.device)

    def _parts(self) -> tuple[Any, Any]:
        """Tokenizer and model, loaded by whoever asks first."""
        return _load(self._model_name, self._device)


def _templated(tokenizer: Any, chat: list[dict[str, str]]) -> Any:
    return tokenizer.apply_chat_template(chat, add_generation_prompt=True, return_tensors="pt", return_dict=True)


def _without_system(chat: list[dict[str, str]]) -> list[dict[str, str]]:
    """The system message put before the first one of the user."""
    system = "\n\n".join(one["content"] for one in chat if one["role"] == "system")
    first, *rest = (one for one in chat if one["role"] != "system")
    return [{"role": first["role"], "content": f"{system}\n\n{first['content']}"}, *rest]


def _load(name: str, device: str | None) -> tuple[Any, Any]:
    """Tokenizer and model, once for the process. Raises `ModelError`."""

    def load(folder: str) -> tuple[Any, Any]:
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer

        chosen = device or ("cuda" if torch.cuda.is_available() else "cpu")
        tokenizer = AutoTokenizer.from_pretrained(folder)
        if not tokenizer.chat_template:
            raise ModelUnavailable(f"{name!r} has no chat template: choose a model that was made for conversation ('instruct')")
        model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32 if chosen == "cpu" else "auto")
        return tokenizer, model.to(chosen).eval()

    instead = "set llm_url for a model behind a server"
    return MODELS.get(("chat", name, device), lambda: load_model(name, "language model", load, instead=instead))


class _Writing:
    """One text being written, in a thread of its own."""

    def __init__(self, tokenizer: Any, model: Any, prompt: Any, max_tokens: int, timeout_s: float) -> None:
        from transformers import TextIteratorStreamer

        self._streamer: Any = TextIteratorStreamer(tokenizer, skip_prompt=True, timeout=POLL_S, skip_special_tokens=True)
        self._until, self._timeout_s = time.monotonic() + timeout_s, timeout_s
        self._stopped = False
        self._error: Exception | None = None
        self.tokens = 0
        self._thread = Thread(target=self._run, args=(model, prompt, max_tokens), name="dalil-model", daemon=True)
        self._thread.start()

    def _run(self, model: Any, prompt: Any, max_tokens: int) -> None:
        from transformers import StoppingCriteriaList

        def stop(ids: Any, scores: Any, **_: Any) -> Any:
            self.tokens += 1
            import torch

            return torch.full((ids.shape[0],), self._stopped, device=ids.device, dtype=torch.bool)

        try:
            model.generate(
                **prompt,
                streamer=self._streamer,
                max_new_tokens=max_tokens,
                do_sample=False,
                stopping_criteria=StoppingCriteriaList([stop]),
            )
        except Exception as error:  # out of memory, a device that is gone
            self._error = error
        finally:
            self._streamer.end()

    def pieces(self, cancelled: Callable[[], bool], name: str) -> Iterator[str]:
        """The pieces as they come."""
        while True:
            if cancelled():
                raise ModelCancelled("the asker went away")
            if time.monotonic() > self._until:
                raise ModelTimeout(f"{name} did not answer within {self._timeout_s:g} s")
            try:
                piece = next(self._streamer, None)
            except queue.Empty:
                continue
            if piece is None:
                break
            if piece:
                yield piece
        if self._error is not None:
            raise _failed(self._error, name)

    def stop(self) -> None:
        """Let the model stop at its next token."""
        self._stopped = True
        self._thread.join(timeout=5)


def _failed(error: Exception, name: str) -> ModelError:
    return ModelUnavailable(f"{name} failed while it wrote ({type(error).__name__})", str(error))
