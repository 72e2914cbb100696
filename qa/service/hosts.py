"""Which names of this host a request may use.

A page of a foreign site can make its own name point at 127.0.0.1 and read the service through it (DNS rebinding).
A service that listens on the loopback address alone therefore answers only to loopback names.
"""

from ipaddress import ip_address
from urllib.parse import urlsplit


def is_loopback(host: str) -> bool:
    """Whether a name or an address can only mean this machine.

    >>> [is_loopback(host) for host in ("localhost", "127.0.0.2", "::1", "0.0.0.0", "localhost.example.org")]
    [True, True, True, False, False]
    """
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def names_loopback(header: str) -> bool:
    """The same for a `Host` header, with or without a port."""
    try:
        return is_loopback(urlsplit(f"//{header}").hostname or "")
    except ValueError:
        return False
