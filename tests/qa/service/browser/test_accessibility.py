"""axe-core finds nothing: on each part of the page, in both languages, light and dark, wide and narrow."""

import pytest

from tests.qa.service.browser.conftest import ARABIC, ENGLISH, UNANSWERABLE

ONE_QUOTE = "Who is Felix Gedney?"  # whose answer is one quote

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
NAMED = "() => [document.activeElement].map(at => at.id || at.className || at.dataset.view)[0]"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture
def problems(service):
    """A function that gives what axe-core finds wrong with a page, as lines to read."""

    def found(page):
        # axe-core is put in by the test; the policy of the page is that of `bypass_csp` here, and checked everywhere else.
        results = axe.Axe().run(page, options=RULES).response["violations"]
        return [
            f"{one['id']} ({one['impact']}): {node['target']} {node['failureSummary']}"
            for one in results
            for node in one["nodes"]
        ]

    return found


@pytest.mark.parametrize(
    ("locale", "width", "theme"), [("ar", 1366, "light"), ("en", 1366, "dark"), ("en", 360, "light"), ("ar", 360, "dark")]
)
def test_every_part_of_the_page(open_page, ask, problems, locale, width, theme):
    page = open_page(locale=locale, color_scheme=theme, viewport={"width": width, "height": 800}, bypass_csp=True)
    assert problems(page) == []
    ask(page, ARABIC if locale == "ar" else ENGLISH)
    ask(page, UNANSWERABLE[locale])
    assert problems(page) == []
    page.locator(".answer .marker").first.click()
    page.locator("#panel mark.chosen").first.wait_for()
    assert problems(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("Alt+a")
    page.locator("#found li").first.wait_for()
    assert problems(page) == []
    page.keyboard.press("Control+/")
    page.locator("dialog").wait_for()
    assert problems(page) == []


@pytest.mark.parametrize(("locale", "theme"), [("ar", "light"), ("en", "dark")])
def test_the_widget(watched, service, problems, locale, theme):
    page = watched(str(service.base_url.join("/widget")), locale=locale, color_scheme=theme, bypass_csp=True)
    page.locator(".launcher").click()
    page.locator("textarea").fill(ARABIC if locale == "ar" else ENGLISH)
    page.keyboard.press("Enter")
    page.locator(".tools button").first.wait_for()
    assert problems(page) == []
    page.locator(".answer .marker").first.click()
    page.locator("mark.chosen").first.wait_for()
    assert problems(page) == []


def test_what_is_heard_while_an_answer_comes(open_page, ask):
    page = open_page(locale="en")
    ask(page, ONE_QUOTE)
    assert page.locator("#status").get_attribute("role") == "status"
    spoken = page.locator("#spoken[aria-live=polite]").text_content()
    assert spoken
    assert spoken in page.locator(".answer").text_content()
    assert page.locator("#answers").get_attribute("aria-busy") == "false"


def test_the_focus_goes_through_the_page_in_order(open_page, ask):
    page = open_page(locale="en")
    ask(page, ONE_QUOTE)
    page.reload()
    page.locator(".turn .tools button").first.wait_for()
    order = []
    for _ in range(20):
        page.keyboard.press("Tab")
        order.append(page.evaluate(NAMED))
    assert order[:8] == ["skip", "brand", "ask", "articles", "help", "theme", "language", "new"]
    assert [name for name in order if name in ("marker", "source", "question")] == ["marker", "source", "question"]
