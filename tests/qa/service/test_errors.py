"""Whatever goes wrong, in every route: the right status, `{"error": {"code", "message"}}`, and the security headers."""

import json

import pytest

JSON = {"Content-Type": "application/json"}


def check(response, status, code):
    assert response.status_code == status, response.text
    assert list(response.json()) == ["error"]
    error = response.json()["error"]
    assert error["code"] == code
    assert isinstance(error["message"], str)
    assert error["message"]
    assert response.headers["content-type"].startswith("application/json")
    assert "default-src 'self'" in response.headers["content-security-policy"]
    return error["message"]


@pytest.mark.parametrize(
    ("body", "status", "code", "said"),
    [
        (b"{", 400, "bad_input", "JSON"),
        (b"", 422, "invalid", ""),
        (b"\xff\xfe\x00", 400, "bad_input", "UTF-8"),
        (b'{"question": "\xff"}', 400, "bad_input", "UTF-8"),
        (b"[" * 100_00, 400, "bad_input", "JSON"),
        (b"1" * 5000, 400, "bad_input", "JSON"),
        (rb'{"question": "\ud800"}', 400, "bad_input", "half of a character"),
        (rb'{"question": "x", "sources": ["\udfff"]}', 400, "bad_input", "half of a character"),
        (b'{"question": ""}', 400, "bad_input", "empty"),
        (b'{"question": "  \\u0000 \\n"}', 400, "bad_input", "empty"),
        (json.dumps({"question": "س" * 2001}).encode(), 400, "bad_input", "2001"),
        (b'{"question": "x", "k": 0}', 422, "invalid", "k"),
        (b'{"question": "x", "k": 101}', 422, "invalid", "k"),
        (b'{"question": "x", "k": "5"}', 422, "invalid", "k"),
        (b'{"question": "x", "k": true}', 422, "invalid", "k"),
        (b'{"question": 5}', 422, "invalid", "question"),
        (b'{"question": null}', 422, "invalid", "question"),
        (b"{}", 422, "invalid", "question"),
        (b'"x"', 422, "invalid", ""),
        (b'{"question": "x", "language": "fr"}', 422, "invalid", "language"),
        (b'{"question": "x", "from": "2018-13-01"}', 422, "invalid", "from"),
        (b'{"question": "x", "from": "yesterday"}', 422, "invalid", "from"),
        (b'{"question": "x", "from": "2019-01-01", "to": "2018-01-01"}', 400, "bad_input", "2019-01-01"),
        (b'{"question": "x", "qestion": "y"}', 422, "invalid", "qestion"),
    ],
)
def test_bodies_that_cannot_be_used(client, body, status, code, said):
    assert said in check(client.post("/ask", content=body, headers=JSON), status, code)


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("", 422, "invalid"),
        ("q=", 400, "bad_input"),
        ("q=x&k=0", 422, "invalid"),
        ("q=x&k=many", 422, "invalid"),
        ("q=x&from=2018-02-30", 422, "invalid"),
        ("q=x&limit=5", 422, "invalid"),
        (f"q={'x' * 2001}", 400, "bad_input"),
        ("q=%00", 400, "bad_input"),
    ],
)
def test_searches_that_cannot_be_made(client, query, status, code):
    check(client.get(f"/search?{query}"), status, code)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("GET", "/static/nothing.js", 404, "not_found"),
        ("GET", "/static/../service/app.py", 404, "not_found"),
        ("GET", "/static/%2e%2e/app.py", 404, "not_found"),
        ("GET", "/articles/none", 404, "not_found"),
        ("DELETE", "/articles/none", 404, "not_found"),
        ("DELETE", "/articles/", 404, "not_found"),
        ("GET", "/ask", 405, "method_not_allowed"),
        ("DELETE", "/ask", 405, "method_not_allowed"),
        ("PUT", "/articles", 405, "method_not_allowed"),
        ("POST", "/", 405, "method_not_allowed"),
        ("GET", "/articles?limit=0", 422, "invalid"),
        ("GET", "/articles?offset=-1", 422, "invalid"),
        ("GET", "/articles?offset=99999999999999999999", 422, "invalid"),
    ],
)
def test_addresses_and_methods(client, method, path, status, code):
    check(client.request(method, path), status, code)


@pytest.mark.parametrize(
    ("method", "path", "body", "message"),
    [
        ("POST", "/articles", [{"text": "a"}, {}], "article 2: text: Field required"),
        ("POST", "/ask", {"question": "x", "to": "2018-02-30"}, "to: day is out of range for month"),
        ("GET", "/search", None, "q: Field required"),
    ],
)
def test_messages_name_the_place_as_its_sender_would(client, method, path, body, message):
    assert check(client.request(method, path, json=body), 422, "invalid") == message


def test_half_of_a_character_is_the_same_fault_in_every_route(client):
    for path in ("/ask", "/feedback"):
        check(client.post(path, content=rb'{"question": "\ud800", "thumb": "up"}', headers=JSON), 400, "bad_input")


@pytest.mark.parametrize("path", ["/", "/docs", "/healthz", "/readyz"])
def test_what_can_be_watched_answers_to_head(client, path):
    response = client.head(path)
    assert (response.status_code, response.content) == (200, b"")


def test_a_method_that_is_not_allowed_names_those_that_are(client):
    assert client.get("/ask").headers["allow"] == "POST"


def test_the_unexpected_is_told_without_its_words_and_logged_without_the_question(serve, stand_in, caplog):
    def ask(question, **_):
        raise RuntimeError(f"cannot parse {question}")

    stand_in.ask = stand_in.search = ask
    with serve(stand_in) as client, caplog.at_level("INFO"):
        message = check(client.post("/ask", json={"question": "SECRET"}), 500, "internal")
        check(client.get("/search", params={"q": "SECRET"}), 500, "internal")
        client.get("/nowhere%0aGET%20/forged?q=SECRET")
    assert "SECRET" not in message
    log = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("dalil"))
    assert "unexpected RuntimeError" in log
    assert "POST /ask 500" in log
    assert "GET - 404" in log
    assert "SECRET" not in log


def test_not_ready_when_the_index_cannot_be_read(serve, stand_in):
    def articles(**_):
        raise OSError("disk on fire")

    stand_in.articles = articles
    with serve(stand_in) as client:
        check(client.get("/readyz"), 503, "unavailable")
        assert client.get("/healthz").json() == {"status": "alive"}
