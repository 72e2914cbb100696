"""Two or more runs over the same questions: which differences are significant, and which questions were won and lost."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypedDict

from qa.evaluation.errors import DatasetError
from qa.evaluation.intervals import Difference, Statistic, compare, holm, paired
from qa.evaluation.results import Result, read_metrics, read_results
from qa.evaluation.summary import ANSWER_MEANS, SECTIONS, Slim, slimmed, statistics

SIGNIFICANT = 0.05
_GOOD = ("correct", "refused_rightly")


class Change(TypedDict):
    """One question whose verdict or first gold article changed."""

    id: str
    question: str
    language: str
    before: str
    after: str


class Comparison(TypedDict):
    """`b` against `a` over the questions that both have.

    `figures[section][name]` has `a`, `b`, `difference` (b - a), its 95 % interval `low`, `high`, the `p` of no difference,
    `p_holm` (corrected for looking at all figures), and `significant` (p below 0.05). `won` and `lost` compare verdicts; where
    nothing was answered, whether the gold article came first.
    """

    a: str
    b: str
    questions: int
    only_a: int
    only_b: int
    figures: dict[str, dict[str, dict[str, Any]]]
    won: list[Change]
    lost: list[Change]
    notes: list[str]


def compare_runs(runs: Sequence[Path], *, seed: int = 0) -> list[Comparison]:
    """Each run against the first. Raises `DatasetError` where a run did not finish or two share no question."""
    if len(runs) < 2:
        raise DatasetError("comparing needs two runs or more")
    first = _Run(runs[0])
    return [_compare(first, _Run(other), seed) for other in runs[1:]]


class _Run:
    def __init__(self, folder: Path) -> None:
        metrics = read_metrics(folder)
        self.info = metrics["run"]
        self.name = self.info.get("name") or folder.name
        self.k = int(self.info.get("fingerprint", {}).get("options", {}).get("k", 10))
        self.rows = {item.row.id: item for item in slimmed(read_results(folder))}


def _compare(a: _Run, b: _Run, seed: int) -> Comparison:
    shared = [name for name in a.rows if name in b.rows]
    if not shared:
        raise DatasetError(f"the runs {a.name} and {b.name} have no question in common")
    left, right = [a.rows[name] for name in shared], [b.rows[name] for name in shared]
    figures = _figures(left, right, max(a.k, b.k), seed)
    won, lost = _changes(left, right)
    notes = []
    hashes = [run.info.get("fingerprint", {}).get("dataset_hash") for run in (a, b)]
    if hashes[0] != hashes[1]:
        notes.append(f"the datasets differ; only the {len(shared)} questions with the same id are compared")
    return Comparison(
        a=a.name,
        b=b.name,
        questions=len(shared),
        only_a=len(a.rows) - len(shared),
        only_b=len(b.rows) - len(shared),
        figures=figures,
        won=won,
        lost=lost,
        notes=notes,
    )


def _figures(left: Sequence[Slim], right: Sequence[Slim], k: int, seed: int) -> dict[str, dict[str, dict[str, Any]]]:
    before, after = statistics(left, k), statistics(right, k)
    found: dict[tuple[str, str], Difference] = {}
    for section in SECTIONS:
        for name in before[section]:
            difference = _difference(section, name, left, right, before[section][name], after[section][name], seed)
            if difference is not None:
                found[section, name] = difference
    corrected = dict(zip(found, holm([difference.p for difference in found.values()]), strict=True))
    out: dict[str, dict[str, dict[str, Any]]] = {}
    for (section, name), difference in found.items():
        judged = {"p_holm": corrected[section, name], "significant": difference.p < SIGNIFICANT}
        out.setdefault(section, {})[name] = asdict(difference) | judged
    return out


def _difference(
    section: str, name: str, left: Sequence[Slim], right: Sequence[Slim], before: Statistic, after: Statistic, seed: int
) -> Difference | None:
    """Means by randomisation over the questions that both have a value for; everything else by the paired bootstrap."""
    prefix = "passages." if section == "passages" else ""
    if section in ("retrieval", "passages") or name in ANSWER_MEANS:
        values = [[item.row.metrics.get(prefix + name) for item in rows] for rows in (left, right)]
        return compare(values[0], values[1], seed=seed)
    if section == "answers" and name == "accuracy":
        graded = [[_graded(item.row) for item in rows] for rows in (left, right)]
        return compare(graded[0], graded[1], seed=seed)
    return paired(before, after, len(left), seed=seed)


def _graded(row: Result) -> float | None:
    return None if row.verdict == "ungraded" else float(row.verdict in _GOOD)


def _changes(left: Sequence[Slim], right: Sequence[Slim]) -> tuple[list[Change], list[Change]]:
    won: list[Change] = []
    lost: list[Change] = []
    for one, two in zip(left, right, strict=True):
        (before, was_good), (after, is_good) = _outcome(one.row), _outcome(two.row)
        if was_good != is_good:
            change = Change(id=one.row.id, question=one.row.question, language=one.row.language, before=before, after=after)
            (won if is_good else lost).append(change)
    return won, lost


def _outcome(row: Result) -> tuple[str, bool]:
    if row.verdict != "ungraded":
        return row.verdict, row.verdict in _GOOD
    first = row.metrics.get("recall@1")
    if first is None:
        return row.verdict, False
    return ("found first", True) if first > 0 else ("not first", False)
