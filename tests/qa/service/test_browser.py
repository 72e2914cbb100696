"""The page in a real browser: ask in both languages, open a citation, and nothing from an article or another host runs."""

import os
import re
import shutil
from urllib.parse import urlsplit

import pytest

from qa.dalil import Dalil

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium found")

FLAGS = ["disable-gpu", "disable-background-networking", "disable-component-update", "disable-sync", "no-first-run"]
ARABIC = "متى أعلن التحالف الدولي انتهاء عملياته القتالية الرئيسية في العراق؟"
ENGLISH = "When did the coalition announce the end of its main combat operations in Iraq?"
HOSTILE = (
    '<script>window.pwned = 1</script><img src=x onerror="window.pwned = 1"> The zebra minister Quillfeather opened the'
    " glass bridge of Marzipan in June 2017. <b>bold</b>\nA second paragraph says nothing else."
)
FOOTNOTES = "The lighthouse of Corvin was built in 1872 [1] by Ada Moor [2] and burned in 1901 [3]."


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        flags = [f"--{flag}" for flag in [*FLAGS, *(["no-sandbox"] if os.geteuid() == 0 else [])]]
        with playwright.chromium.launch(executable_path=CHROMIUM, args=flags) as found:
            yield found


@pytest.fixture(scope="module")
def service(serve, seeded):
    dalil: Dalil = seeded()
    with serve(dalil) as client:
        article = {
            "id": "hostile",
            "text": HOSTILE,
            "title": "<img src=x onerror='window.pwned=1'>",
            "url": "javascript:window.pwned=1",
        }
        articles = [article | {"source": "<b>Zebra Times</b>", "language": "en"}, {"id": "notes", "text": FOOTNOTES}]
        assert client.post("/articles", json=articles).json()["added"] == 2
        yield client


@pytest.fixture
def open_page(browser, service):
    """A function that opens the page; at the end no request went to another host and no script failed."""
    hosts, failures, contexts = set(), [], []

    def opened(path="/", **options):
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
        page.on("pageerror", lambda error: failures.append(str(error)))
        page.on("console", lambda said: failures.append(said.text) if is_failure(said) else None)
        page.goto(str(service.base_url.join(path)))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert hosts == {service.base_url.netloc.decode()}
    assert failures == []


def is_failure(said):
    """A refused question is told on the page; the browser notes its status on top."""
    return said.type == "error" and "status of 400" not in said.text


def ask(page, question):
    page.locator("#question").fill(question)
    page.keyboard.press("Enter")
    page.locator("#ask").wait_for()
    page.wait_for_function("document.querySelector('#status').textContent !== '' && !document.querySelector('#ask').hidden")


@pytest.mark.parametrize(
    ("locale", "question", "direction"), [("ar", ARABIC, "rtl"), ("en-GB", ENGLISH, "ltr")], ids=["ar", "en"]
)
def test_ask_and_open_the_citation(open_page, service, locale, question, direction):
    page = open_page(locale=locale)
    page.wait_for_function("wanted => document.documentElement.dir === wanted", arg=direction)
    ask(page, question)
    assert page.locator(".turn h2").inner_text() == question
    page.locator(".answer .marker").first.click()
    page.locator('.answer .marker[aria-expanded="true"]').first.wait_for()  # browsers tell of opened details a little later
    quote = page.locator("details[open] mark").first
    quote.wait_for()
    answer = service.post("/ask", json={"question": question}).json()
    first = answer["citations"][0]
    assert "".join(quote.all_inner_texts()) == first["quote"]
    passage = next(hit for hit in answer["passages"] if hit["passage_id"] == first["passage_id"])
    shown = page.locator("details[open] .passage p:has(mark)").first.inner_text()
    assert first["quote"] in shown
    assert shown in passage["text"]
    about = page.locator("details[open] summary").inner_text()
    assert first["title"] in about
    assert (first["date"] or first["source"]) in about


def test_the_words_of_an_answer_are_in_its_language_whatever_the_interface(open_page):
    page = open_page(locale="en")
    ask(page, ARABIC)
    short = page.locator(".answer .short")
    assert short.inner_text().startswith("باختصار: ")
    assert short.get_attribute("dir") == "rtl"


def test_a_refusal_offers_the_nearest_passages(open_page):
    page = open_page(locale="ar")
    ask(page, "كم سعر تذكرة السينما في باريس؟")
    assert page.locator(".answer.refused").count() == 1
    assert page.locator(".marker").count() == 0
    assert page.locator("#status").inner_text() == "لم يُعثر على جواب."


def test_what_an_article_says_is_never_run(open_page):
    page = open_page(locale="en")
    ask(page, "Who opened the glass bridge of Marzipan in June 2017?")
    page.locator(".marker, summary").first.click()
    page.locator("details[open]").first.wait_for()
    assert "<img src=x onerror" in page.locator(".title").first.inner_text()
    assert "<script>window.pwned" in page.locator("details[open]").first.inner_text()
    assert page.evaluate("window.pwned") is None
    assert page.locator("main script, main img, main b").count() == 0
    assert not [link for link in page.locator("main a").all() if "javascript" in (link.get_attribute("href") or "")]


def test_an_articles_own_footnotes_are_no_markers(open_page):
    page = open_page(locale="en")
    ask(page, "When was the lighthouse of Corvin built?")
    assert page.locator(".answer .marker").count() == 1
    assert FOOTNOTES in page.locator(".answer p").last.inner_text()


def test_the_switch_mirrors_the_page_and_is_remembered(open_page):
    page = open_page(locale="en")
    ask(page, ENGLISH)
    before = page.locator("#switch").bounding_box()["x"]
    page.locator("#switch").click()
    assert page.locator("html").get_attribute("dir") == "rtl"
    assert page.locator("#ask").inner_text() == "اسأل"
    assert page.locator(".sources h3").inner_text() == "المصادر"
    assert page.locator("#switch").bounding_box()["x"] < before
    page.reload()
    page.locator("html[dir=rtl]").wait_for()


def test_it_fits_a_phone(open_page):
    page = open_page(locale="ar", viewport={"width": 360, "height": 720})
    ask(page, ARABIC)
    page.locator(".marker").first.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.locator("#question").is_visible()


def test_keyboard_alone_is_enough(open_page):
    page = open_page(locale="en")
    ask(page, ENGLISH)
    marker = page.locator(".marker").first
    marker.focus()
    page.keyboard.press("Enter")
    page.locator("details[open]").first.wait_for()
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    page.keyboard.press("Enter")
    assert page.locator("details[open]").count() == 0


def test_a_question_that_cannot_be_used_is_told_in_the_language_of_the_page(open_page):
    page = open_page(locale="ar")
    page.locator("#question").fill("؟؟؟")
    page.keyboard.press("Enter")
    page.locator(".failure").wait_for()
    assert re.match("لا يمكن استعمال هذا السؤال", page.locator(".failure").inner_text())


def test_the_page_about_the_api(open_page):
    page = open_page("/docs")
    page.locator("details").first.wait_for()
    page.get_by_text("/articles/{article_id}").first.wait_for()
    page.locator("summary", has_text="/ask").click()
    assert "question" in page.locator("details[open]").inner_text()
    assert "`" not in page.locator("main").text_content()
