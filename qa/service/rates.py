"""How often: a token bucket for each name, in memory that all processes of a service share."""

import fcntl
import hashlib
import mmap
import os
import secrets
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import IPv6Address, ip_address
from pathlib import Path

RATES = "rates"
WINDOW_S = 60.0
_SETS, _IN_SET = 8192, 16
"""Names remembered: so many sets of so many. In a full set the one longest unheard of gives way, so nobody can fill memory."""
_SLOT = struct.Struct("<Qd")
_KEY = 16
_SIZE = _KEY + _SETS * _IN_SET * _SLOT.size


class Table:
    """A moment for each name, in 2 MB of memory: of this process, or of all that open the same file.

    Times are those of `time.monotonic`, which all processes of a machine share.
    """

    def __init__(self, path: Path | None = None) -> None:
        """Open a table that `make` made, or one of this process alone."""
        if path is None:
            self._file, self._memory = -1, mmap.mmap(-1, _SIZE)
            self._memory[:_KEY] = secrets.token_bytes(_KEY)
        else:
            self._file = os.open(path, os.O_RDWR)
            self._memory = mmap.mmap(self._file, _SIZE)
        # Who does not know it cannot choose names that push another's out.
        self._key = self._memory[:_KEY]

    @staticmethod
    def make(path: Path) -> None:
        """An empty table for `Table(path)` in any process."""
        with path.open("wb") as file:
            file.write(secrets.token_bytes(_KEY))
            file.truncate(_SIZE)

    def change(self, name: str, new: Callable[[float], float | None]) -> None:
        """Put `new(moment)` in the place of a name's moment (0 where it is not known) unless that is `None`."""
        place, print_ = self._find(name)
        with self._turn():
            slots = [_SLOT.unpack_from(self._memory, place + number * _SLOT.size) for number in range(_IN_SET)]
            known = next((number for number, (held, _) in enumerate(slots) if held == print_), None)
            moment = new(0.0 if known is None else slots[known][1])
            if moment is not None:
                at = min(range(_IN_SET), key=lambda number: slots[number][1]) if known is None else known
                _SLOT.pack_into(self._memory, place + at * _SLOT.size, print_, moment)

    def _find(self, name: str) -> tuple[int, int]:
        digest = hashlib.blake2b(name.encode("utf-8", "replace"), digest_size=12, key=self._key).digest()
        chosen = int.from_bytes(digest[8:], "little") % _SETS
        return _KEY + chosen * _IN_SET * _SLOT.size, int.from_bytes(digest[:8], "little") or 1

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if self._file < 0:
            yield
            return
        fcntl.flock(self._file, fcntl.LOCK_EX)  # of a killed process, the system lets go
        try:
            yield
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Let go of the memory."""
        self._memory.close()
        if self._file >= 0:
            os.close(self._file)


class Buckets:
    """Lets each name do something `per_minute` times at once, and then as often as its bucket fills again (0: always).

    Kept as the moment at which a bucket will be full again (the generic cell rate algorithm, which is a token bucket with one
    number). For one thread of each process, such as an event loop. `kind` tells the names of several in one table apart.
    """

    def __init__(
        self, per_minute: int, table: Table | None = None, kind: str = "", clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._each = WINDOW_S / per_minute if per_minute else 0.0
        self._table = table or Table()
        self._kind, self._clock = kind, clock

    def wait(self, name: str) -> float:
        """Takes one from a name's bucket and gives 0; from an empty one takes nothing and gives the seconds to wait."""
        if not self._each:
            return 0.0
        over = 0.0

        def take(full_at: float) -> float | None:
            nonlocal over
            now = self._clock()
            full_at = max(now, full_at) + self._each
            over = full_at - now - WINDOW_S
            return None if over > 1e-6 else full_at

        self._table.change(f"{self._kind}:{name}", take)
        return over if over > 1e-6 else 0.0


def neighbourhood(address: str) -> str:
    """What counts as one address: of IPv6 the network that one household has, which can use any address in it.

    >>> neighbourhood("192.0.2.7"), neighbourhood("2001:db8:1:2:3:4:5:6"), neighbourhood("::ffff:192.0.2.7")
    ('192.0.2.7', '2001:db8:1:2::', '192.0.2.7')
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or IPv6Address(int(parsed) >> 64 << 64))
