"""Which plots a report has. Each is drawn twice, with English and with Arabic labels."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qa.evaluation.report.drawing import (
    SERIES,
    Bar,
    canvas,
    diverging,
    dots,
    forest,
    label,
    legend,
    per_cent,
)
from qa.evaluation.report.labels import INTERFACES, Interface, better, figure, kind, word
from qa.evaluation.report.reading import Run, figure_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_TYPES = 14
_SHARES = (
    ("answers", "accuracy"),
    ("answers", "precision"),
    ("answers", "contains_gold"),
    ("answers", "f1"),
    ("retrieval", "recall@5"),
    ("passages", "recall@5"),
)
_OF_TYPES = (("answers", "accuracy"), ("retrieval", "recall@5"))


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot: its key in the labels, and an SVG for each language of the interface."""

    key: str
    svg: dict[Interface, str]
    names: dict[str, str]


def plots(runs: Sequence[Run], comparisons: Sequence[dict[str, Any]] = ()) -> list[Plot]:
    """All plots there is something to draw for."""
    drawn: list[Plot] = []
    for comparison in comparisons:
        tag = f"-{comparison['other']}" if len(comparisons) > 1 else ""
        drawn += _both("differences", runs, tag, _height(len(_shares(comparison))), _differences, comparison)
        drawn += _both("outcomes", runs, tag, _height(len(comparison["types"])), _outcomes, comparison)
    names = _present(runs, _SHARES, "lang")
    drawn += _both("languages", runs, "", _height(len(names) * (1 if len(runs) == 1 else 2)), _languages, names)
    types = _types(runs)
    drawn += _both("types", runs, "", _height(len(types)), _by_type, types)
    drawn += _both("risk_coverage", runs, "", 3.2, _risk_coverage, _curves(runs, "risk_coverage"))
    drawn += _both("calibration", runs, "", 3.2, _calibration, _curves(runs, "calibration"))
    drawn += _both("latency", runs, "", 3.2, _latency, _times(runs))
    return drawn


def _both(
    key: str,
    runs: Sequence[Run],
    tag: str,
    height: float,
    draw: Callable[["Axes", Sequence[Run], Interface, Any], None],
    data: Any,
) -> list[Plot]:
    """The plot in both languages, or nothing when there is no data."""
    if not data or (isinstance(data, dict) and "figures" in data and not (_shares(data) and data["types"])):
        return []
    svg: dict[Interface, str] = {}
    for interface in INTERFACES:

        def keep(text: str, interface: Interface = interface) -> None:
            svg[interface] = text

        with canvas(height, f"{key}{tag}-{interface}", keep) as axes:
            draw(axes, runs, interface, data)
    other = runs[data["other"]].name if isinstance(data, dict) else ""
    return [Plot(key, svg, {"base": runs[0].name, "other": other})]


def _height(rows: int) -> float:
    return min(9.0, 1.0 + 0.34 * max(3, rows))


def _bar(group: object, section: str, name: str) -> Bar | None:
    value, bounds = figure_of(group, section, name)
    if value is None:
        return None
    low, high = bounds or (value, value)
    return value, low, high


def _groups(run: Run, part: str) -> dict[str, Any]:
    return dict((run.metrics.get("by") or {}).get(part) or {})


def _present(runs: Sequence[Run], names: Sequence[tuple[str, str]], part: str) -> list[tuple[str, str]]:
    return [
        item for item in names if any(_bar(group, *item) is not None for run in runs for group in _groups(run, part).values())
    ]


def _languages(axes: "Axes", runs: Sequence[Run], interface: Interface, names: Sequence[tuple[str, str]]) -> None:
    found = list(dict.fromkeys(language for run in runs for language in _groups(run, "lang")))
    if len(runs) == 1:
        rows = [figure(*name, interface) for name in names]
        series = [
            (word("languages", language, interface), [_bar(_groups(runs[0], "lang").get(language), *name) for name in names])
            for language in found
        ]
    else:
        pairs = [(name, language) for name in names for language in found]
        rows = [f"{figure(*name, interface)} ({language})" for name, language in pairs]
        series = [(run.name, [_bar(_groups(run, "lang").get(language), *name) for name, language in pairs]) for run in runs]
    axes.set_xlim(0, 1)
    per_cent(axes.xaxis)
    dots(axes, rows, series, interface)


def _types(runs: Sequence[Run]) -> list[str]:
    counts: dict[str, int] = {}
    for run in runs:
        for name, group in _groups(run, "type").items():
            counts[name] = max(counts.get(name, 0), group.get("questions", 0))
    return sorted(counts, key=lambda name: -counts[name])[:_MOST_TYPES]


def _by_type(axes: "Axes", runs: Sequence[Run], interface: Interface, types: Sequence[str]) -> None:
    names = _present(runs, _OF_TYPES, "type")
    counts = [max(_groups(run, "type").get(name, {}).get("questions", 0) for run in runs) for name in types]
    rows = [f"{label(name, 22)} ({count})" for name, count in zip(types, counts, strict=True)]
    if len(runs) == 1:
        series = [
            (figure(*name, interface), [_bar(_groups(runs[0], "type").get(value), *name) for value in types]) for name in names
        ]
    else:
        series = [(run.name, [_bar(_groups(run, "type").get(value), *names[0]) for value in types]) for run in runs if names]
        axes.set_xlabel(figure(*names[0], interface) if names else "")
    axes.set_xlim(0, 1)
    per_cent(axes.xaxis)
    dots(axes, rows, series, interface)


