"""Slack, with its own SDK: mentions, direct messages and slash commands; over HTTP, and over Socket Mode.

The SDK checks signatures and refuses timestamps older than five minutes. What is shown stands in `plain_text` and `rich_text`,
where Slack reads no markup; the one text that it reads as markup, the notification, is escaped.
"""

import json
import re
from functools import partial
from typing import Any

from slack_bolt.adapter.fastapi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient
from starlette.requests import Request
from starlette.responses import Response

from index.errors import InputError
from prompts import message
from qa.answer import Answer
from qa.chat.base import Desk, Incoming, Reply
from qa.chat.packing import shortened
from qa.chat.shown import Source, heading, said, sources
from qa.settings import Settings

_LONGEST_TEXT = 2900  # Slack takes 3000 characters in a section
_MOST_TEXTS, _MOST_SOURCES = 20, 10  # of 50 blocks
_THUMBS = {"up": "👍", "down": "👎"}
_REFERENCE = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")


class Slack:
    """A bot that is mentioned, written to, or called by a slash command. A thread is a conversation."""

    def __init__(self, desk: Desk, token: str, signing_secret: str | None, url: str) -> None:
        """Without a signing secret only Socket Mode can be used, where there is nothing to check."""
        self._desk = desk
        self.app = AsyncApp(
            client=AsyncWebClient(token=token, base_url=url),
            signing_secret=signing_secret or "",
            request_verification_enabled=signing_secret is not None,
        )
        self.app.event("app_mention")(self._mentioned)
        self.app.event("message")(self._written)
        self.app.command(re.compile(".*"))(self._command)
        self.app.action(re.compile("up|down"))(self._pressed)
        self._handler = AsyncSlackRequestHandler(self.app)

    async def handle(self, request: Request) -> Response:
        """One delivery: the SDK answers at once, then runs what was registered for it. Raises `InputError`."""
        try:
            # The SDK reads a body before it checks the signature, and trusts it to be an object with an object inside.
            if "json" in request.headers.get("content-type", ""):
                body = json.loads(await request.body() or b"{}")
                if not (isinstance(body, dict) and isinstance(body.get("event", {}), dict)):
                    raise ValueError
            return await self._handler.handle(request)
        except ValueError:
            raise InputError("the body or a header cannot be read as Slack writes them") from None

    async def close(self) -> None:
        """Nothing stays open between requests."""

    async def _mentioned(self, event: dict[str, Any], client: AsyncWebClient, context: dict[str, Any]) -> None:
        await self._message(event, client, context, shared=True)

    async def _written(self, event: dict[str, Any], client: AsyncWebClient, context: dict[str, Any]) -> None:
        # Edits and joins have a subtype. In channels, a mention is what asks.
        if event.get("channel_type") == "im" and not event.get("subtype"):
            await self._message(event, client, context, shared=False)

    async def _message(self, event: dict[str, Any], client: AsyncWebClient, context: dict[str, Any], *, shared: bool) -> None:
        channel, ts, text = event.get("channel"), event.get("ts"), event.get("text")
        if event.get("bot_id") or not (isinstance(channel, str) and isinstance(ts, str) and isinstance(text, str)):
            return
        team = context.get("team_id") or ""
        # Slack delivers once more what it thinks was lost; a time in a channel names one message.
        if not await self._desk.first(f"slack:{team}:{channel}:{ts}"):
            return
        thread = event.get("thread_ts") or (ts if shared else None)
        question = readable(text, context.get("bot_user_id"))
        incoming = Incoming(question, f"slack:{team}:{channel}:{thread or ''}", shared)
        self._desk.later(partial(self._post, client, channel, thread, incoming))

    async def _post(self, client: AsyncWebClient, channel: str, thread: str | None, incoming: Incoming) -> None:
        """A first word at once, which becomes the answer; where the settings want silence, only an answer."""
        quiet = self._desk.quiet(incoming)
        place: dict[str, Any] = {"channel": channel, "thread_ts": thread, "unfurl_links": False, "unfurl_media": False}
        looking = message("chat.looking", self._desk.language(incoming.text))
        posted = None if quiet else await client.chat_postMessage(**place, text=looking)
        reply = await self._desk.answer(incoming)
        if posted is not None and reply is not None:
            await client.chat_update(channel=posted["channel"], ts=posted["ts"], **self._shown(reply))
        elif reply is not None:
            await client.chat_postMessage(**place, **self._shown(reply))

    async def _command(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        text = readable(str(body.get("text") or ""), None)
        fresh = await self._desk.first(f"slack:{body.get('trigger_id')}")
        await ack(message("chat.looking", self._desk.language(text))) if fresh else await ack()
        if fresh:
            place = f"slack:{body.get('team_id')}:{body.get('channel_id')}:{body.get('user_id')}"
            self._desk.later(partial(self._respond, respond, Incoming(text, place)))

    async def _respond(self, respond: AsyncRespond, incoming: Incoming) -> None:
        reply = await self._desk.answer(incoming)
        assert reply is not None  # a command is never left without an answer
        # What was found is for the channel; that nothing was found, for the one who asked.
        found = reply.answer is not None and not reply.answer.refused
        await respond(**self._shown(reply), response_type="in_channel" if found else "ephemeral", replace_original=False)

    async def _pressed(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        await ack()
        action, user = body["actions"][0], body["user"]["id"]
        if await self._desk.first(f"slack:{body.get('trigger_id')}"):
            thanks = await self._desk.rate(str(action.get("value")), str(action["action_id"]), f"slack:{user}")
            await respond(text=thanks, response_type="ephemeral", replace_original=False)

    def _shown(self, reply: Reply) -> dict[str, Any]:
        if reply.answer is None:
            return {"text": reply.problem, "blocks": [_plain(reply.problem)]}
        texts = said(reply.answer, _LONGEST_TEXT)[:_MOST_TEXTS]
        cited = sources(reply.answer, self._desk.settings.public_url, _MOST_SOURCES)
        return {"text": escape(texts[0]), "blocks": blocks(reply.answer, reply.id, texts, cited)}


def make(desk: Desk, settings: Settings) -> Slack:
    """The bot of the settings."""
    assert settings.slack_bot_token is not None
    secret = settings.slack_signing_secret
    signing = None if secret is None else secret.get_secret_value()
    return Slack(desk, settings.slack_bot_token.get_secret_value(), signing, settings.slack_url)


async def serve_socket(desk: Desk, settings: Settings) -> None:
    """Receive over Socket Mode, which needs no address that Slack can reach, until cancelled."""
    from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler

    assert settings.slack_app_token is not None
    handler = AsyncSocketModeHandler(make(desk, settings).app, settings.slack_app_token.get_secret_value())
    try:
        await handler.start_async()  # type: ignore[no-untyped-call]
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]


def readable(text: str, bot: str | None) -> str:
    """A message as its writer saw it, without the mention of the bot.

    >>> readable("<@U1> who said &lt;no&gt; in <#C1|news>, <https://a.b|a.b>?", "U1")
    'who said <no> in #news, a.b?'
    """

    def shown(found: re.Match[str]) -> str:
        kind, name, label = found.groups()
        if kind == "@" and (name == bot or label is None):
            return ""
        return (kind if label and kind in ("@", "#") else "") + (label or name)

    words = _REFERENCE.sub(shown, text)
    return words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


def escape(text: str) -> str:
    """Text in which Slack finds no link, mention or command.

    >>> escape("<!channel> & you")
    '&lt;!channel&gt; &amp; you'
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def blocks(answer: Answer, answer_id: str, texts: list[str], cited: list[Source]) -> list[dict[str, Any]]:
    """The blocks of an answer: what is said, its sources with their quotes, and the thumbs."""
    shown = [_plain(text) for text in texts]
    if cited:
        shown.append({"type": "context", "elements": [{"type": "plain_text", "text": heading(answer), "emoji": False}]})
        shown += [_source(source) for source in cited]
    buttons = [
        {
            "type": "button",
            "action_id": thumb,
            "value": answer_id,
            "text": {"type": "plain_text", "text": f"{sign} {message(f'chat.{thumb}', answer.language)}", "emoji": True},
        }
        for thumb, sign in _THUMBS.items()
    ]
    return [*shown, {"type": "actions", "elements": buttons}]


def _plain(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "plain_text", "text": text, "emoji": False}}


def _source(source: Source) -> dict[str, Any]:
    title = {"type": "link", "url": source.url, "text": source.title} if source.url else _words(source.title)
    line = [_words(f"{source.markers} "), title, *([_words(f" · {source.about}")] if source.about else [])]
    shown: list[dict[str, Any]] = [{"type": "rich_text_section", "elements": line}]
    for one in source.quotes:
        shown.append({"type": "rich_text_quote", "elements": [_words(shortened(one.quote, 300))]})
        if one.translation:
            shown.append({"type": "rich_text_section", "elements": [_words(one.translation)]})
    return {"type": "rich_text", "elements": shown}


def _words(text: str) -> dict[str, str]:
    return {"type": "text", "text": text}
