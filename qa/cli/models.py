"""`dalil models`: the models that the settings name, fetched ahead of time and tried."""

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import get_args

import click

from index.errors import ModelError
from index.hub import fetch_model, fetch_plan, find_model, free_space, is_hub_name
from prompts import message
from qa.cli.options import data_option, json_option
from qa.cli.streams import interface_language, print_json, stderr_line
from qa.parts import Part, parts
from qa.profiles import Profile
from qa.settings import Settings, load_settings
from qa.text import clean_line

profile_option = click.option(
    "--profile", type=click.Choice(get_args(Profile)), help="The models of this profile.  [default: $DALIL_PROFILE]"
)


@click.group("models", invoke_without_command=True, short_help="The models in use: what they need, fetching and trying them.")
@profile_option
@data_option
@json_option
@click.pass_context
def command(context: click.Context, profile: str | None, data: Path | None, as_json: bool) -> None:
    """The models that the settings name: what each is for, where it lies, disk, memory, licence, and what is missing.

    \b
    dalil models
    dalil models --profile local
    dalil models fetch --profile local
    dalil models check --data مقالاتي
    """
    if context.invoked_subcommand is not None:
        if profile or data or as_json:
            raise click.UsageError(f"options go behind the command: dalil models {context.invoked_subcommand} ...")
        return
    _, found = _named(data, profile)
    if as_json:
        print_json({"models": [asdict(part) for part in found]})
        return
    for part in found:
        print(f"{part.role}: {clean_line(part.line())}  ({clean_line(part.origin)})")


@command.command("fetch", short_help="Download what is missing, ahead of time.")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@profile_option
@data_option
@json_option
def fetch(names: tuple[str, ...], profile: str | None, data: Path | None, as_json: bool) -> None:
    """Download the models that the settings name, or those called NAME, into the cache of the Hugging Face Hub.

    What is there already is not downloaded again; HF_HOME moves the cache, HF_TOKEN opens models that need an account.

    \b
    dalil models fetch --profile local
    dalil models fetch BAAI/bge-reranker-v2-m3
    """
    wanted = list(names) or [part.name for part in _named(data, profile)[1] if part.name and part.status in ("here", "missing")]
    folders: dict[str, str] = {}
    failed: list[str] = []
    for name in dict.fromkeys(wanted):
        try:
            folders[name] = str(_fetched(name))
        except ModelError as error:
            failed.append(str(error))
            stderr_line(f"  {clean_line(str(error))}")
    if as_json:
        print_json({"fetched": folders, "failed": failed})
    elif not wanted:
        print(message("terminal.models_none", interface_language()))
    if failed:
        raise ModelError(f"{len(failed)} of {len(folders) + len(failed)} models could not be fetched: {failed[0]}")


def _fetched(name: str) -> Path:
    """The folder of a model, downloaded if need be."""
    language = interface_language()
    place = find_model(name)
    if place is not None:
        stderr_line(message("terminal.models_here", language, name=name, folder=place.folder))
        return place.folder
    if not is_hub_name(name):
        raise ModelError(f"{name!r} is no model in a folder, and no name on the Hub looks like that: correct the path")
    plan = fetch_plan(name)
    if plan.missing > free_space():
        raise ModelError(
            f"{name!r} needs {plan.missing / 1e9:.1f} GB and the disk has {free_space() / 1e9:.1f} GB left: free some space, "
            "or set HF_HOME to a folder on another disk"
        )
    stderr_line(message("terminal.models_fetching", language, name=name, size=f"{plan.missing / 1e6:.0f}"))
    folder = fetch_model(name, bars=sys.stderr.isatty())
    if find_model(name) is None:
        raise ModelError(f"{name!r} was fetched into {folder}, and holds no model that can be loaded: choose another")
    stderr_line(message("terminal.models_here", language, name=name, folder=folder))
    return folder


@command.command("check", short_help="Load each model and run it once.")
@profile_option
@data_option
@json_option
def check(profile: str | None, data: Path | None, as_json: bool) -> None:
    """Load each model that the settings name and run it once. A model that is missing is fetched.

    \b
    dalil models check
    dalil models check --profile local --json
    """
    from qa.trying import to_try, try_part

    settings, found = _named(data, profile)
    trials = []
    for part in to_try(found):
        trial = try_part(part, settings)
        trials.append(trial)
        if not as_json:
            told = message("terminal.models_works" if trial.ok else "terminal.models_fails", interface_language())
            print(f"{trial.role}: {told}: {clean_line(trial.name)}: {clean_line(trial.said)} ({trial.seconds:g} s)")
    if as_json:
        print_json({"models": [asdict(trial) for trial in trials]})
    failed = [trial for trial in trials if not trial.ok]
    if failed:
        raise ModelError(f"{len(failed)} of {len(trials)} models do not work: {', '.join(trial.role for trial in failed)}")


def _named(data: Path | None, profile: str | None) -> tuple[Settings, Sequence[Part]]:
    settings, origins = load_settings(data=data, profile=profile)
    return settings, parts(settings, origins)
