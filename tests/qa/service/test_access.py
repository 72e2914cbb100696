"""Who may ask: every route, with every kind of key, wherever the service listens."""

import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import openai
import pytest

from qa.chat.channels import TOOLS
from qa.keys import KeyStore
from qa.service.app import create_app
from qa.settings import Settings

ARTICLE = "/articles/003_bdcf7e066c1938b0"
MCP = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}

OPEN, ASK, MANAGE = "open", "ask", "manage"
# Requests that change nothing, and the scope that each needs.
ROUTES = [
    ("GET", "/", OPEN),
    ("GET", "/docs", OPEN),
    ("GET", "/openapi.json", OPEN),
    ("GET", "/strings.json", OPEN),
    ("GET", "/widget", OPEN),
    ("GET", "/widget.js", OPEN),
    ("GET", "/static/base.css", OPEN),
    ("GET", "/healthz", OPEN),
    ("GET", "/readyz", OPEN),
    ("GET", "/answers/{answer_id}", OPEN),
    ("POST", "/ask", ASK),
    ("GET", "/search", ASK),
    ("GET", "/articles", ASK),
    ("GET", "/articles/{article_id}", ASK),
    ("GET", "/sources", ASK),
    ("POST", "/feedback", ASK),
    ("POST", "/answers", ASK),
    ("DELETE", "/answers/{answer_id}", ASK),
    ("POST", "/conversations", ASK),
    ("GET", "/conversations", ASK),
    ("GET", "/conversations/{conversation_id}", ASK),
    ("PATCH", "/conversations/{conversation_id}", ASK),
    ("DELETE", "/conversations/{conversation_id}", ASK),
    ("GET", "/v1/models", ASK),
    ("GET", "/v1/models/{name}", ASK),
    ("POST", "/v1/chat/completions", ASK),
    ("POST", "/v1/responses", ASK),
    ("POST", "/mcp", ASK),
    ("POST", "/articles", MANAGE),
    ("POST", "/articles/files", MANAGE),
    ("DELETE", "/articles/{article_id}", MANAGE),
    ("GET", "/metrics", MANAGE),
    # A channel checks the signatures of its own platform.
    *(("POST", tool.path, OPEN) for tool in TOOLS),
]
STATES = ["none", "wrong", "revoked", "expired", "ask", "manage"]


@pytest.fixture(scope="module")
def dalil(seeded):
    return seeded()


@pytest.fixture(scope="module")
def keys(dalil):
    """A key in each state, and none."""
    with KeyStore(dalil.settings.data) as store:
        made = {scope: store.create(f"مفتاح {scope}", scope)[0] for scope in ("ask", "manage")}
        made["expired"] = store.create("", "manage", days=1e-9)[0]
        made["revoked"], revoked = store.create("", "manage")
        store.revoke(revoked.id)
    return made | {"none": None, "wrong": f"dalil_abcdefgh_{'x' * 43}"}


@pytest.fixture(scope="module")
def guarded(serve, dalil, keys):
    """The service as it is when it listens on every address."""
    with serve(dalil, host="0.0.0.0", rate_per_key=0, rate_per_address=0) as client:
        yield client


def bearer(key):
    return {"Authorization": f"Bearer {key}"} if key else {}


def sent(client, method, path, headers):
    """What comes of a request that could do no harm: ids are of nothing, and bodies empty."""
    filled = path.replace("{", "no-").replace("}", "")
    return client.request(method, filled, headers={**headers, **(MCP if path == "/mcp" else {})})


def verdict(response):
    """`in`, or the status and code with which somebody was kept out."""
    if response.status_code not in (401, 403):
        return "in"
    return response.status_code, response.json()["error"]["code"]


def expected(needs, state):
    if needs == OPEN or state == "manage" or (needs, state) == (ASK, "ask"):
        return "in"
    return {
        "none": (401, "key_missing"),
        "wrong": (401, "key_unknown"),
        "revoked": (401, "key_revoked"),
        "expired": (401, "key_expired"),
        "ask": (403, "scope_missing"),
    }[state]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(("method", "path", "needs"), ROUTES)
def test_every_route_with_every_kind_of_key(guarded, keys, method, path, needs, state):
    response = sent(guarded, method, path, bearer(keys[state]))
    assert verdict(response) == expected(needs, state)
    assert ("www-authenticate" in response.headers) is (response.status_code == 401)
    assert sent(guarded, method, path, {"X-API-Key": keys[state]} if keys[state] else {}).status_code == response.status_code


@pytest.mark.parametrize(("method", "path", "needs"), ROUTES)
def test_on_loopback_nobody_needs_a_key(client, keys, method, path, needs):
    for state in ("none", "wrong"):
        assert verdict(sent(client, method, path, bearer(keys[state]))) == "in"


def test_the_table_names_every_route(guarded):
    document = guarded.get("/openapi.json").json()
    declared = {
        (method.upper(), path): "security" in operation
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }
    named = {(method, path): needs != OPEN for method, path, needs in ROUTES}
    assert {one: named.get(one) for one in declared} == declared
    schemes = document["components"]["securitySchemes"]
    assert schemes["bearer"]["scheme"] == "bearer"
    assert (schemes["key"]["in"], schemes["key"]["name"]) == ("header", "X-API-Key")
    assert document["paths"]["/ask"]["post"]["security"] == [{"bearer": []}, {"key": []}]


