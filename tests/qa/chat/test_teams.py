"""What is Teams' own: whom a token is for, where answers may go, mentions, cards that are not too large."""

import json

import pytest

from tests.qa.chat.drivers import Teams
from tests.qa.chat.platform import QUESTION, Index, answered, platform
from tests.qa.service.conftest import serving

TEAMS = Teams()


@pytest.fixture
def api(monkeypatch):
    TEAMS.prepare(monkeypatch)
    with platform(TEAMS.reply) as found:
        yield found


@pytest.fixture
def index():
    return Index(answered("ar"))


@pytest.fixture
def client(api, index):
    with serving(index, **TEAMS.settings(api.url)) as found:
        yield found


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "another"},
        {"iss": "https://sts.windows.net/another/"},
        {"iss": None},
        {"exp": None},
        {"serviceurl": None},
        {"serviceurl": "https://another.trafficmanager.net/"},
    ],
    ids=str,
)
def test_a_token_for_something_else_is_refused(client, api, index, changed):
    assert TEAMS.send(client, TEAMS.question(QUESTION["ar"]), **changed).status_code == 401
    assert index.asked == []


@pytest.mark.parametrize("url", ["https://evil.example/", "http://169.254.169.254/", "https://botframework.com.evil.example/"])
def test_no_answer_goes_to_a_host_that_is_not_microsofts(client, index, url):
    delivery = TEAMS.question(QUESTION["ar"]) | {"serviceUrl": url}
    assert TEAMS.send(client, delivery, serviceurl=url).status_code == 401
    assert index.asked == []


def test_a_mention_is_no_part_of_the_question_and_the_card_reads_right_to_left(client, api, index):
    TEAMS.send(client, TEAMS.question(QUESTION["ar"], shared=True))
    [body] = TEAMS.shown(api)
    assert index.asked == [QUESTION["ar"]]
    assert body["attachments"][0]["content"]["rtl"] is True
    assert body["replyToId"] == "1"
    assert next(call for call in api.calls if call.body["type"] == "message").headers["authorization"] == "Bearer token"


def test_no_card_is_over_the_limit(client, api, index):
    index.given = answered("ar", quote="أُغلق الجسر أمام السيارات مساء الجمعة. " * 200)
    TEAMS.send(client, TEAMS.question(QUESTION["ar"]))
    TEAMS.shown(api, 3)
    assert all(len(json.dumps(call.body)) < 28_000 for call in TEAMS.sent(api))
