"""The page: one file with its style, script, plots and data inside, and a policy that lets it load nothing else."""

import base64
import hashlib
import html
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qa.evaluation.provenance import now
from qa.evaluation.report.labels import HEADLINES, INTERFACES, better, figure, group, kind, labels, word
from qa.evaluation.report.plots import Plot, plots
from qa.evaluation.report.questions import Passages, chosen, entry
from qa.evaluation.report.reading import Run, clean, figure_names

_SCRIPTS = ("words.js", "figures.js", "questions.js", "detail.js", "page.js")
_HERE = Path(__file__).parent
_PLACE = re.compile(r"\{\{(\w+)\}\}")
_PARTS = {"dataset", "system", "questions", "verdicts", "causes", "by", "intervals", "throughput", "workers", "timed"}
_PARTS |= {"retrieval", "passages", "answers", "abstention", "latency_ms"}


def page(runs: Sequence[Run], comparisons: Sequence[dict[str, Any]]) -> str:
    """The HTML document."""
    script = "\n".join(_asset(name) for name in _SCRIPTS)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    title = "title_compare" if comparisons else "title"
    parts = {
        "title": html.escape(f"{word('words', title, 'en')}: {runs[0].name}"),
        "policy": f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'",
        "style": _asset("page.css"),
        "script": script,
        "data": _json(_document(runs, comparisons)),
        "plots": "\n".join(_plot(plot) for plot in plots(runs, comparisons)),
    }
    # One pass: nothing that is put in is looked at again.
    return _PLACE.sub(lambda found: parts[found[1]], _asset("page.html"))


def _document(runs: Sequence[Run], comparisons: Sequence[dict[str, Any]]) -> dict[str, Any]:
    passages = Passages()
    ids = chosen(runs)
    questions = [entry(runs, name, passages) for name in ids]
    names = figure_names(runs)
    return {
        "made": now(),
        "runs": [
            {"name": run.name, "info": run.info, "metrics": {key: run.metrics[key] for key in _PARTS if key in run.metrics}}  # type: ignore[literal-required]
            for run in runs
        ],
        "figures": [_figure(section, name) for section, name in names],
        "headlines": [f"{section}/{name}" for section, name in HEADLINES if (section, name) in names],
        "comparisons": list(comparisons),
        "total": len({name for run in runs for name in run.rows}),
        "questions": questions,
        "passages": passages.listed,
        "labels": {key: value for key, value in labels().items() if key != "figures"},
    }


def _figure(section: str, name: str) -> dict[str, Any]:
    entry = labels()["figures"].get(f"{section}/{name.partition('@')[0]}", {})
    return {
        "section": section,
        "name": name,
        "group": group(section, name),
        "kind": kind(section, name),
        "better": better(section, name),
        **{interface: figure(section, name, interface) for interface in INTERFACES},
        **{f"help_{interface}": entry.get(f"help_{interface}", "") for interface in INTERFACES},
    }


def _plot(plot: Plot) -> str:
    pictures = "".join(
        f'<div class="only-{interface}" role="img" aria-label="{html.escape(_heading(plot, interface))}">'
        f"{plot.svg[interface]}</div>"
        for interface in INTERFACES
    )
    headings = "".join(
        f'<span class="only-{interface}">{html.escape(_heading(plot, interface))}</span>' for interface in INTERFACES
    )
    notes = "".join(
        f'<span class="only-{interface}">{html.escape(word("plots", f"{plot.key}_note", interface))}</span>'
        for interface in INTERFACES
    )
    return f'<figure class="plot" data-plot="{plot.key}"><h3>{headings}</h3>{pictures}<figcaption>{notes}</figcaption></figure>'


def _heading(plot: Plot, interface: Any) -> str:
    """The heading with the names of runs in it, isolated from the direction around them."""
    parts = re.split(r"\{(\w+)\}", word("plots", plot.key, interface))
    return "".join(f"\u2068{plot.names[part]}\u2069" if at % 2 else part for at, part in enumerate(parts))


def _json(document: dict[str, Any]) -> str:
    """JSON that cannot end the element it stands in."""
    text = json.dumps(clean(document), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _asset(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8").strip()
