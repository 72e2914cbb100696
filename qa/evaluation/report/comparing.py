"""Two runs on the same questions: which figures differ, how surely, and which questions were won and lost."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Literal

from qa.evaluation.errors import DatasetError
from qa.evaluation.intervals import Statistic, Values, bootstrap, compare, holm
from qa.evaluation.metrics.retrieval import CUTOFFS
from qa.evaluation.report.labels import HEADLINES, RIGHT, better
from qa.evaluation.report.reading import Run, figure_names
from qa.evaluation.results import Result
from qa.evaluation.summary import Slim, statistics

Outcome = Literal["won", "lost", "same"]
Figure = dict[str, Any]

RESAMPLES = 2000
LEVEL = 0.05
_FEWEST = 5
"""Questions of a language below which nothing is tested."""


def comparison(runs: Sequence[Run], other: int) -> dict[str, Any]:
    """`runs[other]` against the first run, over the questions both have.

    `figures` holds `section`, `name`, `a`, `b`, `difference` (b - a), `low`, `high`, `p` (corrected), `significant` and
    `verdict`; `outcomes` maps ids to won, lost or same. Raises `DatasetError` when they share no question.
    """
    base, run = runs[0], runs[other]
    shared = [name for name in base.rows if name in run.rows]
    if not shared:
        raise DatasetError(f"the runs {base.name} and {run.name} have no question in common")
    left, right = [base.rows[name] for name in shared], [run.rows[name] for name in shared]
    names = figure_names([base, run])
    figures = _differences(left, right, names)
    ranked = all(row.verdict in ("ungraded", "failed") for row in (*left, *right))
    outcomes = {a.id: outcome(a, b, ranked=ranked) for a, b in zip(left, right, strict=True)}
    return {
        "base": 0,
        "other": other,
        "shared": len(shared),
        "not_shared": len(base.rows) + len(run.rows) - 2 * len(shared),
        "other_text": sum(_asks_otherwise(a, b) for a, b in zip(left, right, strict=True)),
        "tested": sum(item["p"] is not None for item in figures),
        "figures": figures,
        "languages": _by_language(left, right, [item for item in HEADLINES if item in names]),
        "outcomes": outcomes,
        "counts": dict(Counter(outcomes.values())),
        "types": _by_type(left, outcomes),
    }


def outcome(a: Result, b: Result, *, ranked: bool = False) -> Outcome:
    """Whether `b` did better than `a` on a question: by verdict, or (`ranked`, when only retrieving) by the rank of the right
    article."""
    before, after = (row.metrics.get("mrr@10") if ranked else _right(row) for row in (a, b))
    if before is None or after is None or before == after:
        return "same"
    return "won" if after > before else "lost"


def _right(row: Result) -> float | None:
    return None if row.verdict == "ungraded" else float(row.verdict in RIGHT)


def _asks_otherwise(a: Result, b: Result) -> bool:
    return (a.question, sorted(a.answers), a.answerable) != (b.question, sorted(b.answers), b.answerable)


def _differences(left: Sequence[Result], right: Sequence[Result], names: Sequence[tuple[str, str]]) -> list[Figure]:
    """The difference of every figure of the two runs: the interval from resampling questions in pairs."""
    cutoffs = [int(name.partition("@")[2]) for _, name in names if name.startswith("recall@")]
    k = next((cutoff for cutoff in cutoffs if cutoff not in CUTOFFS), CUTOFFS[-1])
    of_left, of_right = (statistics([Slim.of(row) for row in rows], k) for rows in (left, right))
    pairs = {
        (section, name): (of_left[section][name], of_right[section][name])
        for section, name in names
        if name in of_left.get(section, {})
    }
    estimates = bootstrap(
        {f"{section}/{name}": _gap(a, b) for (section, name), (a, b) in pairs.items()}, len(left), resamples=RESAMPLES
    )
    before = bootstrap({f"{s}/{n}": a for (s, n), (a, _) in pairs.items()}, len(left), resamples=1)
    figures: list[Figure] = []
    for section, name in pairs:
        estimate, a = estimates[f"{section}/{name}"], before[f"{section}/{name}"].value
        if estimate.value is None or a is None:
            continue
        figures.append(
            {
                "section": section,
                "name": name,
                "a": a,
                "b": a + estimate.value,
                "difference": estimate.value,
                "low": estimate.low,
                "high": estimate.high,
                "p": _p(left, right, section, name),
            }
        )
    return _judged(figures)


def _gap(a: Statistic, b: Statistic) -> Statistic:
    def difference(weights: Values) -> Values:
        return b(weights) - a(weights)

    return difference


def _p(left: Sequence[Result], right: Sequence[Result], section: str, name: str) -> float | None:
    """The randomisation test, for figures that are means over the same questions in both runs; `None` for others."""
    a, b = ([_value(row, section, name) for row in rows] for rows in (left, right))
    if any((x is None) != (y is None) for x, y in zip(a, b, strict=True)):
        return None
    # Where no question differs, nothing can be found, and it must not cost the others any of their strength.
    if a == b:
        return None
    found = compare(a, b, resamples=RESAMPLES)
    return None if found is None else found.p


def _value(row: Result, section: str, name: str) -> float | None:
    """What a question adds to a mean; the same readings as in `metrics.accuracy` and `metrics.refusal`."""
    if (section, name) == ("answers", "accuracy"):
        return _right(row)
    if (section, name) == ("answers", "answered"):
        return None if row.verdict == "ungraded" else float(row.verdict in ("correct", "wrong", "answered_unanswerable"))
    if section == "abstention" and name.startswith("refused_"):
        wanted = name == "refused_answerable"
        return float(bool((row.answer or {}).get("refused"))) if row.answerable is wanted else None
    if section == "passages":
        return row.metrics.get(f"passages.{name}")
    return row.metrics.get(name) if section in ("answers", "retrieval") else None


def _judged(figures: list[Figure]) -> list[Figure]:
    tested = [item for item in figures if item["p"] is not None]
    for item, p in zip(tested, holm([item["p"] for item in tested]), strict=True):
        item["p"] = p
    for item in figures:
        outside = item["low"] > 0 or item["high"] < 0
        item["significant"] = outside if item["p"] is None else item["p"] < LEVEL
        item["verdict"] = _verdict(item)
    return figures


def _verdict(item: Figure) -> str:
    if item["low"] == item["high"] == 0:
        return "equal"
    if not item["significant"]:
        return "no_evidence"
    gain = item["difference"] * better(item["section"], item["name"])
    return "changed" if gain == 0 else "better" if gain > 0 else "worse"


def _by_language(left: Sequence[Result], right: Sequence[Result], names: Sequence[tuple[str, str]]) -> dict[str, list[Figure]]:
    languages = Counter(row.language for row in left)
    if len(languages) < 2:
        return {}
    return {
        language: _differences(
            [row for row in left if row.language == language],
            [b for a, b in zip(left, right, strict=True) if a.language == language],
            names,
        )
        for language, count in sorted(languages.items())
        if count >= _FEWEST
    }


def _by_type(rows: Sequence[Result], outcomes: dict[str, Outcome]) -> dict[str, dict[str, int]]:
    types: dict[str, Counter[str]] = {}
    for row in rows:
        types.setdefault(row.type or "–", Counter())[outcomes[row.id]] += 1
    return {name: dict(counts) for name, counts in sorted(types.items(), key=lambda item: -sum(item[1].values()))}
