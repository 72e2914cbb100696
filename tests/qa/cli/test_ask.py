"""`dalil ask` with a language model: claims as they come, what is sent, and a model that is not there."""

import json

import pytest

from prompts import message
from tests.scripted_server import Reply, number_of, passages_of, serve

QUESTION = {
    "en": "When did the coalition announce the end of its main combat operations in Iraq?",
    "ar": "متى أعلن التحالف الدولي انتهاء عملياته القتالية الرئيسية في العراق؟",
}
QUOTE = 'أعلن التحالف الدولي انتهاء عملياته القتالية الرئيسية ضد "داعش" في العراق في 30 أبريل / نيسان الماضي'
CLAIM = "أعلن التحالف الدولي انتهاء عملياته القتالية الرئيسية في العراق في 30 أبريل / نيسان."


def answers(body):
    claims = [{"passage": number_of(body, QUOTE), "quote": QUOTE, "text": CLAIM}]
    return Reply([json.dumps({"answered": True, "claims": claims, "short": "30 أبريل / نيسان"}, ensure_ascii=False)])


@pytest.fixture
def model(monkeypatch):
    with serve(answers) as server:
        monkeypatch.setenv("DALIL_LLM_URL", server.url)
        monkeypatch.setenv("DALIL_LLM_RETRIES", "0")
        yield server


def test_claims_then_the_few_words_then_the_sources(dalil, data, model):
    status, out, err = dalil("ask", QUESTION["ar"], "--data", data)
    assert (status, err) == (0, "")
    assert out.index(CLAIM) < out.index(message("short", "ar")) < out.index(message("sources", "ar"))
    assert out.count(CLAIM) == 1


def test_json_stays_one_document(dalil, data, model):
    status, out, err = dalil("ask", QUESTION["ar"], "--json", "--show-prompt", "--data", data)
    answer = json.loads(out)
    assert (status, answer["mode"], answer["answer"]) == (0, "generative", f"{CLAIM} [1]")
    assert answer["citations"][0]["quote"] == QUOTE
    assert answer["prompt"].startswith("answer.ar@")
    assert err.startswith("--- system\n")
    assert QUESTION["ar"] in err
    assert all(text.split()[-1] in err for text in passages_of(model.requests[-1]).values())


@pytest.mark.parametrize("language", ["ar", "en"])
def test_without_a_model_nothing_is_sent_and_it_says_so(dalil, data, language):
    _, out, err = dalil("ask", QUESTION[language], "--show-prompt", "--data", data)
    assert err.strip() == message("note.no_model", language)
    assert QUOTE in out


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_model_that_is_down_is_said_below_the_answer(dalil, data, monkeypatch, language):
    with serve(answers) as server:
        pass
    monkeypatch.setenv("DALIL_LLM_URL", server.url)
    monkeypatch.setenv("DALIL_LLM_RETRIES", "0")
    status, out, _ = dalil("ask", QUESTION[language], "--data", data)
    assert status == 0
    assert QUOTE in out
    assert out.index(message("note.absent", language)) < out.index(message("sources", language))


def test_a_model_without_its_address_is_wrong_usage_in_one_line(dalil, data, monkeypatch):
    monkeypatch.setenv("DALIL_LLM_KEY", "sk-secret")
    status, _, err = dalil("ask", QUESTION["en"], "--data", data)
    assert status == 1
    assert "llm_url" in err
    assert "sk-secret" not in err
