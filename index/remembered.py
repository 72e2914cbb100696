"""Results that are worked out once: most words of a text were seen before."""

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
_LONGEST = 40  # characters; what is longer comes hardly twice, and a text without blanks would be kept whole


class Remembered(dict[str, T]):
    """What `find` gives for a string, by `remembered[string]`. All are forgotten at once when `most` are held."""

    def __init__(self, find: Callable[[str], T], most: int = 100_000) -> None:
        super().__init__()
        self._find = find
        self._most = most

    def __missing__(self, key: str) -> T:
        found = self._find(key)
        if len(key) <= _LONGEST:
            if len(self) >= self._most:
                self.clear()
            self[key] = found
        return found