def _curves(runs: Sequence[Run], name: str) -> list[tuple[str, list[dict[str, float]]]]:
    found = [(run.name, (run.metrics.get("curves") or {}).get(name) or []) for run in runs]
    return found if any(curve for _, curve in found) else []


def _risk_coverage(axes: "Axes", runs: Sequence[Run], interface: Interface, curves: Any) -> None:
    for number, (name, curve) in enumerate(curves):
        xs, ys = [step["coverage"] for step in curve], [step["risk"] for step in curve]
        axes.plot(xs, ys, color=SERIES[number % len(SERIES)], linewidth=2, label=label(name))
    axes.set_xlim(0, 1)
    axes.set_ylim(0, None)
    per_cent(axes.xaxis)
    per_cent(axes.yaxis)
    axes.set_xlabel(word("plots", "coverage", interface))
    axes.set_ylabel(word("plots", "risk", interface))
    if len(runs) > 1:
        legend(axes, interface)


def _calibration(axes: "Axes", runs: Sequence[Run], interface: Interface, curves: Any) -> None:
    axes.plot([0, 1], [0, 1], color="#5b6662", linewidth=1, linestyle=(0, (4, 3)))
    for number, (name, bins) in enumerate(curves):
        colour = SERIES[number % len(SERIES)]
        xs, ys = [item["confidence"] for item in bins], [item["accuracy"] for item in bins]
        most = max((item["count"] for item in bins), default=1.0)
        axes.plot(xs, ys, color=colour, linewidth=1.2)
        sizes = [20 + 140 * item["count"] / most for item in bins]
        axes.scatter(xs, ys, s=sizes, color=colour, label=label(name), clip_on=False, zorder=3)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    per_cent(axes.xaxis)
    per_cent(axes.yaxis)
    axes.set_xlabel(word("plots", "confidence", interface))
    axes.set_ylabel(word("plots", "share_right", interface))
    if len(runs) > 1:
        legend(axes, interface)


def _times(runs: Sequence[Run]) -> list[list[float]]:
    """Times of questions that ran alone where there are such, else of all."""
    out = []
    for run in runs:
        known = [row for row in run.rows.values() if row.latency_ms]
        alone = [row for row in known if row.alone]
        out.append([row.latency_ms for row in alone or known if row.latency_ms])
    return out if any(out) else []


def _latency(axes: "Axes", runs: Sequence[Run], interface: Interface, times: Any) -> None:
    flat = [time for run in times for time in run]
    unit, name = (1000.0, "seconds") if max(flat) >= 2000 else (1.0, "milliseconds")
    low, high = math.log10(max(min(flat), 0.01)), math.log10(max(flat))
    if high - low < 0.3:
        low, high = low - 0.15, high + 0.15
    edges = [10 ** (low + (high - low) * step / 24) / unit for step in range(25)]
    for number, (run, values) in enumerate(zip(runs, times, strict=True)):
        colour = SERIES[number % len(SERIES)]
        shown = [min(max(value / unit, edges[0]), edges[-1]) for value in values]
        axes.hist(
            shown, bins=edges, histtype="stepfilled", color=colour, alpha=0.35 if len(runs) > 1 else 0.8, label=label(run.name)
        )
        p95, _ = figure_of(run.metrics, "latency_ms", "p95")
        if p95:
            axes.axvline(p95 / unit, color=colour, linewidth=1.5, linestyle=(0, (4, 3)))
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.xaxis.set_minor_formatter(lambda value, _: f"{value:g}" if high - low < 1 and f"{value:e}"[0] in "25" else "")
    axes.tick_params(axis="x", which="minor", labelsize=8, labelcolor="#5b6662")
    axes.set_xlabel(word("plots", name, interface))
    axes.set_ylabel(word("plots", "answers" if any(row.answer for row in runs[0].rows.values()) else "questions", interface))
    if len(runs) > 1:
        legend(axes, interface)


def _shares(comparison: dict[str, Any]) -> list[dict[str, Any]]:
    return [item for item in comparison["figures"] if kind(item["section"], item["name"]) == "share"]


def _differences(axes: "Axes", runs: Sequence[Run], interface: Interface, comparison: dict[str, Any]) -> None:
    shown = [item for item in _shares(comparison) if not item["name"].endswith(("_alce", "_folded", "_60"))]
    bars = [(item["difference"] * 100, item["low"] * 100, item["high"] * 100) for item in shown]
    rows = [figure(item["section"], item["name"], interface) for item in shown]
    gains = [item["difference"] * better(item["section"], item["name"]) for item in shown]
    forest(axes, rows, bars, gains, [item["verdict"] in ("better", "worse", "changed") for item in shown], interface)
    axes.set_xlabel(word("plots", "points", interface))


def _outcomes(axes: "Axes", runs: Sequence[Run], interface: Interface, comparison: dict[str, Any]) -> None:
    types = list(comparison["types"].items())[:_MOST_TYPES]
    lost, won = ([counts.get(name, 0) for _, counts in types] for name in ("lost", "won"))
    rows = [f"{label(name, 22)} ({sum(counts.values())})" for name, counts in types]
    diverging(axes, rows, lost, won, interface)
    left, right = word("outcomes", "lost", interface), word("outcomes", "won", interface)
    axes.set_xlabel(f"{left}  ←  →  {right}" if interface == "en" else f"{left}  →  ←  {right}")
