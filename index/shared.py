"""Models are loaded once for the whole process, when they are first needed, whichever thread or index asks."""

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class Shared:
    """Things by key, each made by whoever asks first; those who ask meanwhile wait for it, and for nothing else."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: dict[Hashable, Future[Any]] = {}

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """What is kept under `key`, made now if nobody has. A failure is told to all who wait, and tried again later."""
        with self._lock:
            waiting = self._made.get(key)
            if waiting is None:
                mine: Future[Any] = Future()
                self._made[key] = mine
        if waiting is not None:
            found: T = waiting.result()
            return found
        try:
            made = make()
        except BaseException as error:
            with self._lock:
                self._made.pop(key, None)
            mine.set_exception(error)
            raise
        mine.set_result(made)
        return made

    def clear(self) -> None:
        """Forget everything, so that what is asked for next is made anew."""
        with self._lock:
            self._made.clear()


MODELS = Shared()
"""The models of this process; a key starts with the role, such as `("reranker", name, device)`."""
