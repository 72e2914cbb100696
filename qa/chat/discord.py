"""Discord, by its interactions endpoint: the command /ask, answered by embeds, with buttons for thumbs.

Discord wants a word within three seconds: the question is acknowledged at once, and the answer takes that word's place.
"""

import asyncio
import json
import re
import time
from collections.abc import Iterator
from functools import partial
from typing import Any

import httpx
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from index.errors import DalilError, InputError, SettingsError
from prompts import message
from qa.answer import Answer
from qa.chat.base import Desk, Incoming, NotTheirs, Reply
from qa.chat.packing import shortened, units
from qa.chat.shown import Shown, Source, heading, said, sources
from qa.settings import Settings

_OLD_S = 300
_LONGEST_WAIT_S = 10
_PING, _COMMAND, _PRESSED = 1, 2, 3
_PONG, _MESSAGE, _DEFERRED, _NOTHING = 1, 4, 5, 6
_ONLY_YOU = 64
# Escaped, a text may become twice as long; an embed takes 4096, a title 256, all embeds of a message together 6000.
_LONGEST_TEXT, _LONGEST_TITLE, _LONGEST_QUOTE, _LONGEST_EMBEDS = 2000, 120, 300, 6000
_MOST_EMBEDS, _MOST_SOURCES = 10, 9
_THUMBS = {"up": "👍", "down": "👎"}
_MARKUP = re.compile(r"[\\*_~`|>\[\]()<#@]|^\s*[-+](?=\s)|(?<=\d)\.(?=\s)", re.MULTILINE)
_PART = re.compile(r"[A-Za-z0-9_.-]+")


class DiscordError(DalilError):
    """Raised when Discord does not take what it is sent."""

    code = "discord_failed"
    status = 502


class Discord:
    """The application's commands and buttons. In a channel each person has a conversation of their own."""

    def __init__(self, desk: Desk, public_key: str, url: str) -> None:
        """Raises `SettingsError` for what is no public key."""
        self._desk, self._url = desk, url.rstrip("/")
        self._client: httpx.AsyncClient | None = None
        try:
            self._key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        except ValueError:
            raise SettingsError("DALIL_DISCORD_PUBLIC_KEY is no public key: it has 64 hexadecimal digits") from None

    async def handle(self, request: Request) -> Response:
        """One interaction. Raises `NotTheirs`, `InputError`, `LedgerError`."""
        raw = await request.body()
        self._check(request.headers.get("x-signature-ed25519", ""), request.headers.get("x-signature-timestamp", ""), raw)
        try:
            body = json.loads(raw)
            if body["type"] == _PING:
                return JSONResponse({"type": _PONG})
            user = (body.get("member") or body)["user"]
            if body["type"] == _COMMAND:
                return JSONResponse(await self._asked(body, user))
            if body["type"] == _PRESSED:
                return JSONResponse(await self._pressed(body, user))
        except (ValueError, TypeError, KeyError, AttributeError):
            pass
        raise InputError("the body is no interaction that this application knows")

    def _check(self, signature: str, timestamp: str, raw: bytes) -> None:
        try:
            self._key.verify(bytes.fromhex(signature), timestamp.encode() + raw)
            old = abs(time.time() - int(timestamp)) > _OLD_S
        except (InvalidSignature, ValueError):
            raise NotTheirs("the signature is not Discord's") from None
        if old:
            raise NotTheirs(f"the signature is older than {_OLD_S} s")

    async def _asked(self, body: dict[str, Any], user: dict[str, Any]) -> dict[str, Any]:
        words = [option["value"] for option in body["data"].get("options") or () if option["name"] == "question"]
        text = " ".join(word for word in words if isinstance(word, str))
        place = f"/webhooks/{_part(body['application_id'])}/{_part(body['token'])}"
        conversation = f"discord:{_part(body.get('channel_id', '0'))}:{_part(user['id'])}"
        if not user.get("bot") and await self._desk.first(f"discord:{_part(body['id'])}"):
            hidden = bool(body.get("guild_id")) and self._desk.settings.chat_refusals == "silent"
            self._desk.later(partial(self._answer, place, Incoming(text, conversation), hidden))
        return {"type": _DEFERRED}

    async def _pressed(self, body: dict[str, Any], user: dict[str, Any]) -> dict[str, Any]:
        thumb, _, answer_id = body["data"]["custom_id"].partition(":")
        if not await self._desk.first(f"discord:{_part(body['id'])}"):
            return {"type": _NOTHING}
        thanks = await self._desk.rate(answer_id, thumb, f"discord:{_part(user['id'])}")
        return {"type": _MESSAGE, "data": {"content": thanks, "flags": _ONLY_YOU}}

    async def _answer(self, place: str, incoming: Incoming, hidden: bool) -> None:
        """Put the answer where the word was; with `hidden`, a refusal is shown to the asker alone."""
        reply = await self._desk.answer(incoming)
        assert reply is not None  # a command is never left without an answer
        first, *others = self._shown(reply)
        if hidden and (reply.answer is None or reply.answer.refused):
            await self._call("DELETE", f"{place}/messages/@original")
            others = [one | {"flags": _ONLY_YOU} for one in (first, *others)]
        else:
            await self._call("PATCH", f"{place}/messages/@original", first)
        for one in others:
            await self._call("POST", place, one)

    async def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> None:
        """One request, once more where Discord asks to wait or has not yet read the word before it. Raises `DiscordError`."""
        if self._client is None:
            self._client = httpx.AsyncClient(timeout=15)
        for last in (False, True):
            answer = await self._client.request(method, self._url + path, json=body)
            if answer.status_code not in (404, 429) or last:
                break
            await asyncio.sleep(min(float(answer.headers.get("retry-after", 1)), _LONGEST_WAIT_S))
        if answer.is_error:
            raise DiscordError(f"Discord answered {answer.status_code}")

    def _shown(self, reply: Reply) -> list[dict[str, Any]]:
        nobody: dict[str, Any] = {"allowed_mentions": {"parse": []}}
        if reply.answer is None:
            return [nobody | {"content": escape(reply.problem)}]
        cited = sources(reply.answer, self._desk.settings.public_url, _MOST_SOURCES)
        shown = [nobody | {"embeds": some} for some in packed(embeds(reply.answer, cited))]
        shown[-1]["components"] = [{"type": 1, "components": _buttons(reply)}]
        return shown

    async def close(self) -> None:
        """Release the connections."""
        if self._client is not None:
            await self._client.aclose()


