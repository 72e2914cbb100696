"""What is told of requests: figures for Prometheus, lines for the log, an id for each; never what was asked."""

import io
import json
import logging
import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from qa.keys import KeyStore
from qa.service.logs import JsonLines

QUESTION = "من نفى ادعاءات روسيا؟"


@pytest.fixture(scope="module")
def dalil(seeded):
    return seeded()


@pytest.fixture(scope="module")
def service(serve, dalil):
    with serve(dalil) as client:
        yield client


@pytest.fixture(scope="module")
def lines():
    """The log as `dalil serve` writes it with `log=json`. `lines(n)` waits for n lines, since the answer to a request is there
    before its line; then the log is empty again.
    """
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("dalil")
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)

    def read(number=0):
        for _ in range(200):
            if stream.getvalue().count("\n") >= number:
                break
            time.sleep(0.02)
        text = stream.getvalue()
        stream.seek(0)
        stream.truncate()
        return text

    yield read
    logger.removeHandler(handler)
    logger.setLevel(before)


def figures(client):
    """Each sample by its name and labels."""
    response = client.get("/metrics")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain")
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


def requests(found, **labels):
    return sum(
        value
        for (name, *held), value in found.items()
        if name == "dalil_requests_total" and labels.items() <= dict(held).items()
    )


def test_figures_count_what_was_done(serve, dalil):
    with serve(dalil) as client:
        client.post("/ask", json={"question": QUESTION})
        client.post("/ask", json={"question": "كم سعر تذكرة السينما في باريس؟"}, headers={"Accept": "text/event-stream"})
        client.post("/ask", json={"question": ""})
        chat = {"model": "dalil", "messages": [{"role": "user", "content": "Who denied Russia's claims?"}]}
        client.post("/v1/chat/completions", json=chat)
        found = figures(client)
    assert requests(found, route="/ask", method="POST", status="200") == 2
    assert requests(found, route="/ask", status="400") == 1
    assert requests(found, route="/v1/chat/completions", status="200") == 1
    assert found["dalil_request_seconds_count", ("route", "/ask")] == 3
    assert found["dalil_questions_total", ("language", "ar"), ("mode", "extractive")] == 2
    assert found["dalil_questions_total", ("language", "en"), ("mode", "extractive")] == 1
    assert found["dalil_refusals_total", ("language", "ar")] == 1
    assert found["dalil_index_size", ("what", "articles")] == 2
    assert found["dalil_index_size", ("what", "passages")] > 2
    assert found[("dalil_requests_in_flight",)] == 1
    assert {found["dalil_queue", ("work", name)] for name in ("read", "write")} == {0}
    assert found[("dalil_model_calls_total",)] == 0


def test_figures_are_right_with_many_at_once(serve, dalil):
    with serve(dalil) as client:
        with ThreadPoolExecutor(16) as pool:
            assert set(pool.map(lambda _: client.get("/sources").status_code, range(160))) == {200}
        found = figures(client)
    assert requests(found, route="/sources", status="200") == 160
    assert found[("dalil_requests_in_flight",)] == 1


def test_what_clients_choose_makes_no_new_rows(service):
    for number in range(5):
        service.get(f"/nowhere/{number}")
        service.get(f"/articles/none-{number}")
        service.request(f"MADE{number}", "/ask")
    found = figures(service)
    assert requests(found, route="none", status="404") == 5
    assert requests(found, route="/articles/{article_id}", status="404") == 5
    assert requests(found, method="other") == 5
    assert not re.search(r"nowhere|none-|MADE", " ".join(map(str, found)))


def test_figures_in_spite_of_an_index_in_trouble(serve, stand_in):
    def size():
        raise OSError("disk on fire")

    stand_in.size = size
    with serve(stand_in) as client:
        assert "dalil_index_size" not in " ".join(map(str, figures(client)))


