"""The files of a run directory: how a stopped run is taken up again, and what is written at the end."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from qa.evaluation.datasets import Dataset
from qa.evaluation.errors import RunMismatchError
from qa.evaluation.metrics.retrieval import write_trec
from qa.evaluation.provenance import code_hash, differences, now, versions
from qa.evaluation.results import METRICS_FILE, RESULTS_FILE, RUN_FILE, Result, RunInfo, read_results, read_run
from qa.evaluation.scoring import articles_ranked, articles_wanted, evidence_wanted, passages_ranked
from qa.evaluation.systems import System
from qa.judges import Judge

TREC_FILES = tuple(f"{level}.{kind}.trec" for level in ("articles", "passages") for kind in ("run", "qrels"))
_LEAST_DEPTH = 50
_MOST_DEPTH = 100


@dataclass(frozen=True, slots=True)
class Options:
    """How to run. `workers` `None` means one for each core.

    `turns` is how the turns of conversations are asked: with the turns before them (`history`), alone (`bare`), or alone with
    their full question where the dataset has one (`full`).
    """

    k: int = 10
    retrieval_only: bool = False
    turns: Literal["history", "bare", "full"] = "history"
    seed: int = 0
    workers: int | None = None
    fresh: bool = False
    progress: bool = True
    name: str | None = None
    notes: tuple[str, ...] = ()
    indexing_s: float | None = None

    @property
    def depth(self) -> int:
        """How many passages to look for, so that the first `k` articles are among them."""
        return min(_MOST_DEPTH, max(_LEAST_DEPTH, 5 * self.k))


def fingerprint_of(dataset: Dataset, system: System, judge: Judge, options: Options) -> dict[str, Any]:
    """What decides the results of a run."""
    return {
        "dataset": dataset.name,
        "dataset_hash": dataset.hash,
        "system": system.name,
        "settings": system.settings(),
        "options": {"k": options.k, "retrieval_only": options.retrieval_only, "turns": options.turns, "judge": judge.name},
        "seed": options.seed,
        "code": code_hash(),
    }


def resume(out: Path, fingerprint: dict[str, Any], options: Options) -> dict[str, Result]:
    """The results to go on from. A complete run, or any with `fresh`, is cleared away."""
    results = out / RESULTS_FILE
    if not (out / RUN_FILE).exists():
        if results.exists():
            raise RunMismatchError(f"{results} is there, but no {RUN_FILE}: choose another folder")
        return {}
    old = read_run(out)
    if options.fresh or old.get("complete"):
        for name in (RESULTS_FILE, METRICS_FILE, *TREC_FILES):
            (out / name).unlink(missing_ok=True)
        return {}
    done = {result.id: result for result in read_results(out)} if results.exists() else {}
    changed = differences(old.get("fingerprint", {}), json.loads(json.dumps(fingerprint)))
    if changed and done:
        raise RunMismatchError(
            f"the stopped run in {out} was made with something else: {'; '.join(changed)}. "
            "Choose another folder, or begin again with --fresh"
        )
    if not done:
        results.unlink(missing_ok=True)
        return {}
    with results.open("r+b") as file:
        # A line that was being written when the run was stopped would swallow the next one.
        content = file.read()
        file.truncate(content.rfind(b"\n") + 1)
    return done


def describe(
    dataset: Dataset,
    system: System,
    judge: Judge,
    options: Options,
    fingerprint: dict[str, Any],
    workers: int,
    resumed: int,
    out: Path,
) -> RunInfo:
    """`run.json` as it is at the start."""
    return RunInfo(
        fingerprint=fingerprint,
        name=options.name or out.resolve().name,
        dataset=dataset.name,
        system=system.name,
        started=now(),
        finished=None,
        complete=False,
        questions=len(dataset.questions),
        workers=workers,
        wall_s=None,
        resumed=resumed,
        indexing_s=options.indexing_s,
        versions=versions(),
        judge={"name": judge.name},
        notes=[*dataset.notes, *options.notes],
    )


def export_trec(out: Path) -> None:
    """The TREC files, for what was retrieved at all."""
    articles: dict[str, list[str]] = {}
    passages: dict[str, list[str]] = {}
    wanted: dict[str, dict[str, int]] = {}
    evidence: dict[str, dict[str, int]] = {}
    for row in read_results(out):
        if "map" in row.metrics:
            articles[row.id], wanted[row.id] = articles_ranked(row.retrieved), articles_wanted(row)
        if "passages.map" in row.metrics:
            passages[row.id], evidence[row.id] = passages_ranked(row.retrieved), evidence_wanted(row)
    if wanted:
        write_trec(out, "articles", articles, wanted, "dalil")
    if evidence:
        write_trec(out, "passages", passages, evidence, "dalil")
