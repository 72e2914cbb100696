"""Answers that were given before: of the same articles, the same question has the same answer."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator

from qa.answer import Event

_PATIENCE_S = 1.0  # for an answer that another thread is working out


class Remembered:
    """The `most` answers given last, by what was asked of which state of the index. Safe to share between threads.

    Of threads that ask the same at once, one works the answer out and the others wait for it.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._given: OrderedDict[Hashable, tuple[Event, ...]] = OrderedDict()
        self._under_way: dict[
            Hashable, tuple[int, threading.Event]
        ] = {}  # the thread that is at it, and what it sets when done

    def answer(self, asked: Hashable, work_out: Callable[[], Iterator[Event]]) -> tuple[bool, Iterator[Event]]:
        """Whether the answer is remembered, and its events, the whole answer last: as they were, or as they are worked out."""
        events, other = self._known(asked)
        if events is None and other is not None:
            other.wait(_PATIENCE_S)
            events, _ = self._known(asked)
        return (False, self._keep(asked, work_out())) if events is None else (True, iter(events))

    def _known(self, asked: Hashable) -> tuple[tuple[Event, ...] | None, threading.Event | None]:
        """The events that are remembered, and what is set once another thread is done with them."""
        with self._lock:
            events = self._given.get(asked)
            if events is not None:
                self._given.move_to_end(asked)
            thread, done = self._under_way.get(asked, (0, None))
            return events, None if thread == threading.get_ident() else done

    def _keep(self, asked: Hashable, events: Iterator[Event]) -> Iterator[Event]:
        """The same events; once all of them are out they are remembered. Whoever stops before leaves nothing behind."""
        mine = threading.get_ident(), threading.Event()
        with self._lock:
            first = self._under_way.setdefault(asked, mine) is mine
        seen: list[Event] = []
        try:
            for event in events:
                seen.append(event)
                yield event
            with self._lock:
                self._given[asked] = tuple(seen)
                while len(self._given) > self._most:
                    self._given.popitem(last=False)
        finally:
            if first:
                with self._lock:
                    del self._under_way[asked]
            mine[1].set()
