"""The page's files: nothing from another host, nothing inline, every word there in both languages."""

import re

import pytest

from prompts import messages
from qa.service.routes.page import STATIC

FILES = sorted(STATIC.iterdir())


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_nothing_comes_from_another_host(file):
    addresses = re.findall(r"(?:https?:)?//[\w.-]+", re.sub(r"(?m)^\s*//.*$", "", file.read_text(encoding="utf-8")))
    assert set(addresses) <= {"http://www.w3.org"}


@pytest.mark.parametrize("file", [file for file in FILES if file.suffix == ".html"], ids=lambda file: file.name)
def test_no_script_or_style_is_inline(file):
    html = file.read_text(encoding="utf-8")
    assert not re.search(r"<style|\sstyle=|\son\w+=", html)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", html))


@pytest.mark.parametrize("file", [file for file in FILES if file.suffix == ".js"], ids=lambda file: file.name)
def test_scripts_never_turn_text_into_html_or_code(file):
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function", file.read_text(encoding="utf-8")
    )


def test_every_word_the_page_asks_for_is_there_and_every_word_there_is_used(client):
    strings = client.get("/strings.json").json()
    source = "\n".join(file.read_text(encoding="utf-8") for file in FILES)
    asked = set(re.findall(r'(?:data-text|data-placeholder)="(\w+)"', source))
    asked |= set(re.findall(r'(?:\btext|status)\("(\w+)"', source)) | set(
        re.findall(r'(?:words: |list\(shown, )"(\w+)"', source)
    )
    asked |= set(re.findall(r'\? "(\w+)" : "(\w+)"\)', source)[0])
    for language in ("ar", "en"):
        assert asked <= set(strings[language])
        unused = {key for key in strings[language] if not key.startswith("error_")} - asked
        assert not unused
    assert strings["ar"]["ask"] == messages("ar")["page.ask"]


def test_pages_and_assets_are_served_with_their_types(client):
    types = {"/": "text/html", "/docs": "text/html", "/static/page.js": "javascript", "/static/style.css": "text/css"}
    for path, kind in types.items():
        response = client.get(path)
        assert response.status_code == 200
        assert kind in response.headers["content-type"]
    first = client.get("/static/page.js")
    assert client.get("/static/page.js", headers={"If-None-Match": first.headers["etag"]}).status_code == 304


def test_the_api_describes_itself(client):
    paths = client.get("/openapi.json").json()["paths"]
    assert {"/ask", "/search", "/articles", "/articles/{article_id}", "/healthz", "/readyz"} <= set(paths)
    assert "question" in str(client.get("/openapi.json").json()["components"]["schemas"]["AskBody"])
