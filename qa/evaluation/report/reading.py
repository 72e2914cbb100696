"""A run as reports see it: its files, read once, with names that tell runs apart."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa.evaluation.report.labels import BASE_SECTIONS, order
from qa.evaluation.results import Metrics, Result, RunInfo, read_metrics, read_results, read_run

_SURROGATES = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Run:
    """One run: its name, `run.json`, `metrics.json`, and its rows by id."""

    name: str
    info: RunInfo
    metrics: Metrics
    rows: dict[str, Result]


def read(run_dirs: Sequence[Path]) -> list[Run]:
    """The runs in the order given. Raises `DatasetError` for a directory without a finished run."""
    runs: list[Run] = []
    for run_dir in run_dirs:
        info, metrics = clean(read_run(run_dir)), clean(read_metrics(run_dir))
        rows = {row.id: row for row in (Result.from_dict(clean(row.to_dict())) for row in read_results(run_dir))}
        runs.append(Run(_name(info, run_dir, [run.name for run in runs]), info, metrics, rows))
    return runs


def clean(value: Any) -> Any:
    """Without what JSON or UTF-8 cannot hold: NaN and infinities become `None`, lone surrogates U+FFFD."""
    if isinstance(value, str):
        return _SURROGATES.sub("\ufffd", value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {clean(str(key)): clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean(item) for item in value]
    return value


def number(value: object) -> float | None:
    """A number, or `None` for anything else that a foreign system may have put there."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def figure_names(runs: Sequence[Run]) -> list[tuple[str, str]]:
    """Section and name of every figure that at least one of the runs has."""
    names: dict[tuple[str, str], None] = {}
    for section in BASE_SECTIONS:
        for run in runs:
            for name, value in (run.metrics.get(section) or {}).items():  # type: ignore[attr-defined]
                if value is not None:
                    names[section, name] = None
    return sorted(names, key=lambda item: order(*item))


def figure_of(group: object, section: str, name: str) -> tuple[float | None, list[float] | None]:
    """A figure of a `Group` and its interval."""
    if not isinstance(group, dict):
        return None, None
    bounds = ((group.get("intervals") or {}).get(section) or {}).get(name)
    return (group.get(section) or {}).get(name), bounds


def _name(info: RunInfo, run_dir: Path, taken: Sequence[str]) -> str:
    name = info.get("name") or run_dir.resolve().name
    if name not in taken:
        return name
    return next(f"{name} ({number})" for number in range(2, len(taken) + 3) if f"{name} ({number})" not in taken)
