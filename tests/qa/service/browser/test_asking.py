"""Asking on the page: answers, the sources beside them, refusals, and nothing of an article ever runs."""

import json
import re

import pytest

from tests.qa.service.browser.conftest import ARABIC, EMOJI, ENGLISH, FOOTNOTES, UNANSWERABLE

LANGUAGES = pytest.mark.parametrize(
    ("locale", "question", "direction"), [("ar", ARABIC, "rtl"), ("en-GB", ENGLISH, "ltr")], ids=["ar", "en"]
)


@LANGUAGES
def test_ask_and_open_the_source_beside_the_answer(open_page, service, ask, locale, question, direction):
    page = open_page(locale=locale)
    page.locator(f"html[dir={direction}]").wait_for()
    ask(page, question)
    assert page.locator(".turn .question").inner_text() == question
    answer = service.post("/ask", json={"question": question}).json()
    first = answer["citations"][0]
    page.locator(".answer .marker").first.click()
    page.locator('#panel .text[aria-busy="false"]').wait_for()
    assert "".join(page.locator("#panel mark.chosen").all_text_contents()) == first["quote"]
    shown = page.locator("#panel .text p").all_text_contents()
    stored = service.get(f"/articles/{first['article_id']}").json()["text"]
    assert shown == [line for line in stored.split("\n") if line.strip()]
    assert page.locator("#panel .headline").inner_text() == first["title"]
    assert (first["date"] or first["source"]) in page.locator("#panel .byline").inner_text()
    assert page.locator('.marker[aria-current="true"]').count() == 1
    box = page.locator("#panel mark.chosen").first.bounding_box()
    assert 0 <= box["y"] <= 800, "the quote is scrolled to"


def test_the_original_is_linked_and_offsets_count_code_points(open_page, ask):
    page = open_page(locale="ar")
    ask(page, "كم فانوسا أحمر باع التاجر سالم النجار؟")
    page.locator(".source").first.click()
    page.locator("#panel mark.chosen").first.wait_for()
    assert "٤٠٠ فانوس أحمر 🏮" in page.locator("#panel mark.chosen").first.inner_text()
    link = page.locator("#panel .links a")
    assert link.get_attribute("href") == EMOJI["url"]
    assert link.get_attribute("rel") == "noopener noreferrer nofollow"
    assert EMOJI["source"] in page.locator("#panel .byline").inner_text()


@pytest.mark.parametrize("locale", ["ar", "en"])
def test_a_day_after_arabic_words_is_not_turned_round(open_page, ask, locale):
    page = open_page(locale=locale)
    ask(page, "كم فانوسا أحمر باع التاجر سالم النجار؟")
    assert page.locator(".lead bdi").all_inner_texts() == [EMOJI["source"], EMOJI["date"]]
    year, day = (
        page.locator(".lead bdi").last.evaluate(
            """(element, [from, to]) => {
                const range = document.createRange();
                range.setStart(element.firstChild, from);
                range.setEnd(element.firstChild, to);
                return range.getBoundingClientRect().x;
            }""",
            span,
        )
        for span in ([0, 4], [8, 10])
    )
    assert year < day


def test_quotes_of_one_article_are_one_source(open_page, service, ask):
    page = open_page(locale="en")
    answer = service.post("/ask", json={"question": ENGLISH}).json()
    first = answer["citations"][0]
    answer["citations"] = [first, first | {"marker": 2}]
    answer["answer"] = f"“{first['quote']}” [1] “{first['quote']}” [2]"
    body = f"event: answer\ndata: {json.dumps(answer)}\n\n"
    page.route("**/ask", lambda route: route.fulfill(content_type="text/event-stream", body=body))
    ask(page, ENGLISH)
    assert page.locator(".source .number").all_inner_texts() == ["1 2"]
    page.locator(".marker").nth(1).click()
    assert page.locator('.source[aria-current="true"]').count() == 1
    assert page.locator('.marker[aria-current="true"]').all_inner_texts() == ["2"]


def test_the_words_of_an_answer_are_in_its_language_whatever_the_interface(open_page, ask):
    page = open_page(locale="en")
    ask(page, ARABIC)
    short = page.locator(".answer .short")
    assert short.inner_text().startswith("باختصار")
    assert short.get_attribute("dir") == "rtl"


@pytest.mark.parametrize(("locale", "said"), [("ar", "لم يُعثر على جواب."), ("en", "No answer was found.")])
def test_a_refusal_offers_the_nearest_passages(open_page, ask, locale, said):
    page = open_page(locale=locale)
    ask(page, UNANSWERABLE[locale])
    assert page.locator(".answer.refused").count() == 1
    assert page.locator(".marker").count() == 0
    assert page.locator("#status").inner_text() == said
    snippet = page.locator(".source .snippet").first
    words = snippet.text_content()
    page.locator(".source").first.click()
    page.locator("#panel mark.passage").first.wait_for()
    marked = "".join(page.locator("#panel mark.passage").all_text_contents())
    assert "".join(marked.split()) == "".join(words.split())


