"""Microsoft Teams, with the Microsoft 365 Agents SDK: messages and mentions, answered by adaptive cards.

The SDK checks the token of each delivery and fetches the one to answer with. What is shown stands in text runs, where Teams
reads no markup.
"""

import re
from collections.abc import Iterator
from functools import partial
from html import unescape
from typing import Any, Protocol
from urllib.parse import urlsplit

from jwt import PyJWTError
from microsoft_agents.activity import Activity
from microsoft_agents.authentication.msal import MsalAuth
from microsoft_agents.hosting.core import AgentAuthConfiguration, OutboundHostValidator
from microsoft_agents.hosting.core.authorization import JwtTokenValidator
from microsoft_agents.hosting.core.connector.teams import TeamsConnectorClient
from starlette.requests import Request
from starlette.responses import Response

from index.errors import InputError
from prompts import message
from qa.answer import Answer
from qa.chat.base import Desk, Incoming, NotTheirs, Reply
from qa.chat.packing import shortened, units
from qa.chat.shown import Source, heading, said, sources
from qa.settings import Settings

_AUDIENCE = "https://api.botframework.com"
_LONGEST_TEXT, _LONGEST_QUOTE = 1800, 300
_LONGEST_CARD = 3500  # Teams takes 28 kB; a letter may take six bytes
_MOST_SOURCES = 8
_THUMBS = {"up": "👍", "down": "👎"}
_MENTION = re.compile(r"<at\b[^<>]*>[^<]*</at>", re.IGNORECASE)


class Tokens(Protocol):
    """Where the token to answer with comes from."""

    async def get_access_token(self, resource_url: str, scopes: list[str], force_refresh: bool = False) -> str:
        """A token for a resource."""
        ...


class Teams:
    """A bot that is written to or mentioned. A chat, or a thread of a channel, is a conversation."""

    def __init__(self, desk: Desk, identity: AgentAuthConfiguration, tokens: Tokens, hosts: OutboundHostValidator) -> None:
        """`hosts` are those that answers may go to."""
        self._desk, self._tokens, self._hosts = desk, tokens, hosts
        self._validator = JwtTokenValidator(identity)

    async def handle(self, request: Request) -> Response:
        """One activity, answered at once. Raises `NotTheirs`, `InputError`, `LedgerError`."""
        signed_for = await self._checked(request.headers.get("authorization", ""))
        try:
            activity = Activity.model_validate_json(await request.body())
            place = activity.conversation.id, activity.id, activity.service_url
        except (ValueError, AttributeError):
            raise InputError("the body is no activity of Teams") from None
        if activity.type != "message" or not all(isinstance(part, str) and part for part in place):
            return Response()
        url = str(activity.service_url)
        if not self._hosts.is_allowed(url) or urlsplit(url).hostname != urlsplit(signed_for).hostname:
            raise NotTheirs("the token is not for the address that the answer should go to")
        sender = activity.from_property
        bot = sender is None or sender.role == "bot" or (activity.recipient and activity.recipient.id == sender.id)
        if not bot and await self._desk.first(f"teams:{activity.conversation.id}:{activity.id}"):
            self._desk.later(partial(self._received, activity))
        return Response()

    async def _checked(self, header: str) -> str:
        """The service for which the token of a delivery was signed. Raises `NotTheirs`."""
        kind, _, token = header.partition(" ")
        try:
            if kind.lower() == "bearer":
                claims = (await self._validator.validate_token(token)).claims
                if claims["iss"] == _AUDIENCE and claims["exp"]:
                    return str(claims["serviceurl"])
        except (PyJWTError, ValueError, KeyError):
            pass
        raise NotTheirs("the token is not one of the Bot Framework for this bot")

    async def _received(self, activity: Activity) -> None:
        pressed = activity.value if isinstance(activity.value, dict) else {}
        if "thumb" in pressed:
            user = activity.from_property.id if activity.from_property else ""
            thanks = await self._desk.rate(str(pressed.get("answer")), str(pressed["thumb"]), f"teams:{user}")
            await self._send(activity, [{"type": "message", "text": thanks, "textFormat": "plain"}])
            return
        text = unescape(_MENTION.sub(" ", activity.text or "")).strip()
        incoming = Incoming(text, f"teams:{activity.conversation.id}", bool(activity.conversation.is_group))
        if not self._desk.quiet(incoming):
            self._desk.later(partial(self._send, activity, [{"type": "typing"}]))
        reply = await self._desk.answer(incoming)
        if reply is not None:
            await self._send(activity, self._shown(reply))

    async def _send(self, to: Activity, shown: list[dict[str, Any]]) -> None:
        token = await self._tokens.get_access_token(_AUDIENCE, [f"{_AUDIENCE}/.default"])
        client = TeamsConnectorClient(endpoint=str(to.service_url), token=token)
        try:
            for one in shown:
                ends = {"from": to.recipient, "recipient": to.from_property, "conversation": to.conversation}
                body = Activity.model_validate({"replyToId": to.id, "channelId": to.channel_id, **ends, **one})
                await client.conversations.reply_to_activity(to.conversation.id, str(to.id), body)
        finally:
            await client.close()

    def _shown(self, reply: Reply) -> list[dict[str, Any]]:
        if reply.answer is None:
            return [{"type": "message", "text": reply.problem, "textFormat": "plain"}]
        cited = sources(reply.answer, self._desk.settings.public_url, _MOST_SOURCES)
        cards = [{"body": body} for body in packed(items(reply.answer, cited))]
        cards[-1] |= {"actions": _buttons(reply)}
        return [_attached(card, rtl=reply.answer.language == "ar") for card in cards]

    async def close(self) -> None:
        """Nothing stays open between requests."""


