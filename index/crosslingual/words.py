"""A sorted list of words in two arrays, searched without unpacking it."""

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray


class Words:
    """Sorted distinct words: their UTF-8 bytes joined, and where each begins; `offsets` has one entry more than words."""

    def __init__(self, data: NDArray[np.uint8], offsets: NDArray[np.uint32]) -> None:
        self._data = data.tobytes()
        self._offsets: list[int] | NDArray[np.uint32] = offsets

    @staticmethod
    def pack(words: Iterable[str]) -> tuple[NDArray[np.uint8], NDArray[np.uint32]]:
        """The two arrays for words that are sorted by their UTF-8 bytes."""
        encoded = [word.encode() for word in words]
        if any(first >= second for first, second in pairwise(encoded)):
            raise ValueError("words must be distinct and sorted by their UTF-8 bytes")
        lengths = np.array([0, *map(len, encoded)])
        return np.frombuffer(b"".join(encoded), np.uint8), np.cumsum(lengths).astype(np.uint32)

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def __getitem__(self, number: int) -> str:
        return self._data[self._offsets[number] : self._offsets[number + 1]].decode()

    def find(self, word: str) -> int | None:
        """The number of `word`, or `None`."""
        wanted = word.encode()
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            found = self._data[self._offsets[middle] : self._offsets[middle + 1]]
            if found == wanted:
                return middle
            if found < wanted:
                low = middle + 1
            else:
                high = middle
        return None
