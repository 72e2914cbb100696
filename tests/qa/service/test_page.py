"""The page's files: nothing from another host, nothing inline, every word there in both languages."""

import re

import pytest

from prompts import messages
from qa.service.assets import STATIC, version_of

FILES = sorted(file for file in STATIC.iterdir() if file.suffix in (".html", ".js", ".css", ".svg"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_nothing_comes_from_another_host(file):
    addresses = re.findall(r"(?:https?:)?//[\w.-]+", re.sub(r"(?m)^\s*//.*$", "", file.read_text(encoding="utf-8")))
    # The name of a kind of drawing, and names that can be no host.
    assert not [one for one in addresses if one != "http://www.w3.org" and not one.endswith(".example")]


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
    asked = set(re.findall(r'data-(?:text|placeholder|label|tip)="(\w+)"', source))
    asked |= set(re.findall(r'(?:\btext|\bstatus|\blabel|\bsay)\("(\w+)"', source))
    asked |= set(re.findall(r'\b(?:words|label|tip|placeholder): "(\w+)"', source))
    named = set(re.findall(r'"(\w+)"', source)) | set(re.findall(r"\b(key_\w+)\b", source))
    named |= {f"file_{kind}" for kind in ("added", "updated", "unchanged")}  # put together in upload.js
    for language in ("ar", "en"):
        assert asked <= set(strings[language])
        unused = {key for key in strings[language] if not key.startswith("error_")} - named
        assert not unused
    assert strings["ar"]["ask"] == messages("ar")["page.ask"]


def addresses_in(html):
    return re.findall(r'(?:href|src)="(static/[^"]+)"', html)


def test_pages_and_assets_are_served_with_their_types(client):
    types = {"/": "text/html", "/docs": "text/html", "/widget": "text/html", "/widget.js": "javascript"}
    types |= {"/static/page.js": "javascript", "/static/base.css": "text/css"}
    for path, kind in types.items():
        response = client.get(path)
        assert response.status_code == 200
        assert kind in response.headers["content-type"]
        assert response.headers["cache-control"] == "no-cache"
        assert client.get(path, headers={"If-None-Match": response.headers["etag"]}).status_code == 304


@pytest.mark.parametrize("page", ["/", "/docs"])
def test_what_a_page_loads_is_kept_for_good_under_a_name_of_its_content(client, page):
    addresses = addresses_in(client.get(page).text)
    assert addresses
    for address in addresses:
        response = client.get(f"/{address}")
        assert response.status_code == 200
        assert "immutable" in response.headers["cache-control"]
    other = re.sub("v-[0-9a-f]{12}", "v-000000000000", addresses[0])
    assert client.get(f"/{other}").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path", ["/static/../app.py", "/static/v-000000000000/../../app.py", "/static/%2e%2e/app.py", "/static//etc/passwd"]
)
def test_nothing_but_the_files_of_the_page_is_served(client, path):
    assert client.get(path).status_code == 404


def test_another_content_has_another_name(tmp_path):
    (tmp_path / "a.js").write_text("1")
    first = version_of(tmp_path)
    assert version_of(tmp_path) == first
    (tmp_path / "a.js").write_text("2")
    assert version_of(tmp_path) != first


def test_the_api_describes_itself(client):
    paths = client.get("/openapi.json").json()["paths"]
    assert {"/ask", "/search", "/articles", "/articles/{article_id}", "/healthz", "/readyz"} <= set(paths)
    assert "question" in str(client.get("/openapi.json").json()["components"]["schemas"]["AskBody"])
