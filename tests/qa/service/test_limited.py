"""How often a key or an address may ask, whose address counts behind a proxy, and what other sites may do."""

import openai
import pytest

from qa.keys import KeyStore
from qa.service.rates import WINDOW_S

SITE = "https://desk.example"


@pytest.fixture(scope="module")
def dalil(seeded):
    return seeded()


@pytest.fixture(scope="module")
def keys(dalil):
    with KeyStore(dalil.settings.data) as store:
        return [{"X-API-Key": store.create(scope="manage")[0]} for _ in range(2)]


def statuses(client, times, path="/sources", **asked):
    return [client.get(path, **asked).status_code for _ in range(times)]


@pytest.mark.parametrize(
    ("settings", "times", "let_in"),
    [
        ({}, 30, 30),
        ({"rate_per_address": 5}, 8, 5),
        ({"rate_per_address": 0}, 30, 30),
        ({"host": "0.0.0.0", "rate_per_key": 4}, 8, 4),
        ({"host": "0.0.0.0", "rate_per_key": 4, "rate_per_address": 3}, 8, 3),
        ({"host": "0.0.0.0", "rate_per_key": 0, "rate_per_address": 0}, 30, 30),
        ({"keys": "on", "rate_per_key": 4}, 8, 4),
    ],
)
def test_how_many_are_let_in(serve, dalil, keys, settings, times, let_in):
    with serve(dalil, **settings) as client:
        assert statuses(client, times, headers=keys[0]) == [200] * let_in + [429] * (times - let_in)
        assert statuses(client, 30, "/healthz") == [200] * 30
        assert statuses(client, 30, "/static/base.css") == [200] * 30


def test_one_key_does_not_use_up_another(serve, dalil, keys):
    with serve(dalil, keys="on", rate_per_key=2) as client:
        assert statuses(client, 3, headers=keys[0]) == [200, 200, 429]
        assert statuses(client, 3, headers=keys[1]) == [200, 200, 429]


def test_guessing_is_limited_too(serve, dalil, keys):
    with serve(dalil, keys="on", rate_per_address=3) as client:
        assert statuses(client, 5, headers={"X-API-Key": "guess"}) == [401, 401, 401, 429, 429]
        assert statuses(client, 1, headers=keys[0]) == [429]


def test_who_asks_too_often_is_told_when_to_come_back(serve, dalil):
    with serve(dalil, rate_per_address=1) as client:
        client.get("/sources")
        response = client.get("/sources")
        assert response.json() == {
            "error": {"code": "rate_limited", "message": f"too many requests from this address; try again in {WINDOW_S:.0f} s"}
        }
        assert 1 <= int(response.headers["retry-after"]) <= WINDOW_S
        with pytest.raises(openai.RateLimitError) as caught:
            openai.OpenAI(base_url=f"{client.base_url}/v1", api_key="none", max_retries=0).models.list()
        assert (caught.value.code, caught.value.type) == ("rate_limited", "rate_limit_error")
        assert int(caught.value.response.headers["retry-after"]) >= 1


@pytest.mark.parametrize(
    ("proxies", "forwarded", "let_in"),
    [
        # Whoever is no proxy of ours can write what they like.
        ((), ["192.0.2.1", "192.0.2.2", "192.0.2.3"], 2),
        (("10.0.0.0/8",), ["192.0.2.1", "192.0.2.2", "192.0.2.3"], 2),
        (("127.0.0.1",), ["192.0.2.1", "192.0.2.2", "192.0.2.3"], 3),
        (("127.0.0.0/8",), ["192.0.2.1"] * 3, 2),
        # Only what the proxy itself added counts, not what it was sent.
        (("127.0.0.1",), ["198.51.100.1, 192.0.2.1", "198.51.100.2, 192.0.2.1", "198.51.100.3, 192.0.2.1"], 2),
        (("127.0.0.1", "10.0.0.0/8"), ["192.0.2.1, 10.1.1.1", "192.0.2.2, 10.1.1.1", "192.0.2.3, 10.9.9.9"], 3),
    ],
)
def test_whose_address_counts(serve, dalil, proxies, forwarded, let_in):
    with serve(dalil, keys="off", rate_per_address=2, trusted_proxies=proxies) as client:
        answers = [client.get("/sources", headers={"X-Forwarded-For": one}).status_code for one in forwarded]
    assert answers.count(200) == let_in


@pytest.fixture(scope="module")
def allowing(serve, dalil):
    with serve(dalil, keys="on", cors_origins=(SITE,), widget_origins=("https://news.example",)) as client:
        yield client


@pytest.mark.parametrize(
    ("origin", "path", "method", "may"),
    [
        (SITE, "/ask", "POST", True),
        (SITE, "/articles", "POST", True),
        (SITE, "/articles/a", "DELETE", True),
        (SITE, "/conversations/a", "PATCH", True),
        (SITE, "/v1/chat/completions", "POST", True),
        (SITE, "/mcp", "POST", True),
        ("https://news.example", "/ask", "POST", True),
        ("https://news.example", "/articles", "POST", False),
        ("https://news.example", "/v1/chat/completions", "POST", False),
        ("https://desk.example.evil.example", "/ask", "POST", False),
        ("http://desk.example", "/ask", "POST", False),
        ("null", "/ask", "POST", False),
    ],
)
def test_what_other_sites_may_do(allowing, origin, path, method, may):
    asked = "authorization,content-type,x-api-key,x-request-id"
    headers = {"Origin": origin, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": asked}
    response = allowing.options(path, headers=headers)
    assert (response.status_code == 200 and response.headers.get("access-control-allow-origin") == origin) is may
    assert "access-control-allow-credentials" not in response.headers


def test_a_site_that_may_needs_a_key_all_the_same_and_can_read_why(allowing, keys):
    refused = allowing.get("/articles", headers={"Origin": SITE})
    assert refused.status_code == 401
    assert refused.headers["access-control-allow-origin"] == SITE
    told = {name.strip().lower() for name in refused.headers["access-control-expose-headers"].split(",")}
    assert told == {"retry-after", "x-request-id"}
    assert allowing.get("/articles", headers={"Origin": SITE, **keys[0]}).status_code == 200
