"""A comparison of two runs as reports show it: in words, by type, and with an outcome for every question."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Literal

from qa.evaluation.comparing import SIGNIFICANT, Comparison
from qa.evaluation.report.labels import better, order
from qa.evaluation.report.reading import Run
from qa.evaluation.results import Result

Outcome = Literal["won", "lost", "same"]
Figure = dict[str, Any]


def shown(runs: Sequence[Run], other: int, found: Comparison) -> dict[str, Any]:
    """`found`, which compares `runs[other]` with the first run.

    `figures` holds `section`, `name`, what `compare_runs` says of the figure, and a `verdict` (see `verdict`); `outcomes` maps
    ids to won, lost or same, `types` counts these by type of question.
    """
    base, run = runs[0], runs[other]
    shared = [name for name in base.rows if name in run.rows]
    outcomes: dict[str, Outcome] = dict.fromkeys(shared, "same")
    outcomes |= dict.fromkeys((change["id"] for change in found["won"]), "won")
    outcomes |= dict.fromkeys((change["id"] for change in found["lost"]), "lost")
    figures = [
        {"section": section, "name": name, **figure, "verdict": verdict(section, name, figure)}
        for section, named in found["figures"].items()
        for name, figure in named.items()
    ]
    return {
        "base": 0,
        "other": other,
        "shared": len(shared),
        "not_shared": found["only_a"] + found["only_b"],
        "other_text": sum(_asks_otherwise(base.rows[name], run.rows[name]) for name in shared),
        "figures": sorted(figures, key=lambda item: order(item["section"], item["name"])),
        "outcomes": outcomes,
        "counts": dict(Counter(outcomes.values())),
        "types": _by_type([base.rows[name] for name in shared], outcomes),
    }


def verdict(section: str, name: str, figure: Figure) -> str:
    """A difference in a word: `better`, `worse` or `changed` when it holds also after correcting for the number of figures,
    with `perhaps_` before it when only by itself, `equal` when there is none, else `no_evidence`."""
    if figure["low"] == figure["high"] == 0:
        return "equal"
    if not figure["significant"]:
        return "no_evidence"
    gain = figure["difference"] * better(section, name)
    word = "changed" if gain == 0 else "better" if gain > 0 else "worse"
    return word if figure["p_holm"] < SIGNIFICANT else f"perhaps_{word}"


def _asks_otherwise(a: Result, b: Result) -> bool:
    return (a.question, sorted(a.answers), a.answerable) != (b.question, sorted(b.answers), b.answerable)


def _by_type(rows: Sequence[Result], outcomes: dict[str, Outcome]) -> dict[str, dict[str, int]]:
    types: dict[str, Counter[str]] = {}
    for row in rows:
        types.setdefault(row.type or "–", Counter())[outcomes[row.id]] += 1
    return {name: dict(counts) for name, counts in sorted(types.items(), key=lambda item: -sum(item[1].values()))}
