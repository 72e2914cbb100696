"""`dalil remove`: articles out of the index."""

import os
from pathlib import Path

import click

from index.errors import NotFound
from prompts import message
from qa.cli.options import data_option, json_option, open_index
from qa.cli.streams import interface_language, print_json
from qa.text import clean_line, isolate


@click.command("remove", short_help="Take articles out.")
@click.argument("article_ids", nargs=-1, required=True, metavar="ID...")
@data_option
@json_option
def command(article_ids: tuple[str, ...], data: Path | None, as_json: bool) -> None:
    """Take articles out by their ids (`dalil search --json` shows them). They are gone from every result at once.

    \b
    dalil remove 000_4e84c7e255c49780
    dalil remove "خبر-١٢" news/2018/05
    """
    # Bytes that are no UTF-8 are written in an id as the readers write those of a file's name.
    article_ids = tuple(os.fsencode(name).decode("utf-8", "backslashreplace") for name in article_ids)
    dalil = open_index(data)
    try:
        removed = dalil.remove(article_ids)
    finally:
        dalil.close()
    missing = [name for name in article_ids if name not in removed]
    if as_json:
        print_json({"removed": removed, "missing": missing})
    elif removed:
        print(message("terminal.removed", interface_language()), ", ".join(isolate(clean_line(name)) for name in removed))
    if missing:
        raise NotFound(f"not in the index: {', '.join(missing)}")
