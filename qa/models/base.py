"""What a chat model is: it is given messages and writes text, piece by piece."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from threading import Lock
from typing import Any, Literal, Protocol

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation with a model."""

    role: Role
    content: str


class Usage:
    """Calls, tokens and their cost, added up; safe to share between threads.

    Tokens are the server's own count; where it gives none they are counted here, and `estimated` is true.
    `price` is money for a million tokens in and out.

    >>> spent = Usage((1.0, 2.0))
    >>> spent.add(1000, 500)
    >>> spent.to_dict()
    {'calls': 1, 'tokens_in': 1000, 'tokens_out': 500, 'cost': 0.002, 'estimated': False}
    """

    def __init__(self, price: tuple[float, float] | None = None) -> None:
        self.price = price
        self.calls = self.tokens_in = self.tokens_out = 0
        self.estimated = False
        self._lock = Lock()

    def add(self, tokens_in: int, tokens_out: int, *, estimated: bool = False) -> None:
        """Count one call."""
        with self._lock:
            self.calls += 1
            self.tokens_in += tokens_in
            self.tokens_out += tokens_out
            self.estimated = self.estimated or estimated

    def to_dict(self) -> dict[str, Any]:
        """The sums; `cost` is `None` without a price."""
        cost = None
        if self.price:
            cost = round((self.tokens_in * self.price[0] + self.tokens_out * self.price[1]) / 1_000_000, 9)
        return {
            "calls": self.calls,
            "tokens_in": self.tokens_in,
            "tokens_out": self.tokens_out,
            "cost": cost,
            "estimated": self.estimated,
        }


def never() -> bool:
    """The asker who never goes away."""
    return False


class ChatModel(Protocol):
    """A model that answers messages. Safe to share between threads; everything heavy is loaded on first use."""

    name: str
    """Model and road, such as `gemma3 at http://localhost:11434/v1`; holds no secret."""

    @property
    def context(self) -> int:
        """Tokens of prompt and answer together."""
        ...

    def stream(
        self,
        messages: Sequence[Message],
        *,
        schema: dict[str, Any] | None = None,
        max_tokens: int | None = None,
        cancelled: Callable[[], bool] = never,
        spent: Usage | None = None,
    ) -> Iterator[str]:
        """The answer in pieces as they are written. Closing the iterator, or `cancelled` becoming true, stops the model.

        `schema` is a JSON schema for the answer, for models that are `structured`; `spent` is added to when given.
        Raises `ModelError` (see `qa.models.errors`), also after some pieces have come.
        """
        ...

    def structured(self) -> bool:
        """Whether the model keeps to a JSON schema; found out once by asking it. Raises `ModelError`."""
        ...

    def count(self, text: str) -> int:
        """Tokens of a text."""
        ...

    def usage(self) -> Usage:
        """Everything that was spent since the model was loaded."""
        ...

    def close(self) -> None:
        """Let go of connections and threads."""
        ...


def complete(
    model: ChatModel,
    messages: Sequence[Message],
    max_tokens: int | None = None,
    *,
    cancelled: Callable[[], bool] = never,
    spent: Usage | None = None,
) -> str:
    """The whole answer as one text. Raises `ModelError`."""
    pieces = model.stream(messages, max_tokens=max_tokens, cancelled=cancelled, spent=spent)
    with closing(pieces):  # type: ignore[type-var]
        return "".join(pieces)
