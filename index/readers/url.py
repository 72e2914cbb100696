"""A page from the web, fetched within limits.

Each address, also after a redirect, is looked up once, checked, and that very address is connected to, so a name that points
into the private network is refused however it gets there. The time limit holds for the whole of it, byte by byte.
"""

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import httpcore
import httpx

from index.errors import FetchRefused

MAX_BYTES = 10 * 1024 * 1024
TIMEOUT = 20.0
_MAX_REDIRECTS = 5
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_HEADERS = {
    "User-Agent": "dalil (reads one page on its user's behalf)",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,text/*;q=0.8,application/json,application/pdf,*/*;q=0.5",
    "Accept-Language": "ar,en",
    # Compressed answers could unpack to far more than was counted.
    "Accept-Encoding": "identity",
}
_SUFFIXES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "application/pdf": ".pdf",
    "application/json": ".json",
    "application/x-ndjson": ".jsonl",
    "application/jsonl": ".jsonl",
    "application/rss+xml": ".rss",
    "application/atom+xml": ".atom",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
}
_UNTOLD = ("", "application/octet-stream", "binary/octet-stream")


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address gave: its bytes, the suffix of the reader for them, and the encoding its header names."""

    data: bytes
    suffix: str
    charset: str | None


def fetch(url: str, *, allow_private: bool = False, max_bytes: int = MAX_BYTES, timeout: float = TIMEOUT) -> Fetched:
    """Get `url` over http or https; raises `FetchRefused` for anything outside the limits."""
    target = _parse(url)
    deadline = time.monotonic() + timeout
    backend = _CheckedNetwork(allow_private, deadline)
    try:
        with httpcore.ConnectionPool(network_backend=backend, retries=0) as pool:
            for _ in range(_MAX_REDIRECTS + 1):
                with pool.stream("GET", _core_url(target), headers=_headers(target)) as response:
                    location = _header(response, b"location")
                    if 300 <= response.status < 400 and location:
                        target = _parse(location, target)
                        continue
                    return _answer(response, target, max_bytes)
    except (httpcore.TimeoutException, TimeoutError):
        raise FetchRefused(f"{url}: no complete answer within {timeout:g} seconds") from None
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
        raise FetchRefused(f"{url}: cannot be reached ({error or type(error).__name__})") from None
    raise FetchRefused(f"{url}: more than {_MAX_REDIRECTS} redirects")


def _parse(url: str, base: httpx.URL | None = None) -> httpx.URL:
    try:
        parsed = httpx.URL(url) if base is None else base.join(url)
        host = parsed.host  # a name in Punycode that is none shows only here
    except (httpx.InvalidURL, ValueError) as error:
        raise FetchRefused(f"{url[:200]}: not an address ({error})") from None
    if parsed.scheme not in ("http", "https") or not host:
        raise FetchRefused(f"{url[:200]}: only http and https addresses are read")
    if parsed.userinfo:
        raise FetchRefused(f"{host}: an address with a name or password in it is not read")
    return parsed


def _core_url(url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)


def _headers(url: httpx.URL) -> list[tuple[str, str]]:
    return [("Host", url.netloc.decode("ascii")), *_HEADERS.items()]


def _header(response: httpcore.Response, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in response.headers if key.lower() == name), "").strip()


def _answer(response: httpcore.Response, url: httpx.URL, max_bytes: int) -> Fetched:
    if response.status != 200:
        raise FetchRefused(f"{url}: the server answered with status {response.status}")
    if _header(response, b"content-encoding").lower() not in ("", "identity"):
        raise FetchRefused(f"{url}: the server sent a compressed answer although it was asked not to")
    mime, _, parameters = _header(response, b"content-type").partition(";")
    suffix = _suffix(mime.strip().lower(), url)
    length = _header(response, b"content-length")
    too_big = FetchRefused(f"{url}: larger than the limit of {max_bytes:,} bytes")
    if length.isdigit() and int(length) > max_bytes:
        raise too_big
    data = bytearray()
    for chunk in response.iter_stream():
        data += chunk
        if len(data) > max_bytes:
            raise too_big
    charset = next((value for name, _, value in _parameters(parameters) if name == "charset"), None)
    return Fetched(bytes(data), suffix, charset)


def _parameters(text: str) -> Iterable[tuple[str, str, str]]:
    for part in text.split(";"):
        name, equals, value = part.partition("=")
        yield name.strip().lower(), equals, value.strip(" \t\"'")


def _suffix(mime: str, url: httpx.URL) -> str:
    """The reader for a content type; what the address ends in where the server does not say."""
    ending = "." + url.path.rsplit("/", 1)[-1].rpartition(".")[2].lower()
    if mime in _UNTOLD or (mime == "text/plain" and ending in (".md", ".jsonl", ".json")):
        if ending in (".htm", ".markdown", ".ndjson") or ending in _SUFFIXES.values():
            return ending
        if mime == "":
            return ".html"
    if mime in _SUFFIXES:
        return _SUFFIXES[mime]
    raise FetchRefused(f"{url}: a {mime} is no article; pages, text, PDF, Word, JSON and feeds are read")


def _refusal(address: str) -> str | None:
    """Why a numeric address is refused, or `None` for one on the public internet."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        hidden = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if hidden is None and ip in _NAT64:
            hidden = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if hidden is not None and (reason := _refusal(str(hidden))):
            return reason
        if ip.ipv4_mapped:
            return None
    if ip.is_global and not ip.is_multicast and not ip.is_reserved and not ip.is_unspecified:
        return None
    return f"{ip} is a private, local or reserved address"


class _CheckedNetwork(httpcore.NetworkBackend):
    """Connects to checked addresses only, and lets nothing take longer than the deadline."""

    def __init__(self, allow_private: bool, deadline: float) -> None:
        self._allow_private = allow_private
        self._deadline = deadline
        self._real = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Look the host up once, refuse it if any of its addresses is private, and connect to the first that answers."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise FetchRefused(f"{host}: this host is not known ({error})") from None
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        for address in [] if self._allow_private else addresses:
            if reason := _refusal(address):
                raise FetchRefused(f"{host}: {reason}; the setting allow_private_urls lets it through")
        problem: Exception | None = None
        for address in addresses:
            try:
                return _TimedStream(self._real.connect_tcp(address, port, timeout=_left(self._deadline)), self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                problem = error
        raise problem or httpcore.ConnectError(f"{host} has no address")


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("out of time")
    return left


class _TimedStream(httpcore.NetworkStream):
    """A stream on which no read or write lasts beyond the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what is there, before the deadline."""
        return self._stream.read(max_bytes, timeout=_left(self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all of it, before the deadline."""
        self._stream.write(buffer, timeout=_left(self._deadline))

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Go over to TLS; the certificate is checked against the host's name, not its address."""
        tls = self._stream.start_tls(ssl_context, server_hostname, timeout=_left(self._deadline))
        return _TimedStream(tls, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        """What the connection tells of itself."""
        return self._stream.get_extra_info(info)
