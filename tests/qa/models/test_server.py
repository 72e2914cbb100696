"""The road to a server: what is sent, what is left out, and how failures are told apart."""

import threading

import pytest

from index.errors import MissingExtra, SettingsError
from qa.models import (
    Message,
    ModelFailed,
    ModelOverloaded,
    ModelRefused,
    ModelUnavailable,
    Usage,
    complete,
    load_chat_model,
)
from qa.models.server import ServerModel
from qa.models.tokens import estimate
from qa.settings import Settings
from tests.scripted_server import STALL, Reply, serve

HELLO = [Message("user", "مرحبا")]


def model_at(url, **more):
    return ServerModel(url, "scripted", **{"retries": 0, "timeout_s": 20, **more})


def test_text_usage_and_cost():
    with serve(lambda _: Reply(["أه", "لا"])) as server:
        spent = Usage((1.0, 2.0))
        model = model_at(server.url, price=(1.0, 2.0))
        assert complete(model, HELLO, 7, spent=spent) == "أهلا"
        model.close()
    assert spent.to_dict() == {"calls": 1, "tokens_in": 1000, "tokens_out": 50, "cost": 0.0011, "estimated": False}
    assert server.requests[0]["max_tokens"] == 7
    assert server.requests[0]["temperature"] == 0


def test_what_a_server_will_not_have_is_left_out_from_then_on():
    def strict(body):
        for name in ("max_tokens", "temperature"):
            if name in body:
                return Reply(status=400, body={"error": {"message": f"unsupported: {name}", "param": name, "code": "x"}})
        return Reply(["yes"])

    with serve(strict) as server:
        model = model_at(server.url)
        assert complete(model, HELLO) == complete(model, HELLO) == "yes"
        model.close()
    assert len(server.requests) == 4
    assert server.requests[-1]["max_completion_tokens"] == 800


@pytest.mark.parametrize(
    ("status", "error"),
    [(429, ModelOverloaded), (503, ModelOverloaded), (500, ModelFailed), (401, ModelRefused), (404, ModelRefused)],
)
def test_failures_are_told_apart_and_repeat_no_words(status, error):
    with serve(lambda _: Reply(status=status, body={"error": {"message": "مرحبا sk-secret"}})) as server:
        model = model_at(server.url, key="sk-secret")
        with pytest.raises(error) as caught:
            complete(model, HELLO)
        model.close()
    assert "مرحبا" not in str(caught.value)
    assert "sk-secret" not in str(caught.value)


@pytest.mark.parametrize("models", [[], ["a", "b"]])
def test_a_server_with_more_than_one_model_needs_a_name(models):
    with serve(lambda _: Reply(["x"]), models=models) as server:
        model = ServerModel(server.url, None, retries=0)
        with pytest.raises(ModelRefused, match="llm_model"):
            complete(model, HELLO)
        model.close()


@pytest.mark.parametrize(("structured", "expected"), [(True, True), (False, False)])
def test_a_schema_is_believed_when_it_shapes_the_answer(structured, expected, tmp_path):
    with serve(lambda _: Reply(["x"]), structured=structured) as server:
        for _ in range(2):
            model = model_at(server.url, probes=tmp_path / "models.json")
            assert model.structured() is expected
            model.close()
        assert server.probes == 1


def test_a_server_that_fails_at_schemas_is_asked_without(tmp_path):
    (tmp_path / "models.json").write_text("not JSON")
    with serve(lambda _: Reply(["x"]), structured=None) as server:
        model = model_at(server.url, probes=tmp_path / "models.json")
        assert model.structured() is False
        assert complete(model, HELLO) == "x"
        model.close()


def test_so_many_at_once_and_no_more():
    with serve(lambda _: Reply(["first", STALL])) as server:
        model = model_at(server.url, concurrency=1, timeout_s=0.4)
        pieces = model.stream(HELLO)
        assert next(pieces) == "first"
        with pytest.raises(ModelOverloaded):
            complete(model, HELLO)
        pieces.close()
        assert server.left.wait(10)
        assert next(model.stream(HELLO)) == "first"
        model.close()


def test_many_threads_share_one_model():
    with serve(lambda body: Reply([body["messages"][0]["content"]])) as server:
        model = model_at(server.url)
        heard = {}

        def hear(n):
            heard[n] = complete(model, [Message("user", f"q{n}")])

        threads = [threading.Thread(target=hear, args=(n,)) for n in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        model.close()
    assert heard == {n: f"q{n}" for n in range(12)}
    assert model.usage().calls == 12


def test_an_address_with_a_password_is_shown_without():
    assert "secret" not in ServerModel("http://user:secret@127.0.0.1:9/v1?key=secret", "m").name


@pytest.mark.parametrize(("settings", "named"), [({"llm_key": "k"}, "llm_url"), ({"llm_url": "localhost:1"}, "llm_url")])
def test_half_a_group_of_settings(settings, named):
    with pytest.raises(SettingsError, match=named):
        load_chat_model(Settings(**settings))


def test_without_a_setting_there_is_no_model():
    assert load_chat_model(Settings()) is None


def test_a_missing_package_is_named(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "openai", None)
    monkeypatch.delitem(sys.modules, "qa.models.server")
    with pytest.raises(MissingExtra, match=r"dalil\[api\]"):
        load_chat_model(Settings(llm_url="http://127.0.0.1:9/v1"))


@pytest.mark.parametrize("text", ["", "السلام عليكم ورحمة الله", "Peace be upon you", "a1 ٢ 😀"])
def test_the_estimate_is_careful(text):
    assert estimate(text) >= len(text.split())


def test_a_server_that_is_not_there():
    model = model_at("http://127.0.0.1:9/v1")
    with pytest.raises(ModelUnavailable, match="cannot be reached"):
        complete(model, HELLO)
    model.close()
