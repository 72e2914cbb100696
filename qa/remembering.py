"""Answers that were given before: of the same articles, the same question has the same answer."""

import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterator

from qa.answer import Event


class Remembered:
    """The `most` answers given last, by what was asked of which state of the index. Safe to share between threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._given: OrderedDict[Hashable, tuple[Event, ...]] = OrderedDict()

    def given(self, asked: Hashable) -> tuple[Event, ...] | None:
        """The events of the answer to it, the whole answer last; `None` where it is not remembered."""
        with self._lock:
            events = self._given.get(asked)
            if events is not None:
                self._given.move_to_end(asked)
            return events

    def keep(self, asked: Hashable, events: Iterator[Event]) -> Iterator[Event]:
        """The same events; once all of them are out they are remembered. Whoever stops before leaves nothing behind."""
        seen: list[Event] = []
        for event in events:
            seen.append(event)
            yield event
        with self._lock:
            self._given[asked] = tuple(seen)
            while len(self._given) > self._most:
                self._given.popitem(last=False)
