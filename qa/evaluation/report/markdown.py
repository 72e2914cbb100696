"""The report for a pull request: figures in tables, the worst failures in full."""

import html
import re
from collections.abc import Sequence
from typing import Any

from qa.evaluation.report.labels import HEADLINES, RIGHT, better, figure, interval, kind, word, written
from qa.evaluation.report.reading import Run, figure_names, figure_of
from qa.evaluation.results import Result

WORST = 10
_LONGEST = 600
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")
_SPECIAL = re.compile(r"([\\`*_{}\[\]#|~$])")


def markdown(runs: Sequence[Run], comparisons: Sequence[dict[str, Any]]) -> str:
    """The document; English around, every text of a dataset in its own direction."""
    title = f"Evaluation of {_inline(runs[0].name)}" if len(runs) == 1 else f"Comparison with {_inline(runs[0].name)}"
    parts = [f"# {title}", _runs(runs)]
    for comparison in comparisons:
        parts += _comparison(runs, comparison)
    if not comparisons:
        parts += ["## Figures", "With 95 % bootstrap intervals.", _figures(runs[0])]
        parts += _types(runs[0])
        parts += _failures(runs[0], [(row, "") for row in worst(runs[0])], "The worst failures")
    return "\n\n".join(part for part in parts if part) + "\n"


def worst(run: Run, most: int = WORST) -> list[Result]:
    """What to look at first: failures, then answers that are not right by falling confidence, then wrong refusals."""
    order = {"failed": 0, "answered_unanswerable": 1, "wrong": 1, "refused_wrongly": 2}

    def key(row: Result) -> tuple[float, float]:
        confidence = (row.answer or {}).get("confidence")
        return order[row.verdict], -confidence if isinstance(confidence, int | float) else 0.0

    rows = [row for row in run.rows.values() if row.verdict in order]
    if not rows:
        missed = [row for row in run.rows.values() if (row.metrics.get("recall@10") or 0.0) < 1 and row.relevant]
        return sorted(missed, key=lambda row: row.metrics.get("mrr@10") or 0.0)[:most]
    return sorted(rows, key=key)[:most]


def _runs(runs: Sequence[Run]) -> str:
    verdicts = [name for name in _verdicts() if any((run.metrics.get("verdicts") or {}).get(name) for run in runs)]
    rows = [
        [
            _inline(run.name),
            _inline(str(run.metrics.get("dataset") or "–")),
            _inline(str(run.metrics.get("system") or "–")),
            str(run.metrics.get("questions", len(run.rows))),
            *(str((run.metrics.get("verdicts") or {}).get(name, 0)) for name in verdicts),
        ]
        for run in runs
    ]
    head = ["Run", "Dataset", "System", "Questions", *(word("verdicts", name, "en") for name in verdicts)]
    return _table(head, rows, numbers_from=3)


def _verdicts() -> Sequence[str]:
    return (*RIGHT, "refused_wrongly", "wrong", "answered_unanswerable", "failed", "ungraded")


def _figures(run: Run) -> str:
    languages = (run.metrics.get("by") or {}).get("lang") or {}
    shown = languages if len(languages) > 1 else {}
    rows = [
        [_name(section, name), *(_figure(group, section, name) for group in (run.metrics, *shown.values()))]
        for section, name in figure_names([run])
    ]
    head = [
        "Figure",
        "All",
        *(f"{word('languages', name, 'en')} ({group.get('questions', 0)})" for name, group in shown.items()),
    ]
    return _table(head, rows, numbers_from=1)


def _types(run: Run) -> list[str]:
    types = (run.metrics.get("by") or {}).get("type") or {}
    names = [item for item in HEADLINES if item in figure_names([run]) and item[0] != "latency_ms"]
    if len(types) < 2 or not names:
        return []
    rows = [
        [_inline(value), str(group.get("questions", 0)), *(_figure(group, *name) for name in names)]
        for value, group in sorted(types.items(), key=lambda item: -item[1].get("questions", 0))
    ]
    return [
        "## By type of question",
        _table(["Type", "Questions", *(figure(*name, "en") for name in names)], rows, numbers_from=1),
    ]


