"""`dalil slack`, `dalil telegram`: bots that fetch their messages themselves, where the platform cannot reach the service.

`dalil discord` makes the command known that `dalil serve` answers.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import click

from index.errors import SettingsError
from qa.chat.base import Desk
from qa.chat.channels import find, missing_extra, switched_on
from qa.chat.ledger import Ledger
from qa.cli.options import data_option, open_index
from qa.feedback import FeedbackStore
from qa.service.context import READERS
from qa.service.work import Workers
from qa.settings import Settings, load_settings

Serve = Callable[[Desk, Settings], Awaitable[None]]


@click.command("slack", short_help="A Slack bot over Socket Mode.")
@data_option
def slack(data: Path | None) -> None:
    """A Slack bot over Socket Mode, until Ctrl-C: Slack needs no address of this machine.

    Needs DALIL_SLACK_BOT_TOKEN and DALIL_SLACK_APP_TOKEN.

    \b
    dalil slack
    dalil slack --data مقالاتي
    """

    def load() -> Serve:
        from qa.chat.slack import serve_socket

        return serve_socket

    _serve("slack", data, load)


@click.command("telegram", short_help="A Telegram bot by polling.")
@click.option("--webhook", is_flag=True, help="Only tell Telegram to deliver to /telegram/webhook of DALIL_PUBLIC_URL.")
@data_option
def telegram(data: Path | None, webhook: bool) -> None:
    """A Telegram bot by polling, until Ctrl-C: Telegram needs no address of this machine.

    Needs DALIL_TELEGRAM_TOKEN; --webhook also DALIL_TELEGRAM_SECRET and DALIL_PUBLIC_URL.

    \b
    dalil telegram
    dalil telegram --data مقالاتي
    dalil telegram --webhook
    """

    def load() -> Serve:
        from qa.chat.telegram import serve_polling, set_webhook

        async def tell(_: Desk, settings: Settings) -> None:
            print(await set_webhook(settings))

        return tell if webhook else serve_polling

    _serve("telegram", data, load)


@click.command("discord", short_help="Make the command /ask known to Discord.")
@data_option
def discord(data: Path | None) -> None:
    """Make the command /ask known to Discord, once. It is answered by `dalil serve` at /discord/interactions.

    Needs DALIL_DISCORD_TOKEN.

    \b
    dalil discord
    dalil discord --data مقالاتي
    """
    settings, _ = load_settings(data=data)
    if settings.discord_token is None:
        raise SettingsError("`dalil discord` needs DALIL_DISCORD_TOKEN")
    try:
        from qa.chat.discord import register
    except ModuleNotFoundError as error:
        raise missing_extra(find("discord"), error) from None
    print(asyncio.run(register(settings)))


def _serve(name: str, data: Path | None, load: Callable[[], Serve]) -> None:
    """Run a bot. Raises `SettingsError` naming what it lacks, `MissingExtra`, `IndexMissing`."""
    tool = find(name)
    with open_index(data) as dalil:
        settings = dalil.settings
        switched_on(settings)
        if missing := [one for one in tool.command_needs if getattr(settings, one) is None]:
            raise SettingsError(f"`dalil {name}` needs " + " and ".join(f"DALIL_{one.upper()}" for one in missing))
        try:
            serve = load()
        except ModuleNotFoundError as error:
            raise missing_extra(tool, error) from None
        with Ledger(settings.place, settings.conversation_days) as ledger, FeedbackStore(settings.place) as thumbs:
            readers = Workers("read", READERS)
            try:
                asyncio.run(_until_stopped(serve, Desk(dalil, readers.run, ledger, thumbs, settings)))
            finally:
                readers.close()


async def _until_stopped(serve: Serve, desk: Desk) -> None:
    try:
        await serve(desk, desk.settings)
    finally:
        await desk.close()
