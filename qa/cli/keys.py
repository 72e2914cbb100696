"""`dalil keys`: who may use the service from elsewhere."""

from pathlib import Path
from typing import get_args

import click

from prompts import message
from qa.cli.options import data_option, json_option
from qa.cli.streams import interface_language, print_json, stderr_line
from qa.keys import MOST_DAYS, Key, KeyStore, Scope, existing_keys
from qa.settings import Settings, load_settings
from qa.text import isolate

scope_option = click.option(
    "--scope",
    type=click.Choice(get_args(Scope)),
    default="ask",
    help="`ask`: ask and read; `manage`: add and delete articles too.  [default: ask]",
)


@click.group("keys", short_help="Who may use the HTTP service, and for what.")
def command() -> None:
    """Keys for the HTTP service: make them, list them, make them worthless. A running service knows within a second.

    \b
    dalil keys create --name "غرفة الأخبار" --days 90
    dalil keys create --name "Desk" --scope manage
    dalil keys list
    dalil keys revoke k3x9q2ab
    """


@command.command("create", short_help="Make a key and show it, this once.")
@click.option("--name", default="", help="Whose it is, for the list.")
@scope_option
@click.option(
    "--days",
    type=click.FloatRange(0, MOST_DAYS, min_open=True),
    help="How long it is good.  [default: until it is revoked]",
)
@data_option
@json_option
def create(name: str, scope: Scope, days: float | None, data: Path | None, as_json: bool) -> None:
    """Make a key. It stands alone on stdout, is kept as a hash only, and nobody can show it again.

    \b
    dalil keys create --name "غرفة الأخبار" --days 90
    KEY=$(dalil keys create --scope manage)
    """
    with KeyStore(_settings(data).place) as store:
        token, key = store.create(name, scope, days)
    if as_json:
        print_json({"key": token} | key.to_dict())
        return
    stderr_line(message("terminal.key_made", interface_language(), id=key.id, scope=key.scope))
    print(token)


@command.command("list", short_help="Every key: whose, what for, how long, when last used.")
@data_option
@json_option
def show(data: Path | None, as_json: bool) -> None:
    """Every key there is or was, with when it was last used, to the minute.

    \b
    dalil keys list
    dalil keys list --json --data مقالاتي
    """
    keys = existing_keys(_settings(data).place)
    if as_json:
        print_json({"keys": [key.to_dict() for key in keys]})
    elif not keys:
        print(message("terminal.keys_none", interface_language()))
    for key in [] if as_json else keys:
        print(_line(key))


@command.command("revoke", short_help="Make keys worthless.")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@data_option
@json_option
def revoke(ids: tuple[str, ...], data: Path | None, as_json: bool) -> None:
    """Make keys worthless, by their ids (`dalil keys list` shows them). There is no way back: make a new one.

    \b
    dalil keys revoke k3x9q2ab
    dalil keys revoke k3x9q2ab --data مقالاتي
    """
    with KeyStore(_settings(data).place) as store:
        keys = [store.revoke(one) for one in ids]
    if as_json:
        print_json({"keys": [key.to_dict() for key in keys]})
        return
    for key in keys:
        print(message("terminal.key_revoked", interface_language(), id=key.id))


def _settings(data: Path | None) -> Settings:
    return load_settings(data=data)[0]


def _line(key: Key) -> str:
    language = interface_language()

    def told(moment: str | None) -> str:
        return moment[:16].replace("T", " ") if moment else message("terminal.key_never", language)

    state = message(f"terminal.key_state_{key.state}", language)
    created, expires, used = map(told, (key.created, key.expires, key.last_used))
    times = message("terminal.key_times", language, created=created, expires=expires, used=used)
    return "  ".join(part for part in (key.id, key.scope, state, isolate(key.name), times) if part)