@pytest.mark.parametrize(
    ("settings", "asked"),
    [
        ({}, False),
        ({"host": "localhost"}, False),
        ({"host": "::1"}, False),
        ({"host": "0.0.0.0"}, True),
        ({"host": "::"}, True),
        ({"host": "192.0.2.7"}, True),
        ({"host": "news.example"}, True),
        ({"public_url": "https://news.example/ask"}, True),
        ({"public_url": "http://localhost:8080"}, False),
        ({"trusted_proxies": ("127.0.0.1",)}, True),
        ({"keys": "on"}, True),
        ({"host": "0.0.0.0", "keys": "off"}, False),
    ],
)
def test_where_a_key_is_asked_for(serve, stand_in, settings, asked):
    with serve(stand_in, **settings) as client:
        assert client.get("/articles").status_code == (401 if asked else 200)
        assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Authorization": "bearer {ask}"}, 200),
        ({"Authorization": "{ask}"}, 401),
        ({"Authorization": "Basic {ask}"}, 401),
        ({"Authorization": "Basic xyz", "X-API-Key": "{ask}"}, 200),
        ({"Authorization": "Bearer"}, 401),
        ({"Authorization": "Bearer مفتاح".encode()}, 401),
        ({"X-API-Key": ""}, 401),
        ({"Cookie": "key={ask}"}, 401),
    ],
)
def test_how_a_key_is_sent(guarded, keys, headers, status):
    filled = {name: value if isinstance(value, bytes) else value.format(**keys) for name, value in headers.items()}
    assert guarded.get("/sources", headers=filled).status_code == status
    assert guarded.get("/sources", params={"key": keys["ask"]}).status_code == 401


def test_clients_of_the_openai_api(guarded, keys):
    def model(key):
        return openai.OpenAI(base_url=f"{guarded.base_url}/v1", api_key=key, max_retries=0).models.list().data[0].id

    assert model(keys["ask"]) == "dalil"
    with pytest.raises(openai.AuthenticationError) as caught:
        model(keys["expired"])
    assert (caught.value.code, caught.value.type) == ("key_expired", "authentication_error")


def test_a_revoked_key_is_out_within_a_second_with_many_at_once(guarded, dalil):
    with KeyStore(dalil.settings.data) as elsewhere:
        token, key = elsewhere.create()

        def asked(_):
            return guarded.get("/sources", headers=bearer(token)).status_code

        with ThreadPoolExecutor(16) as pool:
            assert set(pool.map(asked, range(64))) == {200}
            elsewhere.revoke(key.id)
            time.sleep(1)
            assert set(pool.map(asked, range(64))) == {401}
        assert elsewhere.all()[-1].last_used is not None


def test_each_key_has_its_own_conversations(guarded, dalil):
    with KeyStore(dalil.settings.data) as store:
        (first, key), (second, _) = store.create(), store.create(scope="manage")
    mine, theirs = bearer(first), bearer(second)
    begun = guarded.post("/conversations", json={"id": "tab-1", "title": "لي"}, headers=mine).json()
    assert begun["id"] == "tab-1"
    answer = guarded.post("/ask", json={"question": "من نفى ادعاءات روسيا؟", "conversation_id": "tab-1"}, headers=mine).json()
    assert answer["conversation_id"] == "tab-1"
    assert guarded.get("/conversations", headers=mine).json()["total"] == 1
    kept = guarded.get("/conversations/tab-1", headers=mine).json()
    assert (kept["id"], kept["turns"], kept["history"][0]["answer"]["conversation_id"]) == ("tab-1", 1, "tab-1")
    shared = {"conversation_id": "tab-1", "question": answer["question"], "answer": answer["answer"]}
    for path in ("tab-1", f"{key.id}%2Ftab-1"):
        for method, body in (("GET", None), ("PATCH", {"title": "x"}), ("DELETE", None)):
            assert guarded.request(method, f"/conversations/{path}", json=body, headers=theirs).status_code == 404
    assert guarded.get("/conversations", headers=theirs).json()["total"] == 0
    assert guarded.post("/answers", json=shared, headers=theirs).status_code == 404
    # The same id names another conversation.
    assert guarded.post("/conversations", json={"id": "tab-1"}, headers=theirs).status_code == 201
    assert guarded.delete("/conversations/tab-1", headers=theirs).status_code == 200
    assert guarded.post("/answers", json=shared, headers=mine).status_code == 201
    assert guarded.delete("/conversations/tab-1", headers=mine).status_code == 200
    assert guarded.get("/conversations", headers=mine).json()["total"] == 0


@pytest.mark.parametrize(
    ("settings", "host", "status"),
    [
        ({}, "news.example", 421),
        ({"public_url": "https://news.example/ask"}, "news.example", 200),
        ({"public_url": "https://news.example:8443"}, "NEWS.example:8443", 200),
        ({"public_url": "https://news.example"}, "localhost", 200),
        ({"public_url": "https://news.example"}, "evil.example", 421),
        ({"host": "0.0.0.0"}, "any.example", 200),
    ],
)
def test_host_names_that_are_answered(serve, stand_in, settings, host, status):
    with serve(stand_in, **settings) as client:
        assert client.get("/healthz", headers={"Host": host}).status_code == status


def test_the_file_of_keys_in_trouble(serve, stand_in, tmp_path):
    (tmp_path / "keys.db").write_text("no database, " * 100)
    app = create_app(stand_in, Settings(data=tmp_path, keys="on"))

    async def asked():
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.get("/articles", headers=bearer("x"))

    import asyncio

    response = asyncio.run(asked())
    assert (response.status_code, response.json()["error"]["code"]) == (503, "keys_unavailable")