def make(desk: Desk, settings: Settings) -> Discord:
    """The application of the settings. Raises `SettingsError`."""
    assert settings.discord_public_key is not None
    return Discord(desk, settings.discord_public_key, settings.discord_url)


def embeds(answer: Answer, cited: list[Source]) -> Iterator[dict[str, Any]]:
    """What is said, then an embed for each source: title, link, quote, outlet and date."""
    for text in said(answer, _LONGEST_TEXT):
        yield {"description": escape(text)}
    over = heading(answer)
    for source in cited:
        shown: dict[str, Any] = {"title": escape(shortened(source.title, _LONGEST_TITLE)), "author": {"name": over}}
        if source.url and units(source.url) <= 2000:
            shown["url"] = source.url
        shown["description"] = "\n".join(line for one in source.quotes[:3] for line in _quote(one))
        yield shown | {"footer": {"text": " · ".join(part for part in (source.markers, source.about) if part)}}


def _quote(shown: Shown) -> Iterator[str]:
    yield f"> {escape(shortened(shown.quote, _LONGEST_QUOTE))}"
    if shown.translation:
        yield escape(shown.translation)


def packed(shown: Iterator[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """The embeds in as few messages as their order and Discord's limits allow."""
    messages: list[list[dict[str, Any]]] = [[]]
    for embed in shown:
        together = sum(map(_length, [*messages[-1], embed]))
        if messages[-1] and (len(messages[-1]) == _MOST_EMBEDS or together > _LONGEST_EMBEDS):
            messages.append([])
        messages[-1].append(embed)
    return messages


def _length(embed: dict[str, Any]) -> int:
    texts = (
        embed.get("title"),
        embed.get("description"),
        embed.get("footer", {}).get("text"),
        embed.get("author", {}).get("name"),
    )
    return sum(units(text) for text in texts if text)


def _buttons(reply: Reply) -> list[dict[str, Any]]:
    return [
        {
            "type": 2,
            "style": 2,
            "custom_id": f"{thumb}:{reply.id}",
            "emoji": {"name": sign},
            "label": message(f"chat.{thumb}", reply.language),
        }
        for thumb, sign in _THUMBS.items()
    ]


def escape(text: str) -> str:
    r"""Text in which Discord finds no markup, mention or link with a text of its own.

    >>> print(escape("**@everyone** [a](b)"))
    \*\*\@everyone\*\* \[a\]\(b\)
    """
    return _MARKUP.sub(lambda found: found[0][:-1] + "\\" + found[0][-1], text)


def _part(value: object) -> str:
    """A part of an address. Raises `ValueError` for what could lead elsewhere."""
    if not isinstance(value, str) or not _PART.fullmatch(value) or not value.strip("."):
        raise ValueError
    return value


async def register(settings: Settings) -> str:
    """Make the command /ask known to Discord; gives the application's id. Raises `DiscordError`."""
    assert settings.discord_token is not None
    headers = {"Authorization": f"Bot {settings.discord_token.get_secret_value()}"}
    question = {"type": 3, "name": "question", "description": "العربية · English", "required": True}
    command = {
        "name": "ask",
        "description": "Ask the articles · اسأل المقالات",
        "options": [question | {"max_length": min(settings.max_question, 6000)}],
    }
    async with httpx.AsyncClient(timeout=15, headers=headers) as client:
        base = settings.discord_url.rstrip("/")
        try:
            known = (await client.get(f"{base}/applications/@me")).raise_for_status().json()
            application = _part(known["id"])
            (await client.post(f"{base}/applications/{application}/commands", json=command)).raise_for_status()
        except httpx.HTTPStatusError as error:
            raise DiscordError(
                f"Discord answered {error.response.status_code}: is DALIL_DISCORD_TOKEN the bot's token?"
            ) from None
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise DiscordError(f"Discord cannot be reached: {type(error).__name__}") from None
    return application
