"""The widget in a site that did its best to break it: strict policy, hostile style, another direction."""

import functools
import http.server
import threading

import pytest

from tests.qa.service.browser.conftest import ARABIC, ENGLISH

HOSTILE_STYLE = (
    "* { color: red !important; font: 9px monospace !important; transform: rotate(3deg); letter-spacing: 1em !important; }"
    " html { font-size: 5px } button, textarea, section, dalil-widget { display: none !important; opacity: 0 !important }"
)
PAGE = """<!doctype html><html lang="{lang}" dir="{dir}"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src {service}; connect-src {service};
 style-src 'self'; img-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'">
<link rel="stylesheet" href="style.css"></head><body><h1>News</h1>
<script src="{service}/widget.js" {attributes}></script></body></html>"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Another site: its address, and the folder that it serves."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "style.css").write_text(HOSTILE_STYLE)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", folder
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def allowing(serve, seeded, site):
    """A service that allows the other site."""
    with serve(seeded(), widget_origins=(site[0],)) as client:
        yield client


@pytest.fixture
def embedded(watched, site):
    """A function that opens a page of the site with the widget of a service in it."""
    address, folder = site

    def opened(service, attributes="", lang="en", direction="ltr", **options):
        base = str(service.base_url).rstrip("/")
        html = PAGE.format(lang=lang, dir=direction, service=base, attributes=attributes)
        (folder / "page.html").write_text(html, encoding="utf-8")
        watched.seen.allowed.add(base.removeprefix("http://"))
        return watched(f"{address}/page.html", **options)

    return opened


@pytest.mark.parametrize(
    ("attributes", "lang", "direction", "question", "dark"),
    [
        ("", "en", "ltr", ENGLISH, False),
        ("", "ar", "rtl", ARABIC, False),
        ('data-language="ar" data-theme="dark" data-position="start" data-title="أرشيف الصحيفة"', "en", "ltr", ARABIC, True),
    ],
    ids=["en", "ar", "attributes"],
)
def test_it_answers_in_a_hostile_site(embedded, allowing, attributes, lang, direction, question, dark):
    page = embedded(allowing, attributes, lang, direction)
    launcher = page.locator(".launcher")
    launcher.click()
    arabic = question == ARABIC
    assert page.locator(".widget").get_attribute("dir") == ("rtl" if arabic else "ltr")
    if "data-title" in attributes:
        assert page.locator(".bar h2").inner_text() == "أرشيف الصحيفة"
    page.locator("textarea").fill(question)
    page.keyboard.press("Enter")
    page.locator(".tools button").first.wait_for()
    page.locator(".answer .marker").first.click()
    page.locator('.text[aria-busy="false"]').wait_for()  # the passage gives way to the whole article
    quote = page.locator("mark.chosen").first
    assert quote.bounding_box()["height"] > 15
    assert quote.evaluate("element => getComputedStyle(element).color") != "rgb(255, 0, 0)"
    background = page.locator(".window").evaluate("element => getComputedStyle(element).backgroundColor")
    assert (background == "rgb(19, 22, 20)") is dark
    page.keyboard.press("Escape")
    assert not page.locator("mark.chosen").first.is_visible()
    page.keyboard.press("Escape")
    launcher.wait_for()
    assert page.evaluate("() => localStorage.length + sessionStorage.length") == 0


def test_it_sits_at_the_side_that_was_asked_for(embedded, allowing):
    sides = {}
    for position in ("start", "end"):
        page = embedded(allowing, f'data-position="{position}" data-open')
        page.locator("textarea").wait_for()
        box = page.locator(".window").bounding_box()
        assert box["x"] >= 0
        assert box["y"] >= 0
        sides[position] = box["x"]
    assert sides["start"] < 100 < 800 < sides["end"]


def test_it_fills_a_phone(embedded, allowing):
    page = embedded(allowing, "data-open", viewport={"width": 360, "height": 640})
    page.locator("textarea").wait_for()
    assert page.locator(".window").bounding_box() == {"x": 0, "y": 0, "width": 360, "height": 640}


def test_a_follow_up_takes_what_was_said_along(embedded, allowing):
    page = embedded(allowing, "data-open")
    sent = []
    page.on("request", lambda request: sent.append(request.post_data_json) if request.url.endswith("/ask") else None)
    for place, question in enumerate((ARABIC, "وماذا قال عن روسيا؟")):
        page.locator("textarea").fill(question)
        page.keyboard.press("Enter")
        page.locator(".tools").nth(place).locator("button").first.wait_for()
    assert "history" not in sent[0]
    assert [message["role"] for message in sent[1]["history"]] == ["user", "assistant"]
    assert sent[1]["history"][0]["content"] == ARABIC


def test_a_key_given_to_it_is_sent(embedded, allowing):
    page = embedded(allowing, 'data-open data-key="sesame"')
    with page.expect_request("**/ask") as caught:
        page.locator("textarea").fill(ENGLISH)
        page.keyboard.press("Enter")
    assert caught.value.headers["authorization"] == "Bearer sesame"


def test_a_site_that_is_not_allowed_is_told_why(browser, site, service):
    address, folder = site
    html = PAGE.format(lang="en", dir="ltr", service=str(service.base_url).rstrip("/"), attributes="")
    (folder / "refused.html").write_text(html)
    context = browser.new_context()
    page = context.new_page()
    with page.expect_console_message(lambda said: "widget_origins" in said.text):
        page.goto(f"{address}/refused.html")
    assert page.locator("dalil-widget").count() == 0
    context.close()


def test_the_example_page_shows_the_line_to_put_in(watched, service):
    page = watched(str(service.base_url.join("/widget")), locale="ar")
    page.locator(".launcher").click()
    page.locator("textarea").wait_for()
    assert f'<script src="{service.base_url.join("/widget.js")}"' in page.locator("#code").inner_text()
