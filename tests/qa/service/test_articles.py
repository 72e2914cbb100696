"""`/articles`: what is put in can be read back exactly, found, and taken out."""

import json
from urllib.parse import quote

import pytest

from qa.dalil import Dalil

TEXT = "أعلنت شركة زعفران للطيران افتتاح خط جديد بين صنعاء وكوالالمبور في ٣ آذار.\nقال مديرها إن الرحلات ثلاث كل أسبوع."


@pytest.fixture
def added(client):
    """A function that adds articles; they are gone after the test."""
    ids = []

    def add(body):
        response = client.post("/articles", json=body)
        ids.extend(response.json().get("ids", []))
        return response

    yield add
    for article_id in ids:
        client.delete(f"/articles/{quote(article_id, safe='')}")


def test_the_list_comes_in_pages_without_texts(client):
    whole = client.get("/articles").json()
    assert (whole["total"], whole["offset"], whole["limit"]) == (2, 0, 50)
    ids = [article["id"] for article in whole["articles"]]
    pages = [client.get("/articles", params={"offset": n, "limit": 1}).json()["articles"] for n in range(3)]
    assert [[article["id"] for article in page] for page in pages] == [ids[:1], ids[1:], []]
    for article in whole["articles"]:
        assert "text" not in article
        assert article["length"] == len(client.get(f"/articles/{article['id']}").json()["text"])


@pytest.mark.parametrize("wrap", [lambda a: a, lambda a: [a], lambda a: {"articles": [a]}])
def test_one_article_a_list_or_an_object_of_articles(client, added, wrap):
    article = {
        "id": "z-1",
        "text": TEXT,
        "title": "خط جديد",
        "source": "وكالة",
        "date": "2019-03-03",
        "url": "https://e.example/1",
    }
    response = added(wrap(article))
    assert response.status_code == 200
    assert (response.json()["added"], response.json()["ids"]) == (1, ["z-1"])
    stored = client.get("/articles/z-1").json()
    assert article.items() <= stored.items()
    assert client.get("/search", params={"q": "زعفران للطيران", "k": 1}).json()["hits"][0]["article_id"] == "z-1"


def test_adding_again_changes_nothing_and_changing_replaces(client, added):
    assert added({"id": "z-2", "text": TEXT}).json()["added"] == 1
    assert added({"id": "z-2", "text": TEXT}).json()["unchanged"] == 1
    assert added({"id": "z-2", "text": TEXT.replace("زعفران", "ياقوت")}).json()["updated"] == 1
    assert "ياقوت" in client.get("/articles/z-2").json()["text"]
    assert client.get("/articles").json()["total"] == 3


def test_without_an_id_the_same_text_gets_the_same_one(added):
    first, second = added({"text": TEXT}).json(), added({"text": TEXT}).json()
    assert first["ids"] == second["ids"]
    assert second["unchanged"] == 1


@pytest.mark.parametrize("article_id", ["خبر-١٢", "news/2018/05", "a#b", "50%", "a%2Fb", "with space?", "/leading", "ends/"])
def test_ids_of_any_shape_can_be_read_and_removed(client, added, article_id):
    assert added({"id": article_id, "text": TEXT}).json()["ids"] == [article_id]
    address = f"/articles/{quote(article_id, safe='')}"
    assert client.get(address).json()["id"] == article_id
    assert client.delete(address).json() == {"removed": [article_id]}
    assert client.get(address).status_code == 404
    assert client.delete(address).status_code == 404
    assert article_id not in {hit["article_id"] for hit in client.get("/search", params={"q": TEXT}).json()["hits"]}


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({}, 422, "text"),
        ([], 422, "at least 1"),
        ({"articles": 5}, 422, "list"),
        ([{"text": TEXT}, {"title": "no text"}], 422, "article 2: text"),
        ([{"text": TEXT}, {"text": 5}], 422, "article 2: text"),
        ([{"text": TEXT}, {"text": "  \n "}], 422, "article 2"),
        ({"text": TEXT, "id": ""}, 422, "id"),
        ({"text": TEXT, "id": "a\nb"}, 422, "id"),
        ({"text": "a\x00b"}, 422, "NUL"),
    ],
)
def test_when_one_article_is_wrong_none_is_stored(client, body, status, said):
    response = client.post("/articles", json=body)
    assert response.status_code == status
    assert said in response.json()["error"]["message"]
    assert client.get("/articles").json()["total"] == 2


def test_half_a_character_in_an_article_is_told(client):
    response = client.post("/articles", content=rb'{"text": "\ud800"}', headers={"Content-Type": "application/json"})
    assert response.status_code == 400


