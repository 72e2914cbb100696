"""Conversations at the side, and answers that are shared by a link."""

import pytest

from tests.qa.service.browser.conftest import ARABIC, ENGLISH

FOLLOW_UP = "وماذا قال عن روسيا؟"


def test_a_conversation_is_kept_and_can_be_gone_on_with(open_page, ask):
    page = open_page(locale="ar")
    ask(page, ARABIC)
    entry = page.locator("#talks .talk")
    entry.wait_for()
    assert entry.locator(".title").inner_text() == ARABIC
    assert entry.get_attribute("aria-current") == "true"
    ask(page, FOLLOW_UP)
    assert page.locator("#talks .talk").count() == 1
    page.reload()
    page.locator(".turn .tools").nth(1).wait_for()
    assert page.locator(".question").all_inner_texts() == [ARABIC, FOLLOW_UP]
    page.locator(".answer .marker").first.click()
    page.locator("#panel mark.chosen").first.wait_for()


def test_a_follow_up_shows_how_it_was_understood(open_page, service, ask):
    page = open_page(locale="ar")
    ask(page, ARABIC)
    ask(page, FOLLOW_UP)
    kept = service.get("/conversations").json()["conversations"][0]["id"]
    standalone = service.get(f"/conversations/{kept}").json()["history"][1]["answer"]["standalone"]
    assert standalone
    assert page.locator(".understood:visible").inner_text() == f"فُهم السؤال هكذا: {standalone}"


def test_articles_and_back_leaves_the_conversation_where_it_was(open_page, ask):
    page = open_page(locale="en")
    ask(page, ENGLISH)
    page.locator('[data-view="articles"]').click()
    page.locator("#found li").first.wait_for()
    page.locator('[data-view="ask"]').click()
    assert page.locator(".turn:visible").count() == 1
    page.locator("#new").click()
    page.locator("#empty").wait_for()
    page.locator("#talks .talk").click()
    page.locator(".turn").wait_for()
    page.go_back()
    page.locator("#empty").wait_for()


def test_it_can_be_renamed_and_deleted(open_page, service, ask):
    page = open_page(locale="en")
    ask(page, ENGLISH)
    page.locator("#talks li").hover()
    page.locator("#talks [data-label=rename]").click()
    page.locator("dialog input").fill("التحالف <b>و</b> العراق")
    page.keyboard.press("Enter")
    page.locator("#talks .title", has_text="<b>و</b>").wait_for()
    assert service.get("/conversations").json()["conversations"][0]["title"] == "التحالف <b>و</b> العراق"
    page.locator("#talks li").hover()
    page.locator("#talks [data-label=delete]").click()
    page.locator("dialog button", has_text="Cancel").click()
    assert page.locator("#talks li").count() == 1
    page.locator("#talks li").hover()
    page.locator("#talks [data-label=delete]").click()
    page.locator("dialog .danger").click()
    page.locator("#talks li").wait_for(state="detached")
    page.locator("#empty").wait_for()
    assert service.get("/conversations").json()["total"] == 0


def test_a_conversation_that_is_gone_is_told(open_page):
    page = open_page("/#c=nothing", locale="en")
    page.locator("#status", has_text="no longer there").wait_for()


@pytest.mark.parametrize("locale", ["ar", "en"])
def test_a_shared_answer_is_shown_as_it_was_given(open_page, service, ask, locale):
    page = open_page(locale=locale)
    ask(page, ARABIC if locale == "ar" else ENGLISH)
    page.locator("[data-label=share]").click()
    link = page.locator("dialog input").input_value()
    stranger = open_page(link.removeprefix(str(service.base_url).rstrip("/")), locale=locale)
    stranger.locator(".turn .tools").wait_for()
    assert stranger.locator(".question").inner_text() == page.locator(".question").inner_text()
    assert stranger.locator(".answer").inner_text() == page.locator(".answer").inner_text()
    stranger.locator(".marker").first.click()
    stranger.locator("#panel mark.chosen").first.wait_for()
    for name in ("#side", "#composer", "[data-label=share]", "[data-label=good]"):
        assert not stranger.locator(name).first.is_visible()
    shared = service.get(f"/answers/{link.partition('=')[2]}").json()
    assert shared["answer"]["conversation_id"] is None


def test_a_link_that_leads_nowhere_is_told(open_page):
    page = open_page("/?answer=0123", locale="en")
    page.locator(".failure", has_text="no longer there").wait_for()


def test_a_key_is_asked_for_where_one_is_needed(open_page, ask):
    page = open_page(locale="en")
    asked = []

    def locked(route):
        key = route.request.headers.get("authorization")
        asked.append(key)
        if key == "Bearer right":
            route.fallback()
        else:
            route.fulfill(status=401, json={"error": {"code": "unauthorized", "message": "a key is needed"}})

    page.route("**/ask", locked)
    page.locator("#question").fill(ENGLISH)
    page.keyboard.press("Enter")
    for key in ("wrong", "right"):
        page.locator("dialog input[type=password]").fill(key)
        page.keyboard.press("Enter")
    page.locator(".turn .tools button").first.wait_for()
    assert asked == [None, "Bearer wrong", "Bearer right"]
    assert page.evaluate("() => JSON.stringify(localStorage)").count("right") == 0
