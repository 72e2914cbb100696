"""The page in a real browser, opened from disk."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qa.evaluation.report import write
from tests.qa.evaluation.report.made_runs import ordinary, save

CHROMIUM = Path("/usr/bin/chromium")
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}")

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as running:
        launched = running.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture(params=[{}])
def page(browser: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A page in English that must not ask for anything, and must not fail."""
    context = browser.new_context(**({"locale": "en-US", "viewport": {"width": 1200, "height": 900}} | request.param))
    opened = context.new_page()
    asked: list[str] = []
    problems: list[str] = []
    opened.on("request", lambda sent: asked.append(sent.url))
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.on("console", lambda message: problems.append(message.text) if message.type in ("error", "warning") else None)
    yield opened
    broken = opened.evaluate("window.broken === true")
    context.close()
    assert [url for url in asked if not url.endswith("report.html")] == []
    assert problems == []
    assert not broken


def show(page: Any, report: Path) -> None:
    page.goto((report / "report.html").as_uri())


def shown(page: Any) -> list[str]:
    return page.locator("#list .question").all_inner_texts()


def tick(page: Any, value: str) -> None:
    page.locator(f"#questions-body input[value={value}]").check()


def test_filters_and_a_quote_in_its_passage(page: Any, report_a: Path) -> None:
    show(page, report_a)
    assert page.locator("#shown").inner_text() == "120 of 120 questions"
    assert len(shown(page)) == 25

    tick(page, "wrong")
    assert set(page.locator("#list .verdict").all_inner_texts()) == {"Wrong"}
    page.locator("#filter-language").select_option("ar")
    assert all("متى" in text for text in shown(page))
    page.locator("#filter-language").select_option("en")
    page.locator("#list .question").first.click()
    assert page.locator("#list mark").all_inner_texts() == ["on Monday"]
    assert page.locator("#list .passage").first.get_attribute("dir") == "auto"

    page.locator("button", has_text="Clear filters").click()
    assert page.locator("#shown").inner_text() == "120 of 120 questions"
    page.locator("#filter-low").check()
    confidences = [float(text) for text in page.locator("#list tr[data-place] td.number").all_inner_texts()]
    assert confidences
    assert max(confidences) < 0.5
    page.locator("#filter-low").uncheck()
    tick(page, "refused_rightly")
    tick(page, "refused_wrongly")
    assert all("Refused" in text for text in page.locator("#list .verdict").all_inner_texts())
    page.locator("#filter-type").select_option("كم")
    assert 0 < len(shown(page)) < 25


def test_search_reads_arabic_as_people_write_it(page: Any, report_a: Path) -> None:
    show(page, report_a)
    page.locator("#filter-search").fill("اعلن التَّحالف ٧٧")
    playwright.expect(page.locator("#list .question")).to_have_count(1)
    assert shown(page) == ["متى أعلن التحالف انتهاء العمليات؟ (77)"]
    page.locator("#filter-search").fill("nothing like it")
    playwright.expect(page.locator("#none")).to_be_visible()


def test_the_language_of_the_interface(page: Any, report_a: Path) -> None:
    show(page, report_a)
    assert page.locator("html").get_attribute("dir") == "ltr"
    assert page.locator("figure.plot .only-en").first.is_visible()
    page.locator("#switch").click()
    assert page.locator("html").get_attribute("dir") == "rtl"
    assert page.locator("html").get_attribute("lang") == "ar"
    assert page.locator("h1").inner_text() == "تقرير القياس"
    assert page.locator("figure.plot .only-ar").first.is_visible()
    assert not page.locator("figure.plot .only-en").first.is_visible()
    assert page.locator("#shown").inner_text() == "120 من 120 سؤال"
    directions = page.locator("#list .question").evaluate_all(
        "items => items.slice(0, 2).map(e => getComputedStyle(e).direction)"
    )
    assert directions == ["ltr", "rtl"]
    page.reload()
    assert page.locator("html").get_attribute("lang") == "ar"


def test_by_keyboard_alone(page: Any, report_a: Path) -> None:
    show(page, report_a)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.locator("#list .question").nth(1).focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.getAttribute('aria-expanded')") == "true"
    assert page.locator("#list .detail").count() == 1
    page.keyboard.press("Space")
    assert page.locator("#list .detail").count() == 0


def test_hostile_content_stays_text(page: Any, hostile_report: Path) -> None:
    show(page, hostile_report)
    for at in range(7):
        page.locator("#list .question").nth(at).click()
    assert page.locator("#list .detail").count() == 7
    assert page.locator("a[href^='javascript']").count() == 0
    assert page.locator("img").count() == 0
    assert page.locator("#list mark").first.inner_text().startswith("</script>")
    assert "not found in the passages" in page.locator("#list .detail").nth(1).inner_text()
    page.locator("button", has_text="Show them").click()
    assert page.locator("#list .verdict").first.inner_text() == "Failed"


@pytest.mark.parametrize("page", [{"viewport": {"width": 360, "height": 740}}, {"color_scheme": "dark"}], indirect=True)
def test_narrow_and_dark(page: Any, report_ab: Path) -> None:
    show(page, report_ab)
    for _ in range(2):
        page.locator("#list .question").first.click()
        page.locator("#switch").click()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    ink = page.evaluate("getComputedStyle(document.querySelector('figure.plot svg [style*=\"--ink\"]')).fill")
    assert ink == page.evaluate("getComputedStyle(document.body).color")


def test_what_was_won_and_lost(page: Any, report_ab: Path) -> None:
    show(page, report_ab)
    won = int(page.locator(".tally.won bdi").inner_text())
    page.locator(".tally.won").click()
    assert page.locator("#shown").inner_text() == f"{won} of 120 questions"
    page.locator("#list .question").first.click()
    assert page.locator("#list .detail h4").all_inner_texts() == ["first", "ثان"]
    assert page.locator("#comparison tbody tr").count() > 10
    page.locator("#filter-run").select_option("0")
    assert page.locator("input[value=won]").count() == 0
    assert page.locator("#shown").inner_text() == "120 of 120 questions"


def test_two_thousand_questions(page: Any, tmp_path: Path) -> None:
    write([save(tmp_path / "large", ordinary(2000))], tmp_path)
    show(page, tmp_path)
    assert page.locator("#list tr").count() < 60
    started = time.perf_counter()
    page.locator("#filter-search").fill("العمليات 1999")
    playwright.expect(page.locator("#list .question")).to_have_count(1)
    page.locator("#filter-search").fill("")
    playwright.expect(page.locator("#list .question")).to_have_count(25)
    for _ in range(3):
        page.locator(".pager button").nth(1).click()
    assert time.perf_counter() - started < 10
    assert "Page 4 of 80" in page.locator(".pager").first.inner_text()