def test_what_an_article_says_is_never_run(open_page, ask):
    page = open_page(locale="en")
    ask(page, "Who opened the glass bridge of Marzipan in June 2017?")
    page.locator(".source").first.click()
    page.locator("#panel .text mark").first.wait_for()
    assert "<img src=x onerror" in page.locator("#panel .headline").inner_text()
    assert "<script>window.pwned" in page.locator("#panel .text").inner_text()
    assert "</style>" in page.locator("#panel .text").inner_text()
    page.locator('[data-view="articles"]').click()
    page.locator("#found li").first.wait_for()
    page.locator("#search").fill("Quillfeather <script>window.pwned=1</script>")
    page.locator("#found .excerpt").first.wait_for()
    page.locator(".found").first.click()
    page.locator("#panel .text").wait_for()
    assert page.evaluate("() => window.pwned") is None
    assert page.locator("body :is(script, img, b, style)").count() == 0
    assert page.locator('a[href^="javascript"]').count() == 0


def test_a_question_is_never_run_either(open_page, ask):
    page = open_page(locale="en")
    ask(page, "<img src=x onerror='window.pwned=1'> glass bridge?")
    assert page.locator(".question").inner_text().startswith("<img")
    assert page.evaluate("() => window.pwned") is None


def test_an_articles_own_footnotes_are_no_markers(open_page, ask):
    page = open_page(locale="en")
    ask(page, "When was the lighthouse of Corvin built?")
    assert page.locator(".answer .marker").count() == 1
    assert FOOTNOTES["text"] in page.locator(".answer p").last.inner_text()


def test_an_article_that_changed_or_went_shows_the_passage_that_was_quoted(open_page, service, ask):
    page = open_page(locale="en")
    article = {"id": "gone", "text": "The windmill of Tarn was sold for 31 silver coins in 1744.", "language": "en"}
    service.post("/articles", json=article)
    ask(page, "For how many silver coins was the windmill of Tarn sold?")
    service.post("/articles", json=article | {"text": "Another windmill of Tarn burned in 1801. Nobody sold it."})
    page.locator(".marker").first.click()
    page.locator("#panel .note").wait_for()
    assert page.locator("#panel .note").inner_text().startswith("The article has changed")
    assert "31 silver coins" in page.locator("#panel mark.chosen").inner_text()
    service.delete("/articles/gone")
    page.locator("#panel-close").click()
    page.locator(".marker").first.click()
    page.locator("#panel .note").wait_for()
    assert page.locator("#panel .note").inner_text().startswith("The article itself cannot be had")
    assert "31 silver coins" in page.locator("#panel mark.chosen").inner_text()


@pytest.mark.parametrize(("locale", "said"), [("ar", "لا يمكن استعمال هذا السؤال"), ("en", "This question cannot be used")])
def test_a_question_that_cannot_be_used_is_told_in_the_language_of_the_page(open_page, locale, said):
    page = open_page(locale=locale)
    page.locator("#question").fill("؟؟؟")
    page.keyboard.press("Enter")
    page.locator(".failure").wait_for()
    assert re.match(said, page.locator(".failure").inner_text())


def test_copying_takes_the_sources_along(open_page, ask):
    page = open_page(locale="ar", permissions=["clipboard-read", "clipboard-write"])
    ask(page, ARABIC)
    page.locator("[data-label=copy]").click()
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert copied.startswith(ARABIC)
    assert "المصادر\n[1] " in copied
    assert page.locator("#status").inner_text() == "نُسخ."


def test_copying_works_without_encryption_too(open_page, ask):
    page = open_page(locale="en")
    page.evaluate("() => Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    ask(page, ENGLISH)
    page.locator("[data-label=copy]").click()
    page.locator("#status", has_text="Copied.").wait_for()
    page.locator("#question").focus()
    page.keyboard.press("Control+v")
    assert page.locator("#question").input_value().startswith(ENGLISH)


def test_a_thumb_is_stored_with_the_citations(open_page, service, ask):
    page = open_page(locale="en")
    ask(page, ENGLISH)
    with page.expect_response("**/feedback") as caught:
        page.locator("[data-label=good]").click()
    assert caught.value.status == 201
    sent = caught.value.request.post_data_json
    assert (sent["question"], sent["thumb"]) == (ENGLISH, "up")
    assert sent["citations"][0]["quote"] in sent["answer"]
    page.locator('[data-label=good][aria-pressed="true"]').wait_for()


def test_what_other_parts_add_to_an_answer_is_shown(open_page, service, ask):
    page = open_page(locale="en")
    answer = service.post("/ask", json={"question": ENGLISH}).json()
    answer |= {"note": "The language model did not answer.", "conflict": True, "standalone": "When exactly was it?"}
    answer["citations"][0]["translation"] = {"text": "The coalition <b>announced</b> it.", "language": "en", "by": "model-x"}
    body = f"event: answer\ndata: {json.dumps(answer)}\n\n"
    page.route("**/ask", lambda route: route.fulfill(content_type="text/event-stream", body=body))
    ask(page, ENGLISH)
    assert page.locator(".note").inner_text() == "The language model did not answer."
    assert page.locator(".conflict").inner_text() == "Reports differ"
    assert page.locator(".understood").inner_text() == "Understood as: When exactly was it?"
    assert page.locator(".answer .translation .said").inner_text() == "The coalition <b>announced</b> it."
    page.locator(".marker").first.click()
    assert "model-x" in page.locator("#panel .translation").inner_text()


def test_an_answer_can_be_stopped(open_page, service):
    page = open_page(locale="en")
    page.route("**/ask", lambda route: None)  # never answered
    page.locator("#question").fill(ENGLISH)
    page.keyboard.press("Enter")
    page.locator("#stop").wait_for()
    page.keyboard.press("Escape")
    page.locator("#ask:visible").wait_for()
    assert page.locator("#status").inner_text() == "Stopped."
