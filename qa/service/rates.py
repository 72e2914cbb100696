"""How often: a token bucket for each name."""

import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address

WINDOW_S = 60.0
_MOST_NAMES = 50_000
"""Names remembered; beyond, those longest unheard of are forgotten, so that nobody can fill the memory with addresses."""


class Buckets:
    """Lets each name do something `per_minute` times at once, and then as often as its bucket fills again (0: always).

    Kept as the moment at which a bucket will be full again (the generic cell rate algorithm, which is a token bucket with one
    number). For one event loop; every process counts by itself.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._each = WINDOW_S / per_minute if per_minute else 0.0
        self._clock = clock
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def wait(self, name: str) -> float:
        """Takes one from a name's bucket and gives 0; from an empty one takes nothing and gives the seconds to wait."""
        if not self._each:
            return 0.0
        now = self._clock()
        full_at = max(now, self._full_at.get(name, now)) + self._each
        if (over := full_at - now - WINDOW_S) > 1e-6:
            return over
        self._full_at[name] = full_at
        self._full_at.move_to_end(name)
        while len(self._full_at) > _MOST_NAMES:
            self._full_at.popitem(last=False)
        return 0.0


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
