"""Options that several commands share, and what becomes of them."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

from index.article import Language
from index.hits import Filters
from qa.dalil import Dalil

Command = TypeVar("Command", bound=Callable[..., Any])


class Day(click.ParamType[str]):
    """A day as `YYYY-MM-DD`, a month or a year; `end` picks the last day of a month or a year instead of the first."""

    name = "YYYY-MM-DD"

    def __init__(self, *, end: bool = False) -> None:
        self.end = end

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The day, or wrong usage that says what a day looks like."""
        try:
            return date.fromisoformat(self._whole(str(value))).isoformat()
        except ValueError:
            self.fail(f"{value!r} is not a day, write it as 2018-05-20, 2018-05 or 2018", param, ctx)

    def _whole(self, value: str) -> str:
        if len(value) == 4:
            return f"{value}-12-31" if self.end else f"{value}-01-01"
        if len(value) == 7 and self.end:
            year, month = int(value[:4]), int(value[5:])
            following = date(year + month // 12, month % 12 + 1, 1)
            return date.fromordinal(following.toordinal() - 1).isoformat()
        return f"{value}-01" if len(value) == 7 else value


def _all(*decorators: Callable[[Command], Command]) -> Callable[[Command], Command]:
    def decorate(command: Command) -> Command:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return decorate


data_option = click.option(
    "--data",
    type=click.Path(path_type=Path),
    help="Folder that holds the index.  [default: $DALIL_DATA, else .dalil here]",
)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout, all else on stderr.")
k_option = click.option("--k", type=click.IntRange(1, 100), help="How many passages.")
language_option = click.option(
    "--language", type=click.Choice(["auto", "ar", "en"]), help="Language of the words around the quotes."
)
filter_options = _all(
    click.option("--source", "sources", multiple=True, metavar="OUTLET", help="Only this outlet; may be given several times."),
    click.option("--from", "date_from", type=Day(), help="Only articles of this day or later."),
    click.option("--to", "date_to", type=Day(end=True), help="Only articles of this day or earlier."),
    click.option("--article-language", type=click.Choice(["ar", "en"]), help="Only articles in this language."),
)


def make_filters(
    sources: tuple[str, ...], date_from: str | None, date_to: str | None, article_language: Language | None
) -> Filters | None:
    """The filters that the options ask for, or `None`. Wrong usage when the range is the wrong way round."""
    if date_from and date_to and date_from > date_to:
        raise click.UsageError(f"--from {date_from} is after --to {date_to}")
    return Filters(sources=sources, language=article_language, date_from=date_from, date_to=date_to) or None


def open_index(data: Path | None, **settings: Any) -> Dalil:
    """An index that is already there. Raises `IndexMissing` when there is none."""
    return Dalil.open(data, create=False, **settings)
