"""`dalil mcp`: a server for one client of the Model Context Protocol, over stdin and stdout."""

from pathlib import Path

import click

from index.errors import MissingExtra
from qa.cli.options import data_option, open_index


@click.command("mcp", short_help="A server for MCP clients, over stdin and stdout.")
@data_option
def command(data: Path | None) -> None:
    """A server for one client of the Model Context Protocol, over stdin and stdout; the client starts it and ends it.

    \b
    claude mcp add dalil -- dalil mcp --data /path/to/.dalil
    dalil mcp --data مقالاتي
    """
    try:
        import anyio

        from qa.chat.mcp import serve_stdio
    except ModuleNotFoundError as error:
        raise MissingExtra(f"{error.name} is not installed; for `dalil mcp`: pip install 'dalil[mcp]'") from None
    dalil = open_index(data)
    try:
        anyio.run(serve_stdio, dalil)
    finally:
        dalil.close()
