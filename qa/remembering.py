"""Answers that were given before: of the same articles, the same question has the same answer."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Generator, Hashable
from contextlib import closing

from qa.answer import Event

_PATIENCE_S = 1.0  # for an answer that another thread is working out


class _Claim:
    """A thread that works an answer out, and since when."""

    def __init__(self) -> None:
        self.thread, self.since = threading.get_ident(), time.monotonic()


class Remembered:
    """The `most` answers given last, by what was asked of which state of the index. Safe to share between threads.

    Of threads that ask the same at once, one works the answer out while the others wait for it; where it takes longer than
    `_PATIENCE_S`, fails or stops, one of those takes over.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        # Re-entrant: a stream that was left half read ends wherever garbage is collected, here too.
        self._changed = threading.Condition(threading.RLock())
        self._given: OrderedDict[Hashable, tuple[Event, ...]] = OrderedDict()
        self._under_way: dict[Hashable, _Claim] = {}

    def answer(
        self, asked: Hashable, work_out: Callable[[], Generator[Event, None, None]]
    ) -> Generator[tuple[bool, Event], None, None]:
        """The events of the answer, the whole answer last, each with whether it is remembered or was worked out now.

        Once all of them are out they are remembered. Whoever stops before leaves nothing behind.
        """
        claim = _Claim()
        try:
            events = self._known_or_claimed(asked, claim)
            if events is not None:
                yield from ((True, event) for event in events)
                return
            seen: list[Event] = []
            with closing(work_out()) as working:
                for event in working:
                    seen.append(event)
                    yield False, event
            self._keep(asked, tuple(seen))
        finally:
            with self._changed:
                if self._under_way.get(asked) is claim:
                    del self._under_way[asked]
                    self._changed.notify_all()

    def _known_or_claimed(self, asked: Hashable, claim: _Claim) -> tuple[Event, ...] | None:
        """The events where they are remembered, or soon are; else `None`, and the claim to work them out is held."""
        with self._changed:
            while True:
                if (events := self._given.get(asked)) is not None:
                    self._given.move_to_end(asked)
                    return events
                other = self._under_way.get(asked)
                left = other.since + _PATIENCE_S - time.monotonic() if other else 0.0
                if other is None or other.thread == claim.thread or left <= 0:
                    claim.since = time.monotonic()  # who else waits gives this one the same time
                    self._under_way[asked] = claim
                    return None
                self._changed.wait(left)

    def _keep(self, asked: Hashable, events: tuple[Event, ...]) -> None:
        with self._changed:
            self._given[asked] = events
            while len(self._given) > self._most:
                self._given.popitem(last=False)
