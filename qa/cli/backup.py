"""`dalil backup` and `dalil restore`: everything in one file, and back."""

from pathlib import Path

import click

from index.backup import Backup, BackupError, back_up
from index.backup import restore as put_back
from index.database import shown
from prompts import message
from qa.cli.options import data_option, json_option
from qa.cli.streams import interface_language, print_json
from qa.settings import load_settings
from qa.text import clean_line


@click.command("backup", short_help="Everything in one file, while others ask and index.")
@click.argument("destination", metavar="DEST", type=click.Path(path_type=Path))
@data_option
@json_option
def command(destination: Path, data: Path | None, as_json: bool) -> None:
    """Write articles, conversations, feedback, shared answers and keys into one file, as they are at this moment.

    DEST ends in .tar or .tar.gz, or is a folder to put the file in. Nobody has to stop asking or indexing meanwhile. Keep it
    where only you can read it: it holds what people asked.

    \b
    dalil backup dalil.tar.gz
    dalil backup /backups/ --data مقالاتي
    """
    path, held = back_up(_folder(data), destination)
    _tell("terminal.backed_up", path, held, as_json)


@click.command("restore", short_help="A folder from a backup.")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Where the folder is not empty, move what is there aside.")
@data_option
@json_option
def restore(file: Path, force: bool, data: Path | None, as_json: bool) -> None:
    """Make the data folder from a backup, once the backup is found to be whole. Services over it have to be started again.

    \b
    dalil restore dalil.tar.gz --data .dalil
    dalil restore dalil.tar.gz --data مقالاتي --force
    """
    folder = _folder(data)
    held, aside = put_back(file, folder, force=force)
    _tell("terminal.restored", folder, held, as_json, aside)


def _folder(data: Path | None) -> Path:
    """The data folder. Raises `BackupError` where the articles are in a database that is not a file of it."""
    place = load_settings(data=data)[0].place
    if place.database is not None:
        raise BackupError(
            f"the articles are in {shown(place)}: back it up and restore it by the database's own tools (pg_dump, pg_restore)"
        )
    return place.folder


def _tell(key: str, path: Path, held: Backup, as_json: bool, aside: Path | None = None) -> None:
    if as_json:
        print_json({"path": str(path), "aside": str(aside) if aside else None} | held.to_dict())
        return
    language = interface_language()
    print(message(key, language, path=clean_line(str(path)), articles=held.articles, created=held.created))
    if aside is not None:
        print(message("terminal.moved_aside", language, path=clean_line(str(aside))))
