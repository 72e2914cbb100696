"""What every target of the fuzzer is: a function of bytes that raises when something does not hold."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """`run` takes any bytes and raises where the code does; `seeds` are inputs to begin with, `words` what to put into them."""

    run: Callable[[bytes], None]
    seeds: Sequence[bytes]
    words: Sequence[bytes] = ()


def text_of(data: bytes) -> str:
    """Bytes as text that may hold any code point but half characters."""
    return data.decode("utf-8", "replace")


def parts(data: bytes, count: int) -> list[str]:
    """Text in `count` parts, cut at `\\x1e`; parts that are missing are empty, what is left over stays in the last."""
    found = text_of(data).split("\x1e", count - 1)
    return found + [""] * (count - len(found))
