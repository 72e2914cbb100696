"""What is Discord's own: the ping, the word within three seconds, refusals for the asker alone, limits, the command."""

import asyncio

import pytest

from index.errors import SettingsError
from prompts import message
from qa.chat.discord import DiscordError, escape, make, register
from qa.chat.packing import units
from qa.settings import Settings
from tests.qa.chat.drivers import Discord
from tests.qa.chat.platform import NASTY, QUESTION, Index, answered, platform, refused
from tests.qa.service.conftest import serving

DISCORD = Discord()


@pytest.fixture
def api():
    with platform(DISCORD.reply) as found:
        yield found


@pytest.fixture
def index():
    return Index(answered("en"))


@pytest.fixture
def service(api, index):
    return lambda **settings: serving(index, **DISCORD.settings(api.url), **settings)


def test_a_ping_is_answered_and_a_question_deferred(service, index, api):
    with service() as client:
        assert DISCORD.send(client, {"type": 1, "id": "1"}).json() == {"type": 1}
        assert DISCORD.send(client, {"type": 1, "id": "1"}, secret="wrong").status_code == 401
        assert DISCORD.send(client, DISCORD.question(QUESTION["en"])).json() == {"type": 5}
        DISCORD.shown(api)


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_refusal_is_for_the_asker_alone_where_silence_is_set(service, index, api, language):
    index.given = refused(language)
    with service(chat_refusals="silent") as client:
        DISCORD.send(client, DISCORD.question(QUESTION[language], shared=True))
        [said] = api.wait("/webhooks/42/tok-en", method="POST")
        assert len(api.to("/messages/@original", method="DELETE")) == 1
        assert not api.to("/messages/@original", method="PATCH")
        assert said.body["flags"] == 64
        DISCORD.send(client, DISCORD.question(QUESTION[language], 2))
        [private] = DISCORD.shown(api)
    assert message("refusal", language)[:-1] in DISCORD.words(private)


def test_no_message_is_over_the_limits(service, index, api):
    index.given = answered("en", quote=" ".join([NASTY] * 300), title=NASTY * 20)
    with service() as client:
        DISCORD.send(client, DISCORD.question(QUESTION["en"]))
        [first] = DISCORD.shown(api)
        api.wait("/webhooks/42/tok-en", count=2)
    bodies = [first, *(call.body for call in api.to("/webhooks/42/tok-en"))]
    for body in bodies:
        assert len(body["embeds"]) <= 10
        assert all(units(embed["description"]) <= 4096 and units(embed.get("title", "")) <= 256 for embed in body["embeds"])
        assert sum(units(text) for embed in body["embeds"] for text in embed.values() if isinstance(text, str)) <= 6000


@pytest.mark.parametrize(
    "changed", [{"token": "../../users"}, {"application_id": ".."}, {"data": None}, {"user": {}}, {"id": 1}]
)
def test_a_signed_interaction_with_odd_parts_is_refused(service, index, changed):
    with service() as client:
        assert DISCORD.send(client, DISCORD.question(QUESTION["en"]) | changed).status_code == 400
    assert index.asked == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("**a** @everyone <@1>", r"\*\*a\*\* \@everyone \<\@1\>"),
        ("- one\n# two\n> three\n1. four", "\\- one\n\\# two\n\\> three\n1\\. four"),
        (r"\*a\*", r"\\\*a\\\*"),
        ("2021-11-05 at 3.5", "2021-11-05 at 3.5"),
        ("أُغلق الجسر.", "أُغلق الجسر."),
    ],
)
def test_markup_is_escaped(text, shown):
    assert escape(text) == shown


def test_the_command_is_made_known(api):
    settings = Settings(discord_token="secret", **DISCORD.settings(api.url))
    assert asyncio.run(register(settings)) == "42"
    [call] = api.to("/applications/42/commands")
    assert call.headers["authorization"] == "Bot secret"
    assert (call.body["name"], call.body["options"][0]["name"]) == ("ask", "question")


def test_a_discord_that_is_not_there_is_said_in_words():
    with pytest.raises(DiscordError, match="cannot be reached"):
        asyncio.run(register(Settings(discord_token="secret", discord_url="http://127.0.0.1:9/")))


def test_what_is_no_public_key_is_said_at_the_start():
    with pytest.raises(SettingsError, match="DALIL_DISCORD_PUBLIC_KEY"):
        make(None, Settings(discord_public_key="key"))


def test_an_answer_that_overtakes_its_word_is_sent_again(index):
    with platform(DISCORD.reply) as api:
        api.statuses = [404]
        with serving(index, **DISCORD.settings(api.url)) as client:
            DISCORD.send(client, DISCORD.question(QUESTION["en"]))
            first, second = DISCORD.shown(api, 2)
    assert first == second
