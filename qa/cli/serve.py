"""`dalil serve`: the HTTP service and the web page."""

import errno
import socket
from pathlib import Path

import click
import uvicorn
from uvicorn.config import LOGGING_CONFIG

from index.errors import DalilError, SettingsError
from prompts import message
from qa.cli.options import data_option
from qa.cli.streams import interface_language, stderr_line
from qa.dalil import Dalil
from qa.keys import existing_keys
from qa.service.access import keys_asked
from qa.service.app import create_app
from qa.service.hosts import reached_by_others
from qa.service.logs import log_as_json
from qa.settings import Settings, load_settings

LEAVE_TIME_S = 5
"""How long requests that are under way may take after Ctrl-C."""


@click.command("serve", short_help="The HTTP service and the web page.")
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; 0 takes a free one.  [default: 8080]")
@data_option
def command(host: str | None, port: int | None, data: Path | None) -> None:
    """The HTTP service and the web page, until Ctrl-C. Ask there in Arabic (اسأل بالعربية) or English.

    \b
    dalil serve
    dalil serve --port 9000 --data مقالاتي
    """
    settings, _ = load_settings(data=data, host=host, port=port)
    listener = listen(settings.host, settings.port)
    if settings.log == "json":
        log_as_json()
    with listener:
        dalil = Dalil.open(data, host=host, port=port)
        try:
            server = uvicorn.Server(
                uvicorn.Config(
                    create_app(dalil, settings),
                    # Its access log writes whole addresses, and with them what people search for.
                    access_log=False,
                    log_level="warning",
                    # A log of our own takes the server's lines too.
                    log_config=None if settings.log == "json" else LOGGING_CONFIG,
                    # The application itself looks whom a proxy forwards, and which proxies to believe.
                    proxy_headers=False,
                    server_header=False,
                    timeout_graceful_shutdown=LEAVE_TIME_S,
                )
            )
            language = interface_language()
            print(message("terminal.serving", language, address=address(listener)), flush=True)
            for key in _warnings(settings):
                stderr_line(message(key, language))
            server.run(sockets=[listener])
        finally:
            dalil.close()


def _warnings(settings: Settings) -> list[str]:
    """What whoever starts the service should know about who can use it: keys of messages."""
    if keys_asked(settings):
        good = any(key.state == "good" for key in existing_keys(settings.place))
        return [] if good else ["terminal.serving_keyless"]
    return ["terminal.serving_open"] if reached_by_others(settings) else []


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises `SettingsError` for an unknown host, `DalilError` when the port is taken."""
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except OSError as error:
        raise SettingsError(f"cannot listen on host {host!r}: {error.strerror}") from None
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(where)
        listener.listen(128)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise DalilError(f"port {port} on {host} is in use; choose another with --port") from None
        raise DalilError(f"cannot listen on port {port} of {host}: {error.strerror}") from None
    return listener


def address(listener: socket.socket) -> str:
    """The address to open in a browser."""
    host, port = listener.getsockname()[:2]
    named = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{named}:{port}/"
