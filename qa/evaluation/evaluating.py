"""`evaluate`: the figures of any system, in one call."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from qa.evaluation.datasets import Dataset
from qa.evaluation.results import Metrics
from qa.evaluation.run_files import Options
from qa.evaluation.running import run
from qa.evaluation.systems import CallableSystem, System
from qa.judges import Judge, load_judge


def evaluate(
    system: Callable[..., object] | System,
    dataset: Dataset,
    *,
    out: str | Path | None = None,
    judge: str | Judge = "bundled",
    k: int = 10,
    retrieval_only: bool = False,
    workers: int = 1,
    seed: int = 0,
    progress: bool = False,
    name: str | None = None,
) -> Metrics:
    """Measure `system` on `dataset` and return the figures, in the shape of `results.Metrics` and `dalil eval --json`.

    `system` is any function from a question to an answer: text (with `[1]` markers or without), a document like the contract's
    (`answer`, and where it has them `short`, `refused`, `confidence`, `claims`, `citations`, `passages`), an `Answer`, or
    `None` to refuse. It may take the turns before as `history`, a list of (question, answer) pairs. What it raises is counted
    and listed as a failure. With `workers` above 1 it is called from several threads.

    `out` keeps the run directory (results of every question, TREC files); a stopped run there goes on. What a system does not
    give is `None` in the figures: no confidence, no AUROC; no passages, no retrieval figures.
    """
    measured: System = system if hasattr(system, "retrieve") else CallableSystem(system, dataset, name=name or "")  # type: ignore[assignment]
    chosen = load_judge(judge) if isinstance(judge, str) else judge
    options = Options(k=k, retrieval_only=retrieval_only, seed=seed, workers=workers, progress=progress, name=name)
    if out is not None:
        return run(dataset, measured, Path(out), chosen, options)
    with tempfile.TemporaryDirectory(prefix="dalil-eval-") as folder:
        return run(dataset, measured, Path(folder), chosen, options)
