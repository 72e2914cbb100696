"""Every chat tool over real HTTP against a stand-in of its platform's API: one table for all of them."""

import json
from dataclasses import replace

import pytest

from index.errors import InputError, SettingsError
from prompts import message
from qa.chat.channels import TOOLS, channel_facts, switched_on
from qa.feedback import FeedbackStore
from qa.settings import Settings
from qa.text import FSI, LRM, PDI, RLM
from tests.qa.chat.drivers import DRIVERS
from tests.qa.chat.platform import NASTY, QUESTION, SAID, Index, answered, eventually, platform, refused
from tests.qa.service.conftest import serving

INVISIBLE = dict.fromkeys(map(ord, FSI + PDI + LRM + RLM))


@pytest.fixture(params=DRIVERS, ids=lambda driver: driver.name)
def driver(request):
    return request.param


@pytest.fixture
def talk(driver, monkeypatch):
    """A service that answers with what it is given, set up for a platform that is listening."""
    getattr(driver, "prepare", lambda _: None)(monkeypatch)

    class Talk:
        def __init__(self):
            self.index, self.driver = Index(answered("ar")), driver

        def __enter__(self):
            self._api = platform(driver.reply)
            self.api = self._api.__enter__()
            self._service = serving(self.index, **driver.settings(self.api.url), **self.extra)
            self.client = self._service.__enter__()
            return self

        def __exit__(self, *_):
            self.index.gate.set()
            self._service.__exit__(None, None, None)
            self._api.__exit__(None, None, None)

        def having(self, answer, **extra):
            self.index.given, self.extra = answer, extra
            return self

        def send(self, *args, **keywords):
            return driver.send(self.client, driver.question(*args, **keywords))

    return Talk()


def words(driver, body):
    return driver.words(body).translate(INVISIBLE)


@pytest.mark.parametrize("language", ["ar", "en"])
def test_an_answer_comes_with_its_source_quote_and_link(talk, driver, language):
    with talk.having(answered(language)):
        assert talk.send(QUESTION[language]).status_code == 200
        [body] = driver.shown(talk.api)
    assert talk.index.asked == [QUESTION[language]]
    shown = words(driver, body)
    assert SAID[language] in shown
    assert message("sources", language) in shown
    assert "جسر النهر" in shown
    assert "BBC News · 2021-11-05" in shown
    assert "https://example.org/a?b=1&c=2" in shown.replace("&amp;", "&")


def test_a_follow_up_knows_what_was_said_before(talk, driver):
    with talk.having(answered("en")):
        talk.send(QUESTION["en"])
        driver.shown(talk.api)
        talk.send("And why?", 2)
        driver.shown(talk.api, 2)
    first, second = talk.index.histories
    assert first is None
    assert [turn.question for turn in second] == [QUESTION["en"]]


def test_a_bad_signature_or_an_old_timestamp_is_refused(talk, driver):
    with talk.having(answered("en")):
        question = driver.question(QUESTION["en"])
        assert driver.send(talk.client, question, secret="wrong").status_code == driver.refused
        bare = talk.client.post(driver.path, content=json.dumps(question), headers={"content-type": "application/json"})
        assert bare.status_code == driver.refused
        late = driver.send(talk.client, question, ago=driver.old)
        assert late.status_code == (driver.refused if driver.name != "telegram" else 200)
        talk.send(QUESTION["en"], 2)
        driver.shown(talk.api)
    assert len(talk.index.asked) == 1


def test_what_is_delivered_twice_is_answered_once(talk, driver):
    with talk.having(answered("en")):
        question = driver.question(QUESTION["en"])
        for _ in range(3):
            assert driver.send(talk.client, question).status_code == 200
        driver.shown(talk.api)
        talk.send("And why?", 2)
        driver.shown(talk.api, 2)
    assert talk.index.asked == [QUESTION["en"], "And why?"]


def test_the_platform_is_answered_before_the_question_is(talk, driver):
    with talk.having(answered("en")):
        talk.index.gate.clear()
        assert talk.send(QUESTION["en"]).status_code == 200
        eventually(lambda: talk.index.asked)
        talk.index.gate.set()
        driver.shown(talk.api)


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_refusal_says_so_and_shows_the_nearest(talk, driver, language):
    with talk.having(refused(language)):
        talk.send(QUESTION[language], shared=True)
        [body] = driver.shown(talk.api)
    shown = words(driver, body)
    assert message("refusal", language)[:-1] in shown
    assert message("nearest", language) in shown


def test_a_refusal_is_silent_among_others_where_that_is_set(talk, driver):
    if driver.name == "discord":
        pytest.skip("a Discord command always shows an answer")
    with talk.having(refused("en"), chat_refusals="silent"):
        talk.send(QUESTION["en"], shared=True)
        eventually(lambda: talk.index.asked)
        talk.send(QUESTION["en"], 2)  # in private it is said
        [body] = driver.shown(talk.api)
        assert len([one for one in driver.sent(talk.api) if message("refusal", "en")[:-1] in driver.words(one.body)]) == 1
    assert message("refusal", "en")[:-1] in words(driver, body)


