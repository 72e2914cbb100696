"""Reports of runs: one HTML page that works from disk, Markdown for a pull request, JSON for programs."""

from collections.abc import Sequence
from pathlib import Path

from qa.evaluation.comparing import compare_runs
from qa.evaluation.errors import DatasetError
from qa.evaluation.report.comparing import shown
from qa.evaluation.report.drawing import require
from qa.evaluation.report.markdown import markdown, worst
from qa.evaluation.report.page import page
from qa.evaluation.report.reading import read
from qa.evaluation.results import write_json, write_text

__all__ = ["write"]


def write(run_dirs: Sequence[Path], out: Path) -> None:
    """Write `report.html`, `report.md` and `report.json` into `out`: of one run, or of two or more compared with the first.

    Raises `MissingExtra` without matplotlib, `DatasetError` where a directory holds no finished run, no run is given, or runs
    have no question in common.
    """
    require()
    if not run_dirs:
        raise DatasetError("a report needs the directory of at least one run")
    runs = read(run_dirs)
    found = compare_runs(run_dirs) if len(runs) > 1 else []
    comparisons = [shown(runs, other, compared) for other, compared in enumerate(found, 1)]
    out.mkdir(parents=True, exist_ok=True)
    write_json(
        out / "report.json",
        {
            "kind": "comparison" if comparisons else "run",
            "runs": [
                {"name": run.name, "metrics": run.metrics, "run": run.info, "worst": [row.id for row in worst(run)]}
                for run in runs
            ],
            "comparisons": comparisons,
        },
    )
    write_text(out / "report.md", markdown(runs, comparisons))
    write_text(out / "report.html", page(runs, comparisons))