def test_what_was_acknowledged_is_there_for_another_process(serve, tmp_path):
    with Dalil.open(tmp_path) as dalil, serve(dalil) as client:
        assert client.post("/articles", json={"id": "kept", "text": TEXT}).status_code == 200
        with Dalil.open(tmp_path, create=False) as other:
            assert other.article("kept").text == TEXT
            assert other.search("زعفران")[0].article_id == "kept"


LINES = "\n".join(
    f'{{"id": "line-{n}", "text": "The harbour master of Quill {n} counted {n} boats on Monday."}}' for n in range(300)
)


@pytest.fixture
def upload(client):
    """A function that sends a file; what it brought is gone after the test."""
    ids = []

    def send(name, data, **headers):
        headers = {"Content-Type": "application/octet-stream"} | headers
        response = client.post("/articles/files", params={"name": name}, content=data, headers=headers)
        if response.headers["content-type"] == "application/json":
            ids.extend(response.json().get("ids", []))
        return response

    yield send
    client.context.dalil.remove(ids)  # hundreds at once


@pytest.mark.parametrize(
    ("name", "data", "article_id"),
    [
        ("خبر.txt", TEXT.encode(), "خبر"),
        ("C:\\news\\z-9.md", f"# عنوان\n\n{TEXT}".encode(), "z-9"),
        ("../../z-10.html", f"<html><body><article><p>{TEXT}</p></article></body></html>".encode(), "z-10"),
        ("z.jsonl", json.dumps({"id": "z-11", "text": TEXT}).encode(), "z-11"),
    ],
)
def test_a_file_is_read_by_its_ending(client, upload, name, data, article_id):
    report = upload(name, data).json()
    assert (report["added"], report["ids"], report["skipped"]) == (1, [article_id], [])
    assert "زعفران" in client.get(f"/articles/{quote(article_id, safe='')}").json()["text"]


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.png", b"\x89PNG", "files ending in .png are not read"),
        ("a.txt", b"", "the file is empty"),
        ("a.pdf", b"%PDF-1.4 nothing", ""),
        ("a.docx", b"PK nothing", ""),
        ("a.txt", b"\x00\x01\x02\xff" * 50, ""),
    ],
)
def test_a_file_that_cannot_be_read_is_told_with_its_reason(upload, name, data, reason):
    response = upload(name, data)
    assert response.status_code == 200
    (skipped,) = response.json()["skipped"]
    assert skipped["source"] == name
    assert reason in skipped["reason"]


def test_a_file_of_many_articles_tells_how_far_it_is(client, upload):
    response = upload("many.jsonl", LINES.encode(), Accept="text/event-stream")
    events = [event.split("\n", 1)[0].removeprefix("event: ") for event in response.text.strip().split("\n\n")]
    assert events == ["progress", "progress", "progress", "report"]
    assert upload("many.jsonl", LINES.encode()).json()["unchanged"] == 300


@pytest.mark.parametrize("name", ["", "..", "/", "\n"])
def test_a_file_needs_a_name(upload, name):
    assert upload(name, b"x").status_code == 400


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data", "application/x-www-form-urlencoded", ""])
def test_no_foreign_page_can_send_a_file_without_asking(upload, kind):
    assert upload("a.txt", TEXT.encode(), **{"Content-Type": kind}).status_code == 415


def test_the_list_can_be_filtered_and_sorted(client, added):
    added([
        {"id": "f-1", "text": "The first of three harbours.", "source": "Quill", "date": "2001-01-01", "language": "en"},
        {"id": "f-2", "text": "A second ferry left Corvin.", "source": "Quill", "date": "2003-01-01", "language": "en"},
        {"id": "f-3", "text": TEXT, "source": "Corvin", "date": "last spring", "language": "ar"},
    ])  # fmt: skip

    def listed(**query):
        found = client.get("/articles", params=query).json()
        assert found["total"] == len(found["articles"])
        return [article["id"] for article in found["articles"] if article["id"].startswith("f-")]

    assert listed(order="newest") == ["f-2", "f-1", "f-3"]
    assert listed(source="Quill") == ["f-1", "f-2"]
    assert listed(source=["Quill", "Corvin"], article_language="ar") == ["f-3"]
    assert listed(**{"from": "2002-01-01"}) == ["f-2"]
    assert listed(to="2002-01-01") == ["f-1"]
    sources = {entry["source"]: entry["articles"] for entry in client.get("/sources").json()["sources"]}
    assert (sources["Quill"], sources["Corvin"]) == (2, 1)
    assert client.get("/articles", params={"sort": "x"}).status_code == 422