@pytest.mark.parametrize(("asked", "status"), [({"keys": "on"}, 401), ({"keys": "on", "metrics_open": True}, 200)])
def test_who_may_see_the_figures(serve, dalil, asked, status):
    with serve(dalil, **asked) as client:
        assert client.get("/metrics").status_code == status


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("0123456789abcdef", True),
        ("Root-1.67891233", True),
        ("", False),
        ("short", False),
        ("x" * 65, False),
        ("has spaces in it", False),
        ("dalil_abcdefgh_" + "x" * 43, False),
        ("forged\tlines-", False),
    ],
)
def test_every_request_has_an_id(service, lines, given, kept):
    lines()
    response = service.get("/nowhere", headers={"X-Request-ID": given})
    identity = response.headers["x-request-id"]
    assert (identity == given) is kept
    assert len(identity) >= 8
    assert json.loads(lines(1))["request_id"] == identity


def test_what_a_line_tells(serve, dalil, lines):
    with KeyStore(dalil.settings.data) as store:
        token, key = store.create()
    with serve(dalil, keys="on") as client:
        lines()
        client.post("/ask", json={"question": QUESTION}, headers={"Authorization": f"Bearer {token}"})
        client.get("/search", params={"q": QUESTION})
        client.delete("/articles/none", headers={"X-API-Key": token})
    first, second, third = map(json.loads, lines(3).splitlines())
    assert first.pop("ms") > 0
    assert re.fullmatch(r"[0-9a-f]{32}", first.pop("request_id"))
    assert first.pop("time") <= second["time"]
    assert first == {
        "level": "info",
        "logger": "dalil.requests",
        "message": "POST /ask 200",
        "method": "POST",
        "route": "/ask",
        "status": 200,
        "key": key.id,
    }
    assert (second["route"], second["status"], second["key"]) == ("/search", 401, None)
    assert (third["status"], third["key"]) == (403, key.id)


@pytest.mark.parametrize("allowed", [False, True])
def test_questions_are_logged_where_a_setting_allows_it_and_nowhere_else(serve, dalil, lines, allowed):
    chat = {"model": "dalil", "messages": [{"role": "user", "content": QUESTION}]}
    with serve(dalil, log_questions=allowed) as client:
        lines()
        client.post("/ask", json={"question": QUESTION})
        client.get("/search", params={"q": QUESTION})
        client.post("/v1/chat/completions", json=chat)
        client.get("/sources")
    told = [json.loads(line).get("question") for line in lines(4).splitlines()]
    assert told == ([QUESTION] * 3 if allowed else [None] * 3) + [None]


WORDS = st.text(st.characters(codec="utf-8", categories=("L", "M", "N", "P", "Zs")), min_size=12, max_size=60)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    question=WORDS.filter(lambda text: len(text.strip()) >= 12),
    path=st.sampled_from(["/search", "/ask", "/articles", "/nowhere"]),
)
@example("مَن نَفى ادّعاءات روسيا؟ «سرّ»", "/search")
@example("\u2067dalil_abcdefgh_secret-secret", "/ask")
def test_the_log_holds_neither_question_nor_key(guarded, lines, question, path):
    client, token = guarded
    lines()
    for headers in ({"X-API-Key": token}, {"Authorization": f"Bearer {token}x"}, {"X-Request-ID": token}):
        client.get(path, params={"q": question}, headers=headers)
        client.post(path, json={"question": question, "text": question}, headers=headers)
        client.get(f"/articles/{token}", headers={**headers, "User-Agent": token})
    log = lines(9)
    assert len(log.splitlines()) == 9
    told = " ".join(f"{name} {value}" for line in log.splitlines() for name, value in json.loads(line).items())
    assert question.strip() not in told
    assert token not in told
    assert token.rpartition("_")[2] not in told


@pytest.fixture(scope="module")
def guarded(serve, seeded):
    dalil = seeded()
    with KeyStore(dalil.settings.data) as store:
        token, _ = store.create()
    with serve(dalil, keys="on") as client:
        yield client, token


def test_an_exception_is_logged_without_its_words():
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("dalil.trial")
    logger.propagate = False  # half a character in the captured log cannot go from pytest-xdist's workers to their leader
    logger.addHandler(handler)
    words = "".join(["cannot parse ", "SEC", "RET"])
    try:
        raise RuntimeError(words)
    except RuntimeError:
        logger.exception("failed: \ud800")
    finally:
        logger.removeHandler(handler)
    told = json.loads(stream.getvalue())
    assert told["exception"] == "RuntimeError"
    assert "test_watching.py" in told["traceback"]
    assert "SECRET" not in stream.getvalue()
