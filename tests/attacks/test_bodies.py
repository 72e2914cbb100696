"""JSON made to break what reads it, in every route that takes JSON: no 500, one shape of error, and the service goes on."""

import pytest

JSON = {"Content-Type": "application/json"}
ROUTES = [
    ("POST", "/ask", "question"),
    ("POST", "/articles", "text"),
    ("POST", "/conversations", "title"),
    ("PATCH", "/conversations/none", "title"),
    ("POST", "/answers", "question"),
    ("POST", "/feedback", "question"),
    ("POST", "/v1/chat/completions", "messages"),
    ("POST", "/v1/responses", "input"),
    ("POST", "/mcp", "method"),
    ("POST", "/slack/events", "text"),
    ("POST", "/telegram/webhook", "text"),
    ("POST", "/discord/interactions", "type"),
    ("POST", "/teams/messages", "text"),
]
BODIES = {
    "a hundred thousand brackets": b"[" * 100_000,
    "a hundred thousand whole brackets": b"[" * 100_000 + b"]" * 100_000,
    "a hundred thousand objects": b'{"FIELD":' * 30_000,
    "deep inside a field": b'{"FIELD": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "the same key twice": b'{"FIELD": "a", "FIELD": {"b": 1}}',
    "NaN": b'{"FIELD": NaN, "k": NaN}',
    "infinity": b'{"FIELD": "x", "k": Infinity}',
    "a number without end": b'{"FIELD": "x", "k": 1e400}',
    "a thousand digits": b'{"FIELD": "x", "k": ' + b"9" * 1000 + b"}",
    "five thousand digits": b'{"FIELD": "x", "k": ' + b"9" * 5000 + b"}",
    "digits of another script": '{"FIELD": "x", "k": "٥"}'.encode(),
    "bare digits of another script": '{"FIELD": "x", "k": ٥}'.encode(),
    "a lone surrogate": rb'{"FIELD": "\ud800"}',
    "a lone surrogate as a key": rb'{"\udfff": "x", "FIELD": "x"}',
    "a key that only looks the same": '{"FIELD": "x", "questіon": "y", "ｔｅｘｔ": "z"}'.encode(),
    "NUL": b'{"FIELD": "a\\u0000b"}',
    "a key of the prototype": b'{"FIELD": "x", "__proto__": {"a": 1}, "constructor": 1, "__class__": 1}',
    "half a million nothings": b"[" + b"{}," * 300_000 + b"{}]",
    "half a million nulls": b'{"FIELD": [' + b"null," * 180_000 + b"null]}",
    "not UTF-8": b'{"FIELD": "\xff"}',
    "UTF-16": '{"FIELD": "x"}'.encode("utf-16"),
    "nothing": b"",
    "null": b"null",
    "a string": b'"x"',
    "a word without end": b'{"FIELD": "' + b"a" * 200_000 + b'"}',
}


@pytest.mark.parametrize("name", BODIES)
def test_bodies_made_to_break(service, name):
    for method, path, field in ROUTES:
        body = BODIES[name].replace(b"FIELD", field.encode())
        response = service.request(
            method, path, content=body, headers={**JSON, "Accept": "application/json, text/event-stream"}
        )
        assert response.status_code < 500, (path, response.text[:300])
        if response.status_code >= 400 and path != "/mcp":
            error = response.json()["error"]
            assert isinstance(error["code"], str), path
            assert len(error["message"]) < 2000, path
    assert service.get("/healthz").status_code == 200


QUERIES = [
    "k=1e400",
    "k=٥",
    "k=" + "9" * 5000,
    "k=0x5",
    "k=5&k=6",
    "k=%00",
    "q=%ff%fe",
    "q=" + "%F0%9F%98%80" * 400,
    "q=x&source=" + "a" * 5000,
    "q=x&" + "&".join(f"source=s{n}" for n in range(2000)),
    "q=x&from=%D9%A2%D9%A0%D9%A1%D9%A8-01-01",
    "q=x&from=2018-01-01%00",
    "q=x&article_language=ar%20OR%201=1",
    "q=%22%20OR%20NEAR(%20*%20^~:%20AND%20NOT",
    "q=" + "(" * 1500,
    "q=" + "%D9%84%D8%A7" * 500,
    "offset=1e400",
    "limit=%D9%A5",
    "q[]=x",
    "q=x;q=y",
]


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query[:30])
def test_queries_made_to_break(service, query):
    for path in ("/search", "/articles", "/conversations"):
        response = service.get(f"{path}?{query}")
        assert response.status_code in (200, 400, 422), (path, response.text[:300])
        if response.status_code != 200:
            assert list(response.json()["error"]) == ["code", "message"]


@pytest.mark.parametrize(
    "name",
    [
        *(
            "../../etc/passwd.txt",
            "/etc/passwd.txt",
            "..\\..\\x.txt",
            "C:\\x.txt",
            "a/../../b.txt",
            "%2e%2e%2fx.txt",
            "~root/x.txt",
        ),
        *(
            "a\0b.txt",
            "a\nb.txt",
            "\u202etxt.exe.txt",
            "CON.txt",
            ".txt",
            "x" * 900 + ".txt",
            "a.txt\0.pdf",
            "=cmd|' /C calc'!A0.txt",
        ),
    ],
)
def test_names_of_uploaded_files_lead_nowhere(service, sampled, name):
    before = {path for path in sampled.settings.data.parent.rglob("*") if "dalil" not in path.name}
    sent = service.post(
        "/articles/files",
        params={"name": name},
        content=b"The ferry was painted green on Monday.",
        headers={"Content-Type": "application/octet-stream"},
    )
    assert sent.status_code in (200, 400, 422), sent.text
    for article_id in sent.json().get("ids", ()):
        assert article_id.isprintable() or "\u202e" in article_id
        assert "/" not in article_id
        assert "\\" not in article_id
        assert service.delete(
            "/articles/" + article_id.replace("%", "%25").replace("?", "%3F").replace("#", "%23")
        ).status_code in (200, 404)
    after = {path for path in sampled.settings.data.parent.rglob("*") if "dalil" not in path.name}
    assert {path.name for path in after - before} <= {path.name for path in sampled.settings.data.rglob("*")}
