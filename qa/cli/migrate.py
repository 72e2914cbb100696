"""`dalil migrate`: a whole collection from files into PostgreSQL, or back."""

from pathlib import Path

import click

from index.database import Place, read_address, shown
from index.migrating import migrate
from prompts import message
from qa.chat.ledger import Ledger
from qa.cli.index import progress_bar
from qa.cli.options import json_option
from qa.cli.streams import interface_language, print_json
from qa.conversation.store import ConversationStore
from qa.feedback import FeedbackStore
from qa.keys import KeyStore
from qa.settings import load_settings
from qa.sharing import SharedAnswers
from qa.text import isolate

KEPT = (ConversationStore, FeedbackStore, KeyStore, SharedAnswers, Ledger)
"""All that is kept beside the articles."""


class PlaceType(click.ParamType[Place]):
    """A folder of files, or the address of a database."""

    name = "FOLDER|URL"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Place:
        """The place, or wrong usage that does not repeat an address: it may hold a password."""
        if isinstance(value, Place):
            return value
        if "://" not in str(value):
            return Place(Path(str(value)))
        try:
            return Place(Path(), read_address(str(value)))
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.command("migrate", short_help="Copy everything from files into PostgreSQL, or back.")
@click.option("--from", "source", type=PlaceType(), help="Where it is.  [default: where the settings say]")
@click.option("--to", "target", type=PlaceType(), required=True, help="Where to: an empty place.")
@json_option
def command(source: Place | None, target: Place, as_json: bool) -> None:
    """Copy articles, passages, vectors, conversations, feedback, keys and shared answers, then compare both sides.

    Nothing is taken away from where it was. End what writes there first. A run that was killed is taken up by running it again;
    until both sides are seen to be equal the copy cannot be opened. The password of a database: PGPASSWORD, or ~/.pgpass.

    \b
    dalil migrate --from .dalil --to postgresql+psycopg://dalil@db/dalil
    dalil migrate --from postgresql+psycopg://dalil@db/dalil?schema=news --to مقالاتي
    """
    source = source or load_settings()[0].place
    with progress_bar() as progress:
        counts = migrate(source, target, KEPT, progress)
    if as_json:
        print_json({"from": shown(source), "to": shown(target), "rows": counts})
        return
    language = interface_language()
    for name, count in counts.items():
        print(f"{name}: {count}")
    print(message("terminal.migrated", language, place=isolate(shown(target))))
