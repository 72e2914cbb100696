"""Addresses that answers link to. They go into pages and messages, so none may be anything but an address on the web."""

import re
from urllib.parse import quote as percent

_UNSAFE = re.compile(r"[\s<>\"\\^`{|}\x00-\x1f\x7f]")
_WORDS = 9
_WEB = re.compile(r"https?://", re.IGNORECASE)


def web_address(url: str | None) -> str | None:
    """An article's own address, safe to link to; `None` where it has none on the web.

    >>> web_address("https://example.org/a b"), web_address("javascript:alert(1)")
    ('https://example.org/a%20b', None)
    """
    if url is None or not _WEB.match(url.strip()):
        return None
    return _UNSAFE.sub(lambda found: percent(found[0]), url.strip())


def article_address(base: str, article_id: str) -> str:
    """Where the service at `base` shows an article.

    >>> article_address("http://localhost:8080/", "أ/1")
    'http://localhost:8080/articles/%D8%A3%2F1'
    """
    return f"{base.rstrip('/')}/articles/{percent(article_id, safe='')}"


def quote_address(address: str, quote: str) -> str:
    """An article's address that leads to a quote in it: browsers that know text fragments scroll there and mark it.

    >>> quote_address("https://example.org/a", "A well-known bridge, it was.")
    'https://example.org/a#:~:text=A%20well%2Dknown%20bridge%2C%20it%20was.'
    """
    start = percent(" ".join(quote.split()[:_WORDS]), safe="").replace("-", "%2D")
    return f"{address}{'' if '#' in address else '#'}:~:text={start}"
