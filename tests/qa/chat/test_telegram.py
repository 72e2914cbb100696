"""What is Telegram's own: groups, commands, quotes that fold out, polling, setting the webhook."""

import asyncio
import re

import pytest

from prompts import message
from qa.chat.base import Desk
from qa.chat.ledger import Ledger
from qa.chat.telegram import serve_polling, set_webhook
from qa.feedback import FeedbackStore
from qa.settings import Settings
from tests.qa.chat.drivers import Telegram
from tests.qa.chat.platform import QUESTION, SAID, Index, answered, platform
from tests.qa.service.conftest import serving

TELEGRAM = Telegram()


@pytest.fixture
def api():
    with platform(TELEGRAM.reply) as found:
        yield found


@pytest.fixture
def index():
    return Index(answered("ar"))


@pytest.fixture
def client(api, index):
    with serving(index, **TELEGRAM.settings(api.url)) as found:
        yield found


def written(text, number=1, **changed):
    delivery = TELEGRAM.question(text, number, shared=True)
    delivery["message"] |= {"text": text, "entities": []} | changed
    return delivery


def command(text, number=1):
    length = len(text.split()[0])
    return written(text, number, entities=[{"type": "bot_command", "offset": 0, "length": length}])


def test_typing_is_shown_and_sources_are_quotes_that_fold_out(client, api, index):
    index.gate.clear()
    TELEGRAM.send(client, TELEGRAM.question(QUESTION["ar"]))
    [typing] = api.wait("/sendChatAction")
    index.gate.set()
    [body] = TELEGRAM.shown(api)
    [folded] = re.findall(r"<blockquote expandable>(.*?)</blockquote>", body["text"], re.DOTALL)
    assert SAID["ar"] in folded
    assert "reply_parameters" not in body
    assert typing.body["action"] == "typing"


def test_in_groups_only_what_is_meant_for_the_bot_is_answered(client, api, index):
    mine, other = ({"id": number, "is_bot": True, "first_name": "x"} for number in (1, 2))
    before = {"message_id": 5, "date": 1, "chat": {"id": -100, "type": "supergroup", "title": "g"}, "text": "."}
    for delivery in (
        written("Who said so?", 1),
        written("Who said that?", 2, reply_to_message=before | {"from": other}),
        command("/ask@OtherBot Who said it?", 3),
        written("@someone Who was it?", 4, entities=[{"type": "mention", "offset": 0, "length": 8}]),
        written("Who denied it?", 5, reply_to_message=before | {"from": mine}),
        command("/ask@DalilBot Who did it?", 6),
    ):
        assert TELEGRAM.send(client, delivery).status_code == 200
    bodies = [call.body for call in api.wait("/sendMessage", count=2)]
    assert sorted(index.asked) == ["Who denied it?", "Who did it?"]
    assert all("reply_parameters" in body for body in bodies)


def test_edited_messages_are_not_answered_again(client, api, index):
    question = TELEGRAM.question("Who said so?", 1)
    TELEGRAM.send(client, {"update_id": 1, "edited_message": question["message"] | {"edit_date": 1}})
    TELEGRAM.send(client, TELEGRAM.question("And why?", 2))
    TELEGRAM.shown(api)
    assert index.asked == ["And why?"]


def test_start_greets_in_both_languages_and_new_forgets(client, api, index):
    TELEGRAM.send(client, command("/start"))
    [greeting] = TELEGRAM.shown(api)
    assert all(message("chat.welcome", language) in greeting["text"] for language in ("ar", "en"))
    for number, one in enumerate([command("/ask Who?", 2), command("/new", 3), command("/ask When?", 4)], 2):
        TELEGRAM.send(client, one)
        TELEGRAM.shown(api, number)
    assert index.histories == [None, None]


def test_polling_answers_too(api, index, tmp_path):
    waiting = [TELEGRAM.question(QUESTION["ar"]), TELEGRAM.question(QUESTION["ar"])]

    def reply(path, body):
        if path.endswith("getUpdates"):
            return {"ok": True, "result": [waiting.pop()] if waiting else []}
        return TELEGRAM.reply(path, body)

    async def poll(url):
        settings = Settings(telegram_token="1:secret", telegram_url=url, data=tmp_path)
        with Ledger(tmp_path) as ledger, FeedbackStore(tmp_path) as thumbs:
            serving = asyncio.create_task(serve_polling(Desk(index, asyncio.to_thread, ledger, thumbs, settings), settings))
            await asyncio.to_thread(found.wait, "/sendMessage")
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)

    with platform(reply) as found:
        asyncio.run(poll(found.url))
        [call] = found.to("/sendMessage")
    assert SAID["ar"] in call.body["text"]
    assert index.asked == [QUESTION["ar"]]


def test_the_webhook_is_set_with_its_secret(api):
    settings = Settings(public_url="https://news.example/dalil/", **TELEGRAM.settings(api.url))
    assert asyncio.run(set_webhook(settings)) == "https://news.example/dalil/telegram/webhook"
    [call] = api.to("/setWebhook")
    assert call.body["url"] == "https://news.example/dalil/telegram/webhook"
    assert call.body["secret_token"] == "signing-secret"
