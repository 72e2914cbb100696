"""Figures as lines for a terminal."""

from collections.abc import Iterator, Mapping
from typing import Any

from qa.evaluation.comparing import Comparison
from qa.evaluation.results import Metrics
from qa.evaluation.summary import SECTIONS

_MOST_COLUMNS = 3
_MOST_LISTED = 10
_IN_UNITS = frozenset(("words",))


def metrics_lines(metrics: Metrics) -> Iterator[str]:
    """Every figure that could be measured, with its interval and beside it each language."""
    groups: dict[str, Mapping[str, Any]] = {"all": metrics}
    whole = groups["all"]
    languages = metrics["by"]["lang"]
    if len(languages) > 1:
        groups |= dict(list(languages.items())[:_MOST_COLUMNS])
    counts = "  ".join(f"{name} {group['questions']}" for name, group in groups.items())
    yield f"{metrics['dataset']}: {metrics['questions']} questions ({counts})"
    for section in SECTIONS:
        names = [name for name in whole[section] if whole[section][name] is not None]
        if names:
            yield f"{section.replace('_', ' ')}"
        for name in names:
            bounds = whole["intervals"][section][name]
            interval = f"[{_show(section, name, bounds[0])}, {_show(section, name, bounds[1])}]" if bounds else ""
            rest = "  ".join(
                f"{language} {_show(section, name, group[section][name])}"
                for language, group in groups.items()
                if language != "all"
            )
            yield f"  {name:<24}{_show(section, name, whole[section][name]):>9}  {interval:<20} {rest}".rstrip()
    if metrics["throughput"]:
        yield f"throughput {metrics['throughput']:.1f} questions a second, {metrics['workers']} workers"
    for kind in ("verdicts", "causes"):
        if whole[kind]:
            shown = sorted(whole[kind].items(), key=lambda item: -item[1])
            yield f"{kind}: {', '.join(f'{name} {count}' for name, count in shown)}"
    for failure in metrics["failed"][:_MOST_LISTED]:
        yield f"failed: {failure['id']}: {failure['error']}"
    if len(metrics["failed"]) > _MOST_LISTED:
        yield f"failed: {len(metrics['failed']) - _MOST_LISTED} more"


def comparison_lines(comparison: Comparison) -> Iterator[str]:
    """Every figure of both runs, a star where the difference is significant, and what was won and lost."""
    yield f"{comparison['a']} -> {comparison['b']}: {comparison['questions']} questions in both"
    for note in comparison["notes"]:
        yield f"note: {note}"
    for section, figures in comparison["figures"].items():
        yield section.replace("_", " ")
        for name, figure in figures.items():
            a, b = _show(section, name, figure["a"]), _show(section, name, figure["b"])
            bounds = f"[{_show(section, name, figure['low'], sign=True)}, {_show(section, name, figure['high'], sign=True)}]"
            change = _show(section, name, figure["difference"], sign=True)
            star = "*" if figure["significant"] else ""
            yield f"  {name:<24}{a:>9} -> {b:<9}{change:>9}  {bounds:<22} p {figure['p']:.4f} {star}".rstrip()
    yield "* p below 0.05, each figure by itself; p_holm in --json is corrected for the number of figures"
    for kind, changes in (("won", comparison["won"]), ("lost", comparison["lost"])):
        yield f"{kind}: {len(changes)}"
        for one in changes[:_MOST_LISTED]:
            yield f"  {one['id']}: {one['before']} -> {one['after']}: {one['question']}"
        if len(changes) > _MOST_LISTED:
            yield f"  {len(changes) - _MOST_LISTED} more"


def _show(section: str, name: str, value: float | None, *, sign: bool = False) -> str:
    if value is None:
        return "-"
    plus = "+" if sign else ""
    if section == "latency_ms" or name in _IN_UNITS:
        return f"{value:{plus}.1f}"
    return f"{value:{plus}.3f}"