def _comparison(runs: Sequence[Run], comparison: dict[str, Any]) -> list[str]:
    base, run = runs[comparison["base"]], runs[comparison["other"]]
    counts = comparison["counts"]
    won, lost = counts.get("won", 0), counts.get("lost", 0)
    rows = [
        [
            _name(item["section"], item["name"]),
            written(item["a"], kind(item["section"], item["name"])),
            written(item["b"], kind(item["section"], item["name"])),
            _difference(item),
            _p(item["p"]),
            _p(item["p_holm"]),
            _sure(item),
        ]
        for item in comparison["figures"]
    ]
    notes = [word("words", "compare_note", "en", n=comparison["shared"])]
    notes += [word("words", key, "en", n=comparison[key]) for key in ("not_shared", "other_text") if comparison[key]]
    lost_rows = [run.rows[name] for name, found in comparison["outcomes"].items() if found == "lost"]
    pairs = [(row, _said(base.rows[row.id])) for row in lost_rows[:WORST]]
    names = [_inline(name) for name, found in comparison["outcomes"].items() if found == "won"]
    return [
        f"## {_inline(run.name)} against {_inline(base.name)}",
        f"Won {won}, lost {lost}, same {counts.get('same', 0)}.",
        _table(["Figure", _inline(base.name), _inline(run.name), "Difference", "p", "p, corrected", ""], rows, numbers_from=1),
        " ".join(notes),
        f"Won: {', '.join(names[:50])}{' …' if len(names) > 50 else ''}" if names else "",
        *_failures(run, pairs, f"Lost ({lost}{f', the first {WORST}' if lost > WORST else ''})", before=_inline(base.name)),
    ]


def _difference(item: dict[str, Any]) -> str:
    how = kind(item["section"], item["name"])
    bounds = None if item["low"] is None else (item["low"], item["high"])
    return f"{written(item['difference'], how, sign=True)} ({interval(bounds, how, sign=True)})"


def _p(value: float) -> str:
    return "<0.001" if value < 0.001 else f"{value:.3f}"


def _sure(item: dict[str, Any]) -> str:
    text = word("words", item["verdict"], "en")
    return f"**{text}**" if item["verdict"] in ("better", "worse", "changed") else text


def _failures(run: Run, rows: Sequence[tuple[Result, str]], heading: str, before: str = "") -> list[str]:
    if not rows:
        return []
    return [f"## {heading}", *(_failure(row, said, before) for row, said in rows)]


def _failure(row: Result, said_before: str, before: str) -> str:
    """An HTML table: the only thing in Markdown whose cells take a direction."""
    confidence = (row.answer or {}).get("confidence")
    about = [word("verdicts", row.verdict, "en") + (f": {word('causes', row.cause, 'en')}" if row.cause else "")]
    about += [row.type] if row.type else []
    about += [f"confidence {confidence:.2f}"] if isinstance(confidence, int | float) else []
    golds = [*row.answers, *row.answers_other] or (["none"] if row.answerable is False else [])
    cells = [
        ("Question", row.question),
        ("Expected", " / ".join(golds)),
        (f"Before ({before})", said_before),
        ("Answer", _said(row)),
    ]
    cited = [item for item in (row.answer or {}).get("citations") or () if isinstance(item, dict)]
    cells += [("Quote", str(item.get("quote") or "")) for item in cited[:2]]
    cells += [("Error", row.error or ""), ("Note", "; ".join(row.notes))]
    body = "\n".join(f'<tr><th>{name}</th><td dir="auto">{_cell(text)}</td></tr>' for name, text in cells if text)
    return f"**{_inline(row.id)}** · {_inline(' · '.join(about))}\n\n<table>\n{body}\n</table>"


def _said(row: Result) -> str:
    answer = row.answer or {}
    text = str(answer.get("answer") or "")
    return f"(refused) {text}" if answer.get("refused") and not text else text


def _name(section: str, name: str) -> str:
    arrow = {1: "", 0: "", -1: " (low is good)"}[better(section, name)]
    where = "passages." if section == "passages" else ""
    return f"{figure(section, name, 'en')} `{where}{name}`{arrow}"


def _figure(group: object, section: str, name: str) -> str:
    value, bounds = figure_of(group, section, name)
    how = kind(section, name)
    return written(value, how) + (f" ({interval(bounds, how)})" if bounds else "")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], *, numbers_from: int) -> str:
    rule = ["---:" if at >= numbers_from else "---" for at in range(len(head))]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *rows))


def _plain(text: str) -> str:
    """One line, without control characters, and nobody is notified by an @ in it."""
    text = " ".join(_CONTROL.sub(" ", text).split()).replace("@", "@\u200b")
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _inline(text: str) -> str:
    """A text of a dataset or a run inside English Markdown: escaped, and isolated from the direction around it."""
    escaped = html.escape(_SPECIAL.sub(r"\\\1", _plain(text)), quote=False)
    return escaped if escaped.isascii() else f"\u2068{escaped}\u2069"


def _cell(text: str) -> str:
    return html.escape(_plain(text))
