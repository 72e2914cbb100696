"""A real browser over a real service. At the end of each test nothing ran that should not, and no foreign host was asked."""

import os
import shutil
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
HERE = Path(__file__).parent
FLAGS = ["disable-gpu", "disable-background-networking", "disable-component-update", "disable-sync", "no-first-run"]

ARABIC = "متى أعلن التحالف الدولي انتهاء عملياته القتالية الرئيسية في العراق؟"
ENGLISH = "When did the coalition announce the end of its main combat operations in Iraq?"
UNANSWERABLE = {"ar": "كم سعر تذكرة السينما في باريس؟", "en": "How much is a cinema ticket in Paris?"}
SCRIPT = "<script>window.pwned=1</script><img src=x onerror='window.pwned=1'>"
HOSTILE = {
    "id": "<img src=x onerror='window.pwned=1'>/../%2e",
    "title": f"Glass bridge {SCRIPT}",
    "text": f"{SCRIPT} The zebra minister Quillfeather opened the glass bridge of Marzipan in June 2017. <b>bold</b>\n"
    'A second paragraph "says" nothing else &amp; ends. </mark></article><style>*{display:none}</style>',
    "source": f"<b>Zebra Times</b> {SCRIPT}",
    "url": "javascript:window.pwned=1",
    "language": "en",
}
FOOTNOTES = {"id": "notes", "text": "The lighthouse of Corvin was built in 1872 [1] by Ada Moor [2] and burned in 1901 [3]."}
EMOJI = {
    "id": "emoji",
    "title": "فوانيس 🏮",
    "text": "🏮🏮🏮 قال البائع.\nباع التاجر سالم النجار ٤٠٠ فانوس أحمر 🏮 في سوق الزهراء يوم الجمعة.",
    "source": "صحيفة السوق",
    "date": "2020-04-24",
    "url": "https://market.example/lanterns?x=1&y=2",
}


def pytest_collection_modifyitems(items):
    if CHROMIUM is None:
        for item in items:
            if HERE in item.path.parents:
                item.add_marker(pytest.mark.skip(reason="no chromium found"))


@pytest.fixture(scope="module")
def browser():
    # Not for the session: while playwright runs, its event loop counts as running, and no other test could start one.
    with sync_api.sync_playwright() as playwright:
        flags = [f"--{flag}" for flag in [*FLAGS, *(["no-sandbox"] if os.geteuid() == 0 else [])]]
        with playwright.chromium.launch(executable_path=CHROMIUM, args=flags) as found:
            yield found


@pytest.fixture(scope="module")
def service(serve, seeded):
    with serve(seeded(), max_body_mb=1) as client:
        assert client.post("/articles", json=[HOSTILE, FOOTNOTES, EMOJI]).json()["added"] == 3
        yield client


@pytest.fixture
def watched(browser):
    """Makes pages; at the end no request went to another host than `hosts`, no script failed, and no policy was broken."""
    seen = SimpleNamespace(hosts=set(), allowed=set(), failures=[], contexts=[])

    def opened(address, **options):
        context = browser.new_context(**{"viewport": {"width": 1366, "height": 800}, "reduced_motion": "reduce", **options})
        seen.contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("request", lambda request: seen.hosts.add(urlsplit(request.url).netloc))
        page.on("pageerror", lambda error: seen.failures.append(str(error)))
        page.on("console", lambda said: seen.failures.append(said.text) if is_failure(said) else None)
        seen.allowed.add(urlsplit(address).netloc)
        page.goto(address)
        return page

    opened.seen = seen
    yield opened
    for context in seen.contexts:
        context.close()
    assert seen.hosts - {""} <= seen.allowed  # "" is that of blob: and data:
    assert seen.failures == []


def is_failure(said):
    """Errors, and what breaks the Content-Security-Policy. A refusal is told on the page; the browser notes its status too."""
    return (
        said.type == "error" and "the server responded with a status of" not in said.text
    ) or "Content Security" in said.text


@pytest.fixture
def open_page(watched, service):
    """A function that opens the page of `service` and waits until it is there; no conversation outlives the test."""

    def opened(path="/", **options):
        page = watched(str(service.base_url.join(path)), **options)
        page.locator("body:not(.loading)").wait_for()
        return page

    yield opened
    for one in service.get("/conversations", params={"limit": 1000}).json()["conversations"]:
        service.delete(f"/conversations/{one['id']}")


@pytest.fixture
def ask():
    """A function that asks on the page, and waits for the end of the answer."""

    def asked(page, question):
        before = page.locator(".turn .tools button[data-label=copy]").count()
        page.locator("#question").fill(question)
        page.keyboard.press("Enter")
        page.locator(".turn .tools button[data-label=copy]").nth(before).wait_for()
        page.locator("#ask:visible").wait_for()

    return asked