def test_an_answer_too_long_for_one_message_loses_nothing(talk, driver):
    quote = " ".join(f"Sentence number {number} of a very long report about the bridge." for number in range(150))
    with talk.having(answered("en", quote=quote)):
        talk.send(QUESTION["en"])
        driver.shown(talk.api)
        eventually(lambda: "number 149" in "".join(driver.words(one.body) for one in driver.sent(talk.api)))
        shown = "".join(driver.words(one.body) for one in driver.sent(talk.api))
    assert all(f"number {number} " in shown for number in range(150))


@pytest.mark.parametrize("thumb", ["up", "down"])
def test_a_thumb_is_stored_once_with_its_answer(talk, driver, thumb, monkeypatch):
    stored = []
    monkeypatch.setattr(FeedbackStore, "add", lambda self, question, which, **given: stored.append((question, which, given)))
    with talk.having(replace(answered("ar"), standalone="متى أُغلق جسر النهر؟")):
        talk.send(QUESTION["ar"])
        [body] = driver.shown(talk.api)
        for number in (1, 2):
            pressed = driver.press(body, thumb, talk.api, number)
            assert driver.send(talk.client, pressed).status_code == 200
        eventually(lambda: stored)
    [(question, which, given)] = stored
    assert (question, which) == ("متى أُغلق جسر النهر؟", thumb)
    assert given["citations"][0]["quote"] == SAID["ar"]


def test_bots_are_not_answered(talk, driver):
    with talk.having(answered("en")):
        assert talk.send(QUESTION["en"], own=True).status_code == 200
        talk.send("And why?", 2)
        driver.shown(talk.api)
    assert talk.index.asked == ["And why?"]


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff\xfe", b"[]", b'"x"', b"null", b"{}", b'{"type": 99, "event": 1}'], ids=repr)
def test_what_is_malformed_harms_nothing(talk, driver, raw):
    with talk.having(answered("en")):
        assert driver.send(talk.client, raw).status_code < 500
        talk.send(QUESTION["en"])
        driver.shown(talk.api)
    assert len(talk.index.asked) == 1


def test_what_articles_say_is_never_markup(talk, driver):
    with talk.having(answered("en", quote=NASTY, title=NASTY)):
        talk.send(QUESTION["en"])
        [body] = driver.shown(talk.api)
    driver.check_harmless(body)


@pytest.mark.parametrize(
    ("text", "key"), [("؟", "chat.empty"), ("جسر " * 600, "chat.too_long")], ids=["no question", "too long a question"]
)
def test_what_is_no_question_is_told_so(talk, driver, text, key):
    with talk.having(InputError("no")):
        talk.send(text)
        [body] = driver.shown(talk.api)
    languages = ("ar", "en") if key == "chat.empty" else ("ar",)
    assert any(message(key, language, most=2000) in words(driver, body) for language in languages)


def test_a_failure_inside_says_nothing_of_it(talk, driver):
    with talk.having(RuntimeError("a path of this machine")):
        talk.send(QUESTION["en"])
        [body] = driver.shown(talk.api)
    assert message("chat.failed", "en") in words(driver, body)
    assert "path" not in words(driver, body)


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_a_tool_that_is_off_says_how_to_turn_it_on(stand_in, tool):
    with serving(stand_in) as client:
        answer = client.post(tool.path, json={})
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_configured"
    assert all(f"DALIL_{name.upper()}" in answer.json()["error"]["message"] for name in tool.address_needs)
    assert all(f"DALIL_{name.upper()}" in channel_facts(Settings())[tool.title] for name in tool.address_needs)


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"slack_bot_token": "x"}, "DALIL_SLACK_SIGNING_SECRET, or DALIL_SLACK_APP_TOKEN"),
        ({"slack_signing_secret": "x"}, "DALIL_SLACK_BOT_TOKEN"),
        ({"telegram_secret": "x"}, "DALIL_TELEGRAM_TOKEN"),
        ({"teams_client_id": "x", "teams_client_secret": "x"}, "DALIL_TEAMS_TENANT_ID is missing"),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, dict) else "",
)
def test_a_tool_set_up_by_half_does_not_start(given, missing):
    with pytest.raises(SettingsError, match=missing):
        switched_on(Settings(**given))


@pytest.fixture
def stand_in():
    return Index(None)


def test_no_secret_is_shown():
    facts = str(channel_facts(Settings(slack_bot_token="xoxb-secret", slack_signing_secret="hidden")))
    assert "xoxb" not in facts
    assert "hidden" not in facts