def make(desk: Desk, settings: Settings) -> Teams:
    """The bot of the settings."""
    assert settings.teams_client_secret is not None
    identity = AgentAuthConfiguration(
        client_id=settings.teams_client_id,
        tenant_id=settings.teams_tenant_id,
        client_secret=settings.teams_client_secret.get_secret_value(),
        issuers=[_AUDIENCE],
        validate_issuer=True,
    )
    return Teams(desk, identity, MsalAuth(identity), allowed_hosts())


def allowed_hosts() -> OutboundHostValidator:
    """Microsoft's own hosts, over https."""
    return OutboundHostValidator(enabled=True)


def items(answer: Answer, cited: list[Source]) -> Iterator[dict[str, Any]]:
    """The elements of the cards: what is said, then each source with its quotes."""
    yield from (_runs([_run(text)]) for text in said(answer, _LONGEST_TEXT))
    for number, source in enumerate(cited):
        over = [] if number else [_runs([_run(heading(answer), weight="Bolder")], spacing="Large")]
        link = {"selectAction": {"type": "Action.OpenUrl", "url": source.url}} if source.url else {}
        about = f" · {source.about}" if source.about else ""
        line = _runs([_run(f"{source.markers} "), _run(source.title, **link), _run(about, isSubtle=True)])
        words = (text for one in source.quotes[:3] for text in (shortened(one.quote, _LONGEST_QUOTE), one.translation))
        quotes = [_runs([_run(text, isSubtle=True)], spacing="Small") for text in words if text]
        yield {"type": "Container", "items": [*over, line, *quotes]}


def packed(elements: Iterator[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """The elements in as few cards as their order and Teams' limit allow."""
    cards: list[list[dict[str, Any]]] = [[]]
    for element in elements:
        if cards[-1] and sum(map(_length, [*cards[-1], element])) > _LONGEST_CARD:
            cards.append([])
        cards[-1].append(element)
    return cards


def _length(element: dict[str, Any]) -> int:
    if element["type"] == "Container":
        return sum(map(_length, element["items"]))
    return sum(units(run["text"]) for run in element["inlines"])


def _runs(runs: list[dict[str, Any]], **look: str) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": [run for run in runs if run["text"]], **look}


def _run(text: str, **look: Any) -> dict[str, Any]:
    return {"type": "TextRun", "text": text, **look}


def _buttons(reply: Reply) -> list[dict[str, Any]]:
    return [
        {
            "type": "Action.Submit",
            "title": f"{sign} {message(f'chat.{thumb}', reply.language)}",
            "data": {"thumb": thumb, "answer": reply.id},
        }
        for thumb, sign in _THUMBS.items()
    ]


def _attached(card: dict[str, Any], *, rtl: bool) -> dict[str, Any]:
    schema = {"type": "AdaptiveCard", "version": "1.5", "rtl": rtl}
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": schema | card}
    return {"type": "message", "attachments": [attachment]}
