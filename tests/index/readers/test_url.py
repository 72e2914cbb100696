import contextlib
import http.server
import socket
import threading
import time

import httpcore
import pytest

from index.article import Article
from index.errors import FetchRefused
from index.readers import Skipped, read_source
from index.readers.url import _refusal, fetch

BODY = "وقال الوزير إن العمل في المشروع بدأ يوم الاثنين وسوف يستمر حتى نهاية العام المقبل."
PAGE = (
    "<html><head><title>امتلأ السد بالماء</title></head>"
    f"<body><article><h1>امتلأ السد بالماء</h1><p>{BODY}</p></article></body></html>"
)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path = self.path.partition("?")[0]
        if path.startswith("/to"):
            self.send_response(302)
            self.send_header("Location", self.path.partition("?")[2])
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif path == "/drip":
            self.send_response(200)
            self.send_header("Content-Type", "text/plain")
            self.end_headers()
            try:
                for _ in range(100):
                    self.wfile.write(b"a")
                    time.sleep(0.05)
            except OSError:
                pass
        elif path == "/drip-headers":
            try:
                self.wfile.write(b"HTTP/1.1 200 OK\r\n")
                for number in range(100):
                    self.wfile.write(f"X-{number}: a\r\n".encode())
                    time.sleep(0.05)
            except OSError:
                pass
        else:
            status, kind, body, extra = ANSWERS.get(path, (404, "text/plain", b"", {}))
            self.send_response(status)
            if kind is not None:
                self.send_header("Content-Type", kind)
            for name, value in extra.items():
                self.send_header(name, value)
            if "Content-Length" not in extra and "chunked" not in extra.values():
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(body)

    def log_message(self, *args):
        pass


def chunked(body):
    return f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"


ANSWERS = {
    "/page": (200, "text/html; charset=utf-8", PAGE.encode(), {}),
    "/page1256": (200, "text/html; charset=windows-1256", PAGE.encode("cp1256"), {}),
    "/untold": (200, None, PAGE.encode(), {}),
    "/text": (200, 'text/plain; charset="utf-8"', BODY.encode(), {}),
    "/news.jsonl": (200, "application/octet-stream", b'{"text": "one text", "id": "a"}\n{"text": "two texts"}\n', {}),
    "/image": (200, "image/png", b"\x89PNG", {}),
    "/big": (200, "text/plain", b"a" * 50_000, {}),
    "/big-chunked": (200, "text/plain", chunked(b"a" * 50_000), {"Transfer-Encoding": "chunked"}),
    "/big-lie": (200, "text/plain", b"a", {"Content-Length": "99999999999"}),
    "/zipped": (200, "text/plain", b"x", {"Content-Encoding": "gzip"}),
}


@pytest.fixture(scope="module")
def site():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def read(source, **limits):
    return list(read_source(source, allow_private=True, **limits))


@pytest.mark.parametrize("path", ["/page", "/page1256", "/untold", "/to?/page", "/page#part"])
def test_a_page_becomes_an_article_named_by_its_address(site, path):
    (article,) = read(site + path)
    address = (site + path).partition("#")[0]
    assert (article.id, article.url, article.title, article.text) == (address, address, "امتلأ السد بالماء", BODY)


def test_other_kinds_are_told_by_their_type_or_by_the_end_of_the_address(site):
    (text,) = read(site + "/text")
    assert text.text == BODY
    one, two = read(site + "/news.jsonl")
    assert (one.id, one.text, two.text) == ("a", "one text", "two texts")
    assert isinstance(two, Article)


@pytest.mark.parametrize(
    ("path", "limits", "says"),
    [
        ("/gone", {}, "status 404"),
        ("/image", {}, "a image/png is no article"),
        ("/big", {"fetch_bytes": 1000}, "larger than the limit of 1,000 bytes"),
        ("/big-chunked", {"fetch_bytes": 1000}, "larger than the limit of 1,000 bytes"),
        ("/big-lie", {}, "larger than the limit"),
        ("/zipped", {}, "compressed"),
        ("/drip", {"fetch_seconds": 0.4}, "within 0.4 seconds"),
        ("/drip-headers", {"fetch_seconds": 0.4}, "within 0.4 seconds"),
        ("/to?/to?/to?/to?/to?/to?/to?/to?/page", {}, ""),
        ("/to?ftp://example.org/a", {}, "only http and https"),
        ("/to?file:///etc/passwd", {}, "only http and https"),
        ("/to?http://user:pw@127.0.0.1/", {}, "name or password"),
    ],
)
def test_what_is_outside_the_limits_is_refused(site, path, limits, says):
    started = time.monotonic()
    (result,) = read(site + path, **limits)
    assert isinstance(result, Skipped)
    assert says in result.reason
    assert time.monotonic() - started < 3


def test_redirects_in_a_circle_end(site):
    ANSWERS["/circle"] = (302, "text/plain", b"", {"Location": "/circle"})
    (result,) = read(site + "/circle")
    assert "more than 5 redirects" in result.reason


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.0.0.1", "172.16.5.5", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1"),
        *("255.255.255.255", "240.0.0.1", "192.0.2.1", "::1", "::", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1"),
        *("::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1"),
    ],
)
def test_addresses_that_are_not_public_are_refused(address):
    assert _refusal(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:2800:220:1::1", "::ffff:8.8.8.8"])
def test_public_addresses_are_let_through(address):
    assert _refusal(address) is None


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "127.1", "[::ffff:127.0.0.1]"])
def test_this_machine_is_refused_under_all_its_names(host):
    (result,) = read_source(f"http://{host}:1/")
    assert isinstance(result, Skipped)
    assert "private, local or reserved" in result.reason


def found(*addresses):
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in addresses]


def test_a_name_that_also_points_inside_is_refused(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found("93.184.216.34", "10.0.0.1"))
    with pytest.raises(FetchRefused, match=r"10\.0\.0\.1 is a private"):
        fetch("http://news.example/")


class Connected(Exception):
    pass


def test_the_address_that_was_checked_is_the_one_connected_to(monkeypatch):
    answers = iter([found("93.184.216.34"), found("127.0.0.1")])
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: next(answers))

    def connect(self, host, port, **rest):
        raise Connected(host)

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    with pytest.raises(Connected, match=r"^93\.184\.216\.34$"):
        fetch("http://news.example/")


def test_every_redirect_is_checked_again(site, monkeypatch):
    real_connect, real_lookup = httpcore.SyncBackend.connect_tcp, socket.getaddrinfo
    port = int(site.rpartition(":")[2])
    names = {"news.example": found("93.184.216.34"), "inside.example": found("10.0.0.1")}
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *a, **k: names.get(host) or real_lookup(host, *a, **k))

    def connect(self, host, _, timeout=None, **rest):
        assert host == "93.184.216.34"
        return real_connect(self, "127.0.0.1", port, timeout=timeout)

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    with pytest.raises(FetchRefused, match=r"inside\.example: 10\.0\.0\.1"):
        fetch("http://news.example/to?http://inside.example/secret")


@pytest.mark.parametrize(
    "address", ["http://", "http://[::1", "http://user@example.org/", "http://exa mple.org/", "http://no.such.host.invalid/"]
)
def test_addresses_that_are_none_are_refused(address):
    (result,) = read_source(address)
    assert isinstance(result, Skipped)
    assert result.reason


def test_nobody_listening_is_told():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (result,) = read(f"http://127.0.0.1:{port}/")
    assert "cannot be reached" in result.reason
