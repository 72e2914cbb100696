"""Browsing, searching, adding and deleting articles on the page."""

import pytest

TEXT = "The ferry of Lower Quill carried 212 passengers on its first day."


@pytest.fixture
def articles(open_page):
    def opened(locale="en", **options):
        page = open_page("/#articles", locale=locale, **options)
        page.locator("#found li").first.wait_for()
        return page

    return opened


def titles(page):
    return page.locator("#found .title").all_inner_texts()


def test_articles_are_listed_the_newest_first_and_read(articles, service):
    page = articles()
    listed = service.get("/articles", params={"order": "newest"}).json()
    assert titles(page) == [article["title"] or "Untitled" for article in listed["articles"]]
    assert page.locator("#total").inner_text() == f"{listed['total']} articles"
    page.locator(".found").first.click()
    page.locator("#panel .text p").first.wait_for()
    assert page.locator("#panel .headline").inner_text() == titles(page)[0]


def test_filters_narrow_the_list(articles):
    page = articles()
    page.locator("#outlet").select_option("راديو سوا")
    page.locator("#found li").nth(1).wait_for(state="detached")
    assert page.locator("#found .where").inner_text() == "راديو سوا"
    page.locator("#filters [type=reset]").click()
    page.locator("#found li").nth(3).wait_for()
    page.locator("[name=from]").fill("2019-01-01")
    page.locator("#found li").nth(1).wait_for(state="detached")
    assert "2020-04-24" in page.locator("#found .where").inner_text()
    page.locator("[name=to]").fill("2019-06-01")
    page.locator("#nothing").wait_for()
    page.locator("[name=to]").fill("2018-01-01")
    page.locator("#total", has_text="is after").wait_for()


def test_search_finds_passages_and_opens_them_in_their_article(articles):
    page = articles("ar")
    page.locator("#search").fill("فانوس أحمر")
    page.locator("#found .excerpt").first.wait_for()
    page.locator(".found").first.click()
    page.locator("#panel mark.passage").first.wait_for()
    assert "٤٠٠ فانوس" in page.locator("#panel .text").inner_text()


def test_files_are_added_each_with_its_own_result(articles, service):
    page = articles()
    page.locator("#files").set_input_files(
        [
            {"name": "ferry <b>.txt", "mimeType": "text/plain", "buffer": TEXT.encode()},
            {"name": "broken.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 nothing"},
            {"name": "two.jsonl", "mimeType": "", "buffer": b'{"id":"u-1","text":"One of two small pieces."}\n{"id":"u-2"}'},
        ]
    )
    page.locator("#upload-status", has_text="Done: 3").wait_for()
    assert page.locator("#upload-status").inner_text() == "Done: 3, failed: 1, left: 0"
    first, second, third = page.locator("#uploads li").all()
    assert first.locator(".title").inner_text() == "ferry <b>.txt"
    assert first.locator(".said").inner_text() == "added: 1"
    assert second.get_attribute("class") == "failed"
    assert second.locator(".said").inner_text().startswith("Not read: \u2068")
    assert third.locator(".said").inner_text().startswith("added: 1 · not read: 1 (\u2068line 2")
    page.locator("#found li", has_text="Untitled").first.wait_for()
    assert service.get("/articles/ferry <b>").json()["text"] == TEXT
    for name in ("ferry <b>", "u-1"):
        service.delete(f"/articles/{name}")


def test_files_can_be_dropped_anywhere(open_page, service):
    page = open_page(locale="ar")
    page.evaluate(
        """text => {
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([text], "dropped.md"));
            for (const kind of ["dragover", "drop"]) {
              const event = new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true });
              document.querySelector("#main").dispatchEvent(event);
            }
        }""",
        TEXT,
    )
    page.locator("#uploads .done").wait_for()
    assert page.locator("#uploads .said").inner_text() == "أضيف: 1"
    assert page.locator("#view-articles").is_visible()
    assert service.delete("/articles/dropped").status_code == 200


def test_a_file_over_the_limit_is_told(articles):
    page = articles()
    page.locator("#files").set_input_files({"name": "big.txt", "mimeType": "text/plain", "buffer": b"word " * 210_000})
    page.locator("#uploads .failed").wait_for()
    assert "1 MB" in page.locator("#uploads .said").inner_text()


def test_an_article_is_deleted_after_a_question(articles, service):
    service.post("/articles", json={"id": "x/y?z#1", "title": "Zinc roof", "text": TEXT})
    page = articles()
    page.locator(".found", has_text="Zinc roof").click()
    page.locator("#panel .danger").click()
    page.locator("dialog", has_text="Zinc roof").locator(".danger").click()
    page.locator(".found", has_text="Zinc roof").wait_for(state="detached")
    assert not page.locator("#panel").is_visible()
    assert service.get("/articles/x%2Fy%3Fz%231").status_code == 404
