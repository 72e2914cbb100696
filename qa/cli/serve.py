"""`dalil serve`: the HTTP service and the web page."""

import errno
import socket
import sys
from pathlib import Path

import click

from index.errors import DalilError, SettingsError
from prompts import message
from qa.cli.options import data_option
from qa.cli.streams import interface_language, stderr_line
from qa.dalil import Dalil
from qa.keys import existing_keys
from qa.service.access import keys_asked
from qa.service.hosts import reached_by_others
from qa.service.logs import log_as_json
from qa.service.processes import Processes
from qa.service.server import leave, serve
from qa.settings import Settings, load_settings

_BACKLOG = 2048
"""Connections that may wait to be taken; the system has a limit of its own."""


def _workers(_context: click.Context, _parameter: click.Parameter, value: str | None) -> int | str | None:
    if value is None or value == "auto":
        return value
    if value.isdecimal() and 1 <= int(value) <= 256:
        return int(value)
    raise click.BadParameter(f"{value!r} is neither a number from 1 to 256 nor auto")


@click.command("serve", short_help="The HTTP service and the web page.")
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; 0 takes a free one.  [default: 8080]")
@click.option(
    "--workers",
    callback=_workers,
    metavar="N|auto",
    help="Processes that answer; auto: one for each processor.  [default: 1]",
)
@data_option
def command(host: str | None, port: int | None, workers: int | str | None, data: Path | None) -> None:
    """The HTTP service and the web page, until Ctrl-C. Ask there in Arabic (اسأل بالعربية) or English.

    \b
    dalil serve
    dalil serve --port 9000 --data مقالاتي
    dalil serve --workers auto
    """
    settings, _ = load_settings(data=data, host=host, port=port, workers=workers)
    listeners = listen(settings.host, settings.port, settings.processes)
    if settings.log == "json":
        log_as_json()
    if len(listeners) > 1:
        Processes(settings, listeners).run(lambda: _announce(settings, listeners[0]))
        return
    with listeners[0], Dalil.open(data, host=host, port=port, workers=workers) as dalil:
        _announce(settings, listeners[0])
        serve(dalil, settings, listeners[0])
    leave()


def _announce(settings: Settings, listener: socket.socket) -> None:
    language = interface_language()
    print(message("terminal.serving", language, address=address(listener)), flush=True)
    for key in _warnings(settings):
        stderr_line(message(key, language))


def _warnings(settings: Settings) -> list[str]:
    """What whoever starts the service should know about who can use it: keys of messages."""
    if keys_asked(settings):
        good = any(key.state == "good" for key in existing_keys(settings.place))
        return [] if good else ["terminal.serving_keyless"]
    return ["terminal.serving_open"] if reached_by_others(settings) else []


def listen(host: str, port: int, many: int = 1) -> list[socket.socket]:
    """As many sockets that listen there, among which the system spreads what comes; one and the same where it cannot.

    Raises `SettingsError` for an unknown host, `DalilError` when the port is taken.
    """
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except OSError as error:
        raise SettingsError(f"cannot listen on host {host!r}: {error.strerror}") from None
    spread = many > 1 and sys.platform == "linux"
    made: list[socket.socket] = []
    try:
        for _ in range(many if spread else 1):
            listener = socket.socket(family, kind, protocol)
            made.append(listener)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if len(made) == 1:
                # Without sharing first: otherwise a port on which another service listens would be taken for free.
                listener.bind(where)
                where = listener.getsockname()
                if not spread:
                    listener.listen(_BACKLOG)
                    continue
                listener.close()
                listener = made[0] = socket.socket(family, kind, protocol)
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            listener.bind(where)
            listener.listen(_BACKLOG)
    except OSError as error:
        for listener in made:
            listener.close()
        if error.errno == errno.EADDRINUSE:
            raise DalilError(f"port {port} on {host} is in use; choose another with --port") from None
        raise DalilError(f"cannot listen on port {port} of {host}: {error.strerror}") from None
    return made if spread else made * many


def address(listener: socket.socket) -> str:
    """The address to open in a browser."""
    host, port = listener.getsockname()[:2]
    named = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{named}:{port}/"
