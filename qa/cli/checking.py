"""`dalil doctor --check` and `--repair`."""

from functools import partial
from pathlib import Path

from index import mending
from index.collection import DATABASE
from index.database import shown
from index.errors import DalilError, IndexMissing
from index.mending import Checked, sentence
from prompts import message
from qa.cli.streams import interface_language, print_json
from qa.opening import cutting, open_collection
from qa.settings import load_settings
from qa.text import clean_line, isolate


class NotSound(DalilError):
    """Raised where something is wrong, or could not be put right."""

    code = "not_sound"


def run_checks(data: Path | None, *, repair: bool, as_json: bool) -> None:
    """Tell what is found and done. Raises `NotSound` where something is still wrong at the end."""
    settings, _ = load_settings(data=data)
    place, folder = settings.place, settings.data
    if place.database is None and not (folder / DATABASE).exists():
        raise IndexMissing(f"there is no index in {folder}: make one with `dalil index PATH...`, or `dalil restore` a backup")
    opening = partial(open_collection, settings, create=False)
    report = mending.repair(place, opening, cutting(settings)) if repair else mending.check(place, opening)
    if as_json:
        print_json(report.to_dict())
    else:
        show(report)
        if place.database is not None:
            print(message("terminal.check_elsewhere", interface_language(), place=isolate(shown(place))))
    if not report.sound:
        advice = "see what is said of each" if repair else "`dalil doctor --repair` puts right what can be"
        raise NotSound(f"{len(report.left)} things are wrong in {shown(place)}: {advice}")


def show(report: Checked) -> None:
    """What was found and done, a line each."""
    language = interface_language()
    parts = {"check_found": [sentence(item) for item in report.found], "check_done": report.done, "check_left": report.left}
    if report.left == parts["check_found"]:
        parts["check_left"] = []
    for key, lines in parts.items():
        for line in lines:
            print(f"{message(f'terminal.{key}', language)}: {clean_line(line)}")
    if report.sound:
        print(message("terminal.check_sound", language))
