"""Addresses from articles, feeds and redirects: none runs anything, none leads to this machine or its neighbours."""

import http.server
import threading

import pytest

from index.article import Article
from index.readers import Skipped, read_bytes, read_source
from qa.links import article_address, web_address

SCRIPTS = [
    "javascript:alert(1)",
    " JavaScript:alert(1)",
    "java\nscript:alert(1)",
    "\x01javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "//evil.example/x",
    "http:alert(1)",
    "httpsx://a",
    "",
]


@pytest.mark.parametrize("url", SCRIPTS)
def test_only_addresses_of_the_web_become_links(url):
    assert web_address(url) is None
    assert article_address("http://localhost:8080", url).startswith("http://localhost:8080/articles/")


@pytest.mark.parametrize(
    "url", ['http://a/"><script>', "https://a/b\r\nSet-Cookie: x", "http://a/](javascript:x)", "http://a/ `x`"]
)
def test_no_link_breaks_out_of_its_place(url):
    assert not set(web_address(url)) & set(' <>"`\r\n\\')


@pytest.mark.parametrize("name", ["a.jsonl", "a.rss"])
def test_a_script_for_an_address_stays_text(name):
    text = "The ferry was painted green on Monday, said the harbour office."
    line = f'{{"text": "{text}", "url": "javascript:alert(1)", "title": "<script>x</script>\\u202e"}}'
    item = f"<item><link>javascript:alert(1)</link><description>{text}</description></item>"
    feed = f"<rss version='2.0'><channel>{item}</channel></rss>"
    (article,) = read_bytes(name, (line if name == "a.jsonl" else feed).encode())
    assert isinstance(article, Article)
    assert web_address(article.url) is None


HOSTS = [
    *("127.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0", "0.0.0.0", "localhost", "LOCALHOST."),
    *("[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[fe80::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]"),
    *("169.254.169.254", "10.0.0.1", "192.168.0.1", "172.16.0.1", "100.64.0.1", "１２７.0.0.1", "127。0。0。1", "①②⑦.0.0.1"),
]


class Redirecting(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(302)
        self.send_header("Location", self.path[1:])
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.mark.parametrize("host", HOSTS)
def test_no_spelling_of_an_inner_address_is_fetched(host):
    (result,) = read_source(f"http://{host}:1/secret", fetch_seconds=3)
    assert isinstance(result, Skipped)
    assert "cannot be reached" not in result.reason, "it was tried"


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:1/",
        "//[::1]:1/",
        "http://2130706433:1/",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "http://xn--0/",
        "http://[",
    ],
)
def test_no_redirect_leads_inside(location, monkeypatch):
    """The first address is let through as if it were a public one; where it leads to is not."""
    from index.readers import url

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Redirecting)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    real, seen = url._refusal, []

    def refusal(address):
        seen.append(address)
        return None if len(seen) == 1 else real(address)

    monkeypatch.setattr(url, "_refusal", refusal)
    (result,) = read_source(f"http://127.0.0.1:{server.server_port}/{location}", fetch_seconds=5)
    server.shutdown()
    server.server_close()
    assert isinstance(result, Skipped)
    assert "cannot be reached" not in result.reason
    assert "root:" not in result.reason
