"""What is Slack's own: mentions and threads, slash commands, Socket Mode's command, the handshake."""

import asyncio

import pytest
from aiohttp import web

from prompts import message
from qa.chat.base import Desk
from qa.chat.ledger import Ledger
from qa.chat.slack import readable, serve_socket
from qa.cli.app import run
from qa.feedback import FeedbackStore
from qa.settings import Settings
from tests.qa.chat.drivers import Slack
from tests.qa.chat.platform import QUESTION, SAID, Index, answered, platform, refused
from tests.qa.service.conftest import serving

SLACK = Slack()


@pytest.fixture
def api():
    with platform(SLACK.reply) as found:
        yield found


@pytest.fixture
def index():
    return Index(answered("en"))


@pytest.fixture
def client(api, index):
    with serving(index, **SLACK.settings(api.url)) as found:
        yield found


def test_the_handshake_gives_the_challenge_back(client):
    answer = SLACK.send(client, {"type": "url_verification", "challenge": "abc"})
    assert (answer.status_code, answer.json()) == (200, {"challenge": "abc"})


def test_a_mention_is_answered_in_its_thread_and_a_thread_is_a_conversation(client, api, index):
    SLACK.send(client, SLACK.question(QUESTION["en"], shared=True))
    [update] = api.wait("/chat.update")
    [posted] = api.to("/chat.postMessage")
    assert (posted.body["channel"], posted.body["thread_ts"]) == ("C1", "1.1")
    assert posted.body["text"] == message("chat.looking", "en")
    assert (update.body["channel"], update.body["ts"]) == ("C1", "99.1")
    for number, thread in ((2, "1.1"), (3, None)):
        delivery = SLACK.question("And why?", number, shared=True)
        delivery["event"] |= {"thread_ts": thread} if thread else {}
        SLACK.send(client, delivery)
        api.wait("/chat.update", count=number)
    assert index.asked == [QUESTION["en"], "And why?", "And why?"]
    assert [len(history or ()) for history in index.histories] == [0, 1, 0]


@pytest.mark.parametrize("changed", [{"subtype": "message_changed"}, {"channel_type": "channel"}, {"text": None}, {"ts": 5}])
def test_what_is_no_question_to_the_bot_is_left_alone(client, api, index, changed):
    delivery = SLACK.question(QUESTION["en"])
    delivery["event"] |= changed
    assert SLACK.send(client, delivery).status_code == 200
    SLACK.send(client, SLACK.question("And why?", 2))
    api.wait("/chat.update")
    assert index.asked == ["And why?"]


@pytest.mark.parametrize(("answer", "kind"), [(answered("ar"), "in_channel"), (refused("ar"), "ephemeral")])
def test_a_slash_command_is_answered_once(client, api, index, answer, kind):
    index.given = answer
    form = {
        "command": "/dalil",
        "text": QUESTION["ar"],
        "trigger_id": "t1",
        "team_id": "T1",
        "channel_id": "C1",
        "user_id": "U1",
    }
    form["response_url"] = f"{api.url}/respond"
    first, again = (SLACK.send(client, form) for _ in range(2))
    assert message("chat.looking", "ar") in first.text
    assert again.text == ""
    [respond] = api.wait("/respond")
    assert respond.body["response_type"] == kind
    assert (SAID["ar"] in SLACK.words(respond.body)) or kind == "ephemeral"
    assert index.asked == [QUESTION["ar"]]


def test_a_message_is_read_as_its_writer_saw_it():
    text = "<@UBOT> who told <@U2|sara> &lt;that&gt; in <#C1|news>, &amp; see <https://a.b/c|a.b>?"
    assert readable(text, "UBOT") == "who told @sara <that> in #news, & see a.b?"


def test_the_command_names_what_it_lacks(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text("The bridge was closed on Friday evening.", encoding="utf-8")
    assert run(["index", "a.txt"]) == 0
    assert run(["slack"]) == 1
    assert "DALIL_SLACK_BOT_TOKEN and DALIL_SLACK_APP_TOKEN" in capsys.readouterr().err


def test_where_keys_are_asked_for_a_signature_is_enough_under_any_name(api, index):
    with serving(index, keys="on", **SLACK.settings(api.url)) as client:
        client.headers["host"] = "dalil.example"
        assert client.post("/ask", json={"question": QUESTION["en"]}).status_code in (401, 421)
        assert SLACK.send(client, SLACK.question(QUESTION["en"])).status_code == 200
        api.wait("/chat.update")


def test_socket_mode_needs_no_address(index, tmp_path):
    envelope = {"type": "events_api", "envelope_id": "e1", "payload": SLACK.question(QUESTION["en"])}
    acknowledged = []

    async def connected(request):
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello"})
        await socket.send_json(envelope)
        async for said in socket:
            acknowledged.append(said.json())
        return socket

    async def talk(url):
        app = web.Application()
        app.router.add_get("/socket", connected)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        opened.append(f"ws://127.0.0.1:{runner.addresses[0][1]}/socket")
        settings = Settings(slack_bot_token="xoxb-1", slack_app_token="xapp-1", slack_url=f"{url}/api/", data=tmp_path)
        with Ledger(tmp_path) as ledger, FeedbackStore(tmp_path) as thumbs:
            desk = Desk(index, asyncio.to_thread, ledger, thumbs, settings)
            serving = asyncio.create_task(serve_socket(desk, settings))
            await asyncio.to_thread(found.wait, "/chat.update")
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)
        await runner.cleanup()

    opened = []

    def reply(path, body):
        return {"ok": True, "url": opened[0]} if path.endswith("apps.connections.open") else SLACK.reply(path, body)

    with platform(reply) as found:
        asyncio.run(talk(found.url))
    assert acknowledged[0]["envelope_id"] == "e1"
    assert index.asked == [QUESTION["en"]]
