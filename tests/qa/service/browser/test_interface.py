"""The page around the answers: languages, colours, widths, keyboard, print, and how it is delivered."""

import gzip

import pytest

from tests.qa.service.browser.conftest import ARABIC, ENGLISH


def test_the_switch_mirrors_the_page_and_is_remembered(open_page, ask):
    page = open_page(locale="en")
    ask(page, ENGLISH)
    before = page.locator("#language").bounding_box()["x"]
    page.locator("#language").click()
    page.locator("html[dir=rtl][lang=ar]").wait_for()
    assert page.locator("#new").inner_text() == "محادثة جديدة"
    assert page.locator(".sources h3").inner_text() == "المصادر"
    assert page.locator("#ask").get_attribute("aria-label") == "اسأل"
    assert page.locator("#language").bounding_box()["x"] < before
    page.reload()
    page.locator("html[dir=rtl]").wait_for()


@pytest.mark.parametrize(("locale", "language"), [("ar-EG", "ar"), ("en-US", "en"), ("fr", "en"), ("fr,ar", "en")])
def test_it_begins_in_the_language_of_the_browser(open_page, locale, language):
    assert open_page(locale=locale.split(",")[0]).locator("html").get_attribute("lang") == language


def background(page):
    return page.evaluate("() => getComputedStyle(document.body).backgroundColor")


def test_colours_follow_the_system_until_others_are_chosen(open_page):
    dark = background(open_page(locale="en", color_scheme="dark"))
    page = open_page(locale="en", color_scheme="light")
    light = background(page)
    assert light != dark
    page.locator("#theme").click()
    assert background(page) == dark
    page.reload()
    page.locator("body:not(.loading)").wait_for()
    assert background(page) == dark
    page.locator("#theme").click()
    assert background(page) == light
    page.emulate_media(color_scheme="dark")
    assert background(page) == dark, "the choice was that of the system, which is followed again"


@pytest.mark.parametrize("locale", ["ar", "en"])
@pytest.mark.parametrize("width", [320, 768, 1366])
def test_it_fits_every_width(open_page, ask, locale, width):
    page = open_page(locale=locale, viewport={"width": width, "height": 720})
    ask(page, ARABIC if locale == "ar" else ENGLISH)
    scrolls = "() => document.documentElement.scrollWidth"
    assert page.evaluate(scrolls) <= width
    page.locator(".marker").first.click()
    page.locator("#panel mark.chosen").first.wait_for()
    assert page.evaluate(scrolls) <= width
    page.locator("#panel-close").click()
    assert page.evaluate("() => document.activeElement.className") == "marker"
    page.locator('[data-view="articles"]').click()
    page.locator("#found li").first.wait_for()
    assert page.evaluate(scrolls) <= width


def test_on_a_phone_the_conversations_are_in_a_drawer(open_page):
    page = open_page(locale="ar", viewport={"width": 360, "height": 720})
    assert not page.locator("#new").is_visible()
    page.locator("#menu").click()
    page.locator("#new").wait_for()
    assert page.locator("#menu").get_attribute("aria-expanded") == "true"
    page.keyboard.press("Escape")
    assert not page.locator("#new").is_visible()


def test_keyboard_alone_is_enough(open_page, ask):
    page = open_page(locale="en")
    ask(page, ENGLISH)
    marker = page.locator(".marker").first
    marker.focus()
    page.keyboard.press("Enter")
    page.locator("#panel mark.chosen").first.wait_for()
    assert page.evaluate("() => document.activeElement.className") == "headline"
    page.keyboard.press("Escape")
    assert not page.locator("#panel").is_visible()
    assert page.evaluate("() => document.activeElement.className") == "marker"
    page.keyboard.press("Control+k")
    assert page.evaluate("() => document.activeElement.id") == "question"
    page.keyboard.press("ArrowUp")
    assert page.locator("#question").input_value() == ENGLISH
    page.keyboard.press("Alt+l")
    page.locator("html[lang=ar]").wait_for()
    page.keyboard.press("Alt+a")
    page.locator("#view-articles").wait_for()
    page.keyboard.press("Alt+n")
    page.locator("#empty").wait_for()
    assert page.locator(".turn").count() == 0


def test_the_shortcuts_are_listed(open_page):
    page = open_page(locale="ar")
    page.keyboard.press("Control+/")
    assert page.locator("dialog tr").count() == 10
    assert "خانة السؤال" in page.locator("dialog").inner_text()
    page.keyboard.press("Escape")
    page.locator("dialog").wait_for(state="detached")


def test_on_paper_stand_the_answer_and_its_quotes_and_no_buttons(open_page, ask):
    page = open_page(locale="ar")
    ask(page, ARABIC)
    assert not page.locator(".printed").first.is_visible()
    page.emulate_media(media="print")
    assert page.locator(".printed").first.is_visible()
    for name in ("#top", "#side", "#composer", ".tools"):
        assert not page.locator(name).first.is_visible()
    assert page.pdf().startswith(b"%PDF")


def test_the_first_paint_is_light(open_page, service):
    page = open_page(locale="ar")
    page.wait_for_load_state("networkidle")
    names = page.evaluate("() => performance.getEntriesByType('resource').map(entry => entry.name)")
    assert any(name.endswith("naskh.woff2") for name in names)
    sent = 0
    for name in {str(service.base_url), *names}:
        content = service.get(name).content
        sent += len(content) if name.endswith(".woff2") else len(gzip.compress(content))
        assert name.endswith(".woff2") or service.get(name).headers.get("content-encoding") == "gzip" or len(content) < 1000
    assert sent < 100_000


def test_the_page_about_the_api(open_page, watched, service):
    page = watched(str(service.base_url.join("/docs")))
    page.get_by_text("/articles/{article_id}").first.wait_for()
    page.locator("summary", has_text="/ask").click()
    assert "question" in page.locator("details[open]").inner_text()
    assert "`" not in page.locator("main").text_content()
