"""`dalil index`: articles into the index."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from index.article import Language
from index.cluster import LOCAL
from index.errors import ReadError
from index.indexing import IndexReport
from prompts import message
from qa.cli.options import data_option, json_option
from qa.cli.streams import interface_language, print_json
from qa.dalil import Dalil
from qa.service.documents import report_document
from qa.text import clean_line, isolate

Progress = Callable[[int, int | None, str], None]
SHOWN = 20
"""Skipped sources listed on a terminal; `--json` has them all."""


@click.command("index", short_help="Add or refresh articles.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--prune", is_flag=True, help="Take out articles that were read from there before and are gone now.")
@click.option(
    "--ray",
    is_flag=False,
    flag_value=LOCAL,
    metavar="[ADDRESS]",
    help="Read, cut and encode on a Ray cluster, as in --ray=10.0.0.1:6379; without an address, on all cores here.",
)
@data_option
@json_option
def command(paths: tuple[str, ...], prune: bool, ray: str | None, data: Path | None, as_json: bool) -> None:
    """Add or refresh articles from files, folders, feeds and web addresses. What is unchanged costs nothing.

    \b
    dalil index articles/
    dalil index مقالات/ news.jsonl https://example.org/feed.xml
    dalil index articles/ --ray
    """
    dalil = Dalil.open(data)
    try:
        with progress_bar() as progress:
            report = dalil.index(paths, progress=progress, prune=prune, ray=ray)
    finally:
        dalil.close()
    nothing = not (report.added or report.updated or report.unchanged or report.removed or report.duplicates)
    if as_json:
        print_json(report_document(report))
    elif not (nothing and len(report.skipped) == 1):  # the one reason is in the error below
        print("\n".join(summary(report, interface_language())))
    if nothing:
        raise ReadError(f"no article could be read from {', '.join(paths)}{_why(report)}")


def _why(report: IndexReport) -> str:
    return f": {report.skipped[0][1]}" if len(report.skipped) == 1 else ""


def summary(report: IndexReport, language: Language) -> Iterator[str]:
    """What one run did, a line for each thing that happened."""
    counts = {name: getattr(report, name) for name in ("added", "updated", "unchanged", "removed")}
    counts |= {"duplicates": len(report.duplicates), "skipped": len(report.skipped)}
    always = ("added", "updated", "unchanged")
    shown = [f"{message(f'terminal.{name}', language)} {count}" for name, count in counts.items() if count or name in always]
    yield ("، " if language == "ar" else ", ").join(shown)
    for name, pairs in (("skipped", report.skipped), ("note", report.notes)):
        for source, reason in pairs[:SHOWN]:
            yield f"  {message(f'terminal.{name}', language)}: {isolate(clean_line(source))}: {isolate(clean_line(reason))}"
        if len(pairs) > SHOWN:
            yield f"  {message('terminal.more', language, count=len(pairs) - SHOWN)}"


@contextmanager
def progress_bar() -> Iterator[Progress | None]:
    """A bar on stderr while articles are indexed; nothing when stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    # A command that shows no bar should not pay for it.
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (SpinnerColumn(), BarColumn(bar_width=30), MofNCompleteColumn(), TimeElapsedColumn())
    what = TextColumn("{task.description}", markup=False)
    with Bar(*columns, what, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def advance(done: int, total: int | None, name: str) -> None:
            bar.update(task, completed=done, total=total, description=isolate(clean_line(name)[:60]))

        yield advance
