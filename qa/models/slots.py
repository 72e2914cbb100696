"""How many requests a model is given at the same time."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from qa.models.errors import ModelCancelled, ModelOverloaded

POLL_S = 0.05
"""How often somebody who waits looks whether the asker is still there, in seconds."""


class Slots:
    """At most `number` requests at once; who finds none free waits for `patience_s` seconds."""

    def __init__(self, number: int, patience_s: float) -> None:
        self._free = BoundedSemaphore(number)
        self._number, self._patience_s = number, patience_s

    @contextmanager
    def taken(self, cancelled: Callable[[], bool]) -> Iterator[None]:
        """Hold a slot. Raises `ModelOverloaded`, or `ModelCancelled` when the asker leaves before one is free."""
        until = time.monotonic() + self._patience_s
        while not self._free.acquire(timeout=POLL_S):
            if cancelled():
                raise ModelCancelled("the asker went away before the model was free")
            if time.monotonic() > until:
                raise ModelOverloaded(f"the model was busy with {self._number} other requests for {self._patience_s:g} s")
        try:
            yield
        finally:
            self._free.release()
