"""Which names of this host a request may use.

A page of a foreign site can make its own name point at 127.0.0.1 and read the service through it (DNS rebinding).
A service that listens on the loopback address alone therefore answers only to loopback names.
"""

from ipaddress import ip_address
from urllib.parse import urlsplit

from qa.settings import Settings


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


def named_host(header: str) -> str:
    """The name in a `Host` header, without its port; empty where there is none.

    >>> named_host("News.Example:8080"), named_host("[::1]:80"), named_host("[")
    ('news.example', '::1', '')
    """
    try:
        return urlsplit(f"//{header}").hostname or ""
    except ValueError:
        return ""


def names_loopback(header: str) -> bool:
    """Whether a `Host` header, with or without a port, can only mean this machine."""
    return is_loopback(named_host(header))


def public_host(settings: Settings) -> str:
    """The name under which others reach the service; empty where the settings name none but this machine."""
    host = named_host((settings.public_url or "").partition("://")[2].partition("/")[0])
    return "" if is_loopback(host) else host


def reached_by_others(settings: Settings) -> bool:
    """Whether requests can come from other machines: directly, or through a proxy that the settings tell of."""
    return not is_loopback(settings.host) or bool(settings.trusted_proxies) or bool(public_host(settings))
