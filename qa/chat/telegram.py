"""Telegram, with python-telegram-bot: by webhook with a secret token, and by polling.

In private every text is a question; in groups one that mentions the bot, replies to it, or begins with /ask.
"""

import asyncio
import hmac
import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, Message, Update
from telegram.constants import ChatAction, ChatType, ParseMode
from telegram.error import TelegramError
from telegram.ext import (
    Application,
    ApplicationHandlerStop,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    TypeHandler,
    filters,
)

from index.errors import DalilError, InputError
from prompts import message
from qa.chat.base import Desk, Incoming, NotTheirs, Reply
from qa.chat.ledger import REMEMBERED
from qa.chat.packing import units
from qa.chat.shown import Source, heading, said, sources
from qa.failures import describe
from qa.settings import Settings

_LONGEST = 4000  # of 4096, counted after the markup is read
_MOST_SOURCES, _MOST_QUOTES = 10, 3
_TYPING_S = 4  # what is shown as typing fades after five seconds
_AT_ONCE = 8
_THUMBS = {"up": "👍", "down": "👎"}


class TelegramDownError(DalilError):
    """Raised when the bot cannot be reached by its token; Telegram then delivers again."""

    code = "telegram_unavailable"
    status = 503


class Telegram:
    """A bot for private chats and groups. A private chat is one conversation, in a group each person has their own."""

    def __init__(self, desk: Desk, token: str, secret: str | None, url: str) -> None:
        """Without a secret only polling can be used."""
        self._desk, self._secret = desk, secret
        self._lock = asyncio.Lock()
        self._ready = False
        self.app = Application.builder().token(token).base_url(f"{url}/bot").concurrent_updates(_AT_ONCE).build()
        self.app.add_handler(TypeHandler(Update, self._once), group=-1)
        self.app.add_handler(CommandHandler(["start", "help"], self._welcome))
        self.app.add_handler(CommandHandler("new", self._begin))
        self.app.add_handler(CommandHandler("ask", self._command))
        self.app.add_handler(CallbackQueryHandler(self._pressed))
        self.app.add_handler(MessageHandler(filters.TEXT & ~filters.COMMAND & filters.UpdateType.MESSAGE, self._written))
        self.app.add_error_handler(_failed)

    async def handle(self, request: Request) -> Response:
        """One update, answered at once. Raises `NotTheirs`, `InputError`, `TelegramDownError`."""
        given = request.headers.get("x-telegram-bot-api-secret-token", "")
        if self._secret is None or not hmac.compare_digest(given.encode(), self._secret.encode()):
            raise NotTheirs("the secret token is not the one that was set with the webhook")
        await self._started()
        try:
            update = Update.de_json(json.loads(await request.body()), self.app.bot)
        except (ValueError, TypeError, KeyError, AttributeError):
            raise InputError("the body is no update of Telegram") from None
        self._desk.later(partial(self.app.process_update, update))
        return Response()

    async def _started(self) -> None:
        async with self._lock:
            if not self._ready:
                try:
                    await self.app.initialize()
                except TelegramError as error:
                    raise TelegramDownError(f"Telegram does not know this bot or cannot be reached: {error.message}") from None
                self._ready = True

    async def close(self) -> None:
        """Release its connections."""
        if self._ready:
            await self.app.shutdown()

    # -- what comes in ---------------------------------------------------------------------------------------------------

    async def _once(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Stop what came before, is too old to know whether it did, or comes from another bot."""
        said_by, sent = update.effective_user, update.message.date if update.message else None
        old = sent is not None and datetime.now(UTC) - sent > REMEMBERED
        theirs = said_by is None or said_by.is_bot
        if old or theirs or not await self._desk.first(f"telegram:{context.bot.id}:{update.update_id}"):
            raise ApplicationHandlerStop

    async def _welcome(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        if update.message is not None:
            await self._send(update.message, f"{message('chat.welcome', 'ar')}\n\n{message('chat.welcome', 'en')}")

    async def _begin(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        if update.message is not None:
            await self._desk.forget(_conversation(update.message))
            await self._send(update.message, f"{message('terminal.chat_new', 'ar')}\n{message('terminal.chat_new', 'en')}")

    async def _command(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        if update.message is not None:
            await self._answer(update.message, " ".join(context.args or ()), shared=False)

    async def _written(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        written = update.message
        if written is None or not written.text:
            return
        name = f"@{context.bot.username}"
        private = written.chat.type == ChatType.PRIVATE
        mentions = [found for found in written.parse_entities(["mention"]).values() if found.lower() == name.lower()]
        replied = written.reply_to_message and written.reply_to_message.from_user
        if private or mentions or (replied and replied.id == context.bot.id):
            text = written.text
            for found in mentions:
                text = text.replace(found, " ")
            await self._answer(written, text.strip(), shared=not private)

    async def _pressed(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        pressed = update.callback_query
        if pressed is not None:
            thumb, _sign, answer_id = (pressed.data or "").partition(":")
            await pressed.answer(await self._desk.rate(answer_id, thumb, f"telegram:{pressed.from_user.id}"))

    # -- what goes out ---------------------------------------------------------------------------------------------------

    async def _answer(self, asked: Message, text: str, *, shared: bool) -> None:
        incoming = Incoming(text, _conversation(asked), shared)
        typing = None if self._desk.quiet(incoming) else asyncio.create_task(_typing(asked))
        try:
            reply = await self._desk.answer(incoming)
        finally:
            if typing is not None:
                typing.cancel()
        if reply is not None:
            await self._show(asked, reply)

    async def _show(self, asked: Message, reply: Reply) -> None:
        if reply.answer is None:
            await self._send(asked, escape(reply.problem))
            return
        cited = sources(reply.answer, self._desk.settings.public_url, _MOST_SOURCES)
        texts = list(messages(said(reply.answer, _LONGEST), heading(reply.answer), cited))
        buttons = [
            InlineKeyboardButton(f"{sign} {message(f'chat.{thumb}', reply.language)}", callback_data=f"{thumb}:{reply.id}")
            for thumb, sign in _THUMBS.items()
        ]
        for text in texts[:-1]:
            await self._send(asked, text)
        await self._send(asked, texts[-1], InlineKeyboardMarkup([buttons]))

    async def _send(self, asked: Message, text: str, buttons: InlineKeyboardMarkup | None = None) -> None:
        in_group = asked.chat.type != ChatType.PRIVATE
        await asked.reply_text(
            text,
            parse_mode=ParseMode.HTML,
            reply_markup=buttons,
            do_quote=in_group,
            allow_sending_without_reply=True,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        )


def messages(texts: list[str], over: str, cited: list[Source]) -> Iterator[str]:
    """The messages of an answer as Telegram's HTML: what is said, then each source as a quote that folds out."""
    ready = list(texts)
    shown = [escape(text) for text in ready]
    for number, source in enumerate(cited):
        gap = "\n" if number else f"\n\n<b>{escape(over)}</b>\n"
        plain, html = _source(source)
        if units(ready[-1] + gap + plain) <= _LONGEST:
            ready[-1] += gap + plain
            shown[-1] += gap + html
        else:
            ready.append(over + plain)
            shown.append(f"<b>{escape(over)}</b>\n{html}" if not number else html)
    yield from shown


def _source(source: Source) -> tuple[str, str]:
    """A source as it reads, for its length, and as HTML."""
    about = f" · {source.about}" if source.about else ""
    shown = source.quotes[:_MOST_QUOTES]
    quotes = "".join(f"\n“{one.quote}”" + (f"\n{one.translation}" if one.translation else "") for one in shown)
    title = escape(source.title)
    linked = f'<a href="{escape(source.url)}">{title}</a>' if source.url else title
    html = f"<blockquote expandable>{escape(source.markers)} {linked}{escape(about)}{escape(quotes)}</blockquote>"
    return f"{source.markers} {source.title}{about}{quotes}", html


def _conversation(written: Message) -> str:
    person = "" if written.chat.type == ChatType.PRIVATE or written.from_user is None else written.from_user.id
    return f"telegram:{written.chat.id}:{written.message_thread_id or ''}:{person}"


async def _typing(asked: Message) -> None:
    """Show that an answer is being written, until cancelled."""
    with suppress(TelegramError):
        while True:
            await asked.reply_chat_action(ChatAction.TYPING)
            await asyncio.sleep(_TYPING_S)


async def _failed(_: object, context: ContextTypes.DEFAULT_TYPE) -> None:
    if context.error is not None:
        describe(context.error)


def make(desk: Desk, settings: Settings) -> Telegram:
    """The bot of the settings."""
    assert settings.telegram_token is not None
    secret = None if settings.telegram_secret is None else settings.telegram_secret.get_secret_value()
    return Telegram(desk, settings.telegram_token.get_secret_value(), secret, settings.telegram_url.rstrip("/"))


async def serve_polling(desk: Desk, settings: Settings) -> None:
    """Fetch the updates, which needs no address that Telegram can reach, until cancelled; a webhook that was set is gone."""
    app: Any = make(desk, settings).app
    async with app:
        await app.start()
        try:
            await app.updater.start_polling(allowed_updates=["message", "callback_query"])
            await asyncio.Event().wait()
        finally:
            if app.updater.running:
                await app.updater.stop()
            await app.stop()


async def set_webhook(settings: Settings) -> str:
    """Tell Telegram where the service is and which secret to send; gives the address. Raises `InputError`."""
    if settings.public_url is None or settings.telegram_secret is None:
        raise InputError("set DALIL_PUBLIC_URL and DALIL_TELEGRAM_SECRET: the address and the secret to give to Telegram")
    assert settings.telegram_token is not None
    address = f"{settings.public_url.rstrip('/')}/telegram/webhook"
    base = f"{settings.telegram_url.rstrip('/')}/bot"
    app: Any = Application.builder().token(settings.telegram_token.get_secret_value()).base_url(base).updater(None).build()
    async with app:
        secret = settings.telegram_secret.get_secret_value()
        await app.bot.set_webhook(address, secret_token=secret, allowed_updates=["message", "callback_query"])
    return address
