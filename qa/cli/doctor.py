"""`dalil doctor`: what is on, off or missing, and how to turn it on."""

import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from index.errors import DalilError, SettingsError
from index.recall import DEPTHS, Recall
from prompts import message
from qa.chat.channels import channel_facts
from qa.cli.checking import run_checks
from qa.cli.options import data_option, json_option, open_index
from qa.cli.streams import interface_language, print_json
from qa.evaluation.intervals import bootstrap, mean
from qa.keys import existing_keys
from qa.parts import model_facts, setting_facts
from qa.service.hosts import reached_by_others
from qa.settings import Settings, load_settings
from qa.text import clean_line

Facts = dict[str, dict[str, Any]]


@click.command("doctor", short_help="What is on, off or missing, and how to turn it on.")
@click.option("--check", is_flag=True, help="Look at everything the data folder holds, and change nothing.")
@click.option("--repair", is_flag=True, help="The same, and put right what is wrong.")
@click.option(
    "--recall",
    is_flag=False,
    flag_value=200,
    type=click.IntRange(1, 10_000),
    metavar="[N]",
    help="Measure what the vector search finds of what an exact one finds, with N of the passages (200).",
)
@click.option("--compact", is_flag=True, help="Give back the space of articles that were changed or removed.")
@data_option
@json_option
def command(check: bool, repair: bool, recall: int | None, compact: bool, data: Path | None, as_json: bool) -> None:
    """What is on, off or missing, and how to turn it on: the index, the models, each setting and where it came from.

    With --check or --repair every page of the databases is read, every article, passage and vector compared with its seal, and
    what follows from them with them. Articles that cannot be saved are taken out, kept in a file, and named.

    \b
    dalil doctor
    dalil doctor --check --data مقالاتي
    dalil doctor --repair --json
    dalil doctor --recall 500
    dalil doctor --compact
    """
    if check or repair:
        run_checks(data, repair=repair, as_json=as_json)
        return
    facts = collect(data)
    if recall is not None or compact:  # these need a usable index, and say so
        with open_index(data) as dalil:
            facts |= {"compaction": dalil.compact()} if compact else {}
            facts |= {"recall": recall_facts(dalil.recall(recall))} if recall is not None else {}
    if as_json:
        print_json(facts)
    else:
        show(facts)


def collect(data: Path | None) -> Facts:
    """The facts of the index in `data`; without a usable index, the settings and what stands in the way."""
    settings, origins = load_settings(data=data)
    try:
        with open_index(data) as dalil:
            return _with_service(dalil.facts(), settings)
    except SettingsError:
        raise
    except DalilError as error:
        index = {"usable": False, "code": error.code, "problem": str(error)}
        facts: Facts = {"index": index, "models": model_facts(settings, origins), "settings": setting_facts(settings, origins)}
        return _with_service(facts, settings)


def recall_facts(found: Recall) -> dict[str, Any]:
    """Recall at each depth with its 95 % interval, and how many passages it was asked with."""
    asked = len(found.shares[DEPTHS[0]])
    estimates = bootstrap({f"recall@{depth}": mean(shares) for depth, shares in found.shares.items()}, asked)
    kind = "exact: every passage is compared, nothing is missed" if found.kind == "exact" else found.kind
    facts: dict[str, Any] = {"vector search": kind, "passages": found.passages, "asked with": asked}
    return facts | {name: asdict(estimate) for name, estimate in estimates.items()}


def _with_service(facts: Facts, settings: Settings) -> Facts:
    """The facts with who may use the service and the chat tools, before the settings."""
    return {name: facts[name] for name in facts if name != "settings"} | {
        "service": {"keys": _keys(settings)},
        "chat tools": channel_facts(settings),
        "settings": facts["settings"],
    }


def _keys(settings: Settings) -> str:
    if settings.keys == "off":
        return "not asked for; DALIL_KEYS=auto asks where others can reach the service"
    try:
        good = sum(key.state == "good" for key in existing_keys(settings.place))
    except DalilError as error:
        return str(error)
    asked = "asked for" if settings.keys == "on" or reached_by_others(settings) else f"not asked for on {settings.host}"
    return f"{asked}; {good} good, `dalil keys create` makes one"


def show(facts: Facts) -> None:
    """The facts as one table a section, on stdout."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(file=sys.stdout, highlight=False)
    for section, rows in facts.items():
        if not sys.stdout.isatty():
            print("\n".join([f"{section}:", *(f"  {name}: {text}" for name, text in _rows(rows))]))
            continue
        table = Table(title=section, title_justify="left", show_header=False, box=None, padding=(0, 2))
        for name, text in _rows(rows):
            table.add_row(Text(name, style="bold"), Text(text))
        console.print(table)
        console.print()


def _rows(rows: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in rows.items():
        if isinstance(value, dict) and set(value) == {"value", "origin"}:
            yield name, f"{_text(value['value'])}  ({_text(value['origin'])})"
        else:
            yield name, _text(value)


def _text(value: Any) -> str:
    language = interface_language()
    match value:
        case None:
            return "-"
        case bool():
            return message("terminal.yes" if value else "terminal.no", language)
        case dict():
            return ", ".join(f"{key}: {_text(item)}" for key, item in value.items()) or "-"
        case list() | tuple() | set():
            return ", ".join(_text(item) for item in value) or "-"
        case float():
            return f"{value:g}"
    return clean_line(str(value))
