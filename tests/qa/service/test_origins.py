"""What pages of other sites may do: nothing, but for those of the setting, which may ask and read."""

import pytest

SITE = "https://news.example"


@pytest.fixture(scope="module")
def allowing(serve, seeded):
    with serve(seeded(), widget_origins=(SITE,)) as client:
        yield client


def asked_first(client, path, method, origin=SITE):
    headers = {"Origin": origin, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": "content-type"}
    return client.options(path, headers=headers)


@pytest.mark.parametrize(
    ("path", "method", "may"),
    [
        ("/ask", "POST", True),
        ("/feedback", "POST", True),
        ("/articles/003_bdcf7e066c1938b0", "GET", True),
        ("/static/base.css", "GET", True),
        ("/strings.json", "GET", True),
        ("/articles", "POST", False),
        ("/articles/files", "POST", False),
        ("/articles/003_bdcf7e066c1938b0", "DELETE", False),
        ("/articles", "GET", False),
        ("/conversations", "GET", False),
        ("/conversations", "POST", False),
        ("/answers", "POST", False),
    ],
)
def test_an_allowed_site_may_ask_and_read_and_nothing_else(allowing, path, method, may):
    response = asked_first(allowing, path, method)
    allowed = response.headers.get("access-control-allow-origin") == SITE and response.status_code == 200
    assert allowed is may
    assert "access-control-allow-credentials" not in response.headers


@pytest.mark.parametrize("origin", ["https://evil.example", "https://news.example.evil.example", "http://news.example", "null"])
def test_another_site_may_do_nothing(allowing, client, origin):
    assert asked_first(allowing, "/ask", "POST", origin).status_code == 400
    for service in (allowing, client):
        response = service.get("/strings.json", headers={"Origin": origin})
        assert response.headers.get("access-control-allow-origin") is None


def test_errors_can_be_read_by_an_allowed_site_too(allowing):
    response = allowing.post("/ask", json={"question": ""}, headers={"Origin": SITE})
    assert response.status_code == 400
    assert response.headers["access-control-allow-origin"] == SITE


def test_only_allowed_sites_may_frame_the_page(allowing, client):
    assert f"frame-ancestors {SITE}" in allowing.get("/").headers["content-security-policy"]
    assert "frame-ancestors 'none'" in client.get("/").headers["content-security-policy"]
