"""A run: every question asked, judged and written down, resumable, reproducible, on all cores."""

import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TextIO

import numpy as np

from qa.evaluation.answers import as_answer
from qa.evaluation.datasets import Dataset, Question
from qa.evaluation.errors import DatasetError
from qa.evaluation.metrics.retrieval import require
from qa.evaluation.progress import question_bar
from qa.evaluation.provenance import now
from qa.evaluation.results import METRICS_FILE, RESULTS_FILE, RUN_FILE, Metrics, Result, read_results, write_json
from qa.evaluation.run_files import Options, describe, export_trec, fingerprint_of, resume
from qa.evaluation.scoring import Scorer
from qa.evaluation.summary import summarise
from qa.evaluation.systems import System, Turn, from_answer
from qa.judges import Judge
from qa.judges.errors import JudgeError

ALONE_MOST = 200
ALONE_LEAST = 20
ALONE_S = 30.0
"""Latency is measured on questions that run alone, first in the run: up to `ALONE_MOST` of them, fewer when they take longer
than `ALONE_S` together, but at least `ALONE_LEAST`."""

Unit = tuple[Question, ...]
"""Questions that must be asked in order: the turns of a conversation, or one question by itself."""


@dataclass
class _Asking:
    """Asks the system and scores what it says. Shared by all workers."""

    system: System
    scorer: Scorer
    options: Options
    said: dict[str, list[Turn]] = field(default_factory=dict)

    def unit(self, unit: Unit, alone: bool) -> list[Result]:
        return [self.one(question, alone) for question in unit]

    def one(self, question: Question, alone: bool) -> Result:
        history = self.said.setdefault(question.conversation, []) if question.conversation else []
        try:
            result = self._ask(question, history)
        except JudgeError:
            # Without its judge the whole run is worth nothing; the system did not fail.
            raise
        except Exception as error:
            result = self.scorer.failed(question, f"{type(error).__name__}: {error}")
        self.remember(result)
        return result if not alone else _alone(result)

    def remember(self, result: Result) -> None:
        """Keep a turn for the turns after it."""
        if result.conversation:
            answer = result.answer or {}
            turn = Turn(result.question, answer.get("answer") or "", answer)
            self.said.setdefault(result.conversation, []).append(turn)

    def _ask(self, question: Question, history: Sequence[Turn]) -> Result:
        text = question.text
        if self.options.turns != "history":
            history = ()
        if self.options.turns == "full":
            text = question.full or text
        started = time.perf_counter()
        if self.options.retrieval_only:
            found = self.system.retrieve(text, self.options.k, history)
            latency_ms = _since(started)
            if found is not None:
                # Figures over ranks need a deep ranking, users ask for a short one: that is the one timed.
                return self.scorer.score(question, None, self.system.retrieve(text, self.options.depth, history), latency_ms)
            found = from_answer(as_answer(text, self.system.answer(text, history)))
            return self.scorer.score(question, None, found, _since(started))
        given = self.system.answer(text, history)
        latency_ms = _since(started)
        answer = as_answer(text, given)
        retrieved = self.system.retrieve(text, self.options.depth, history)
        return self.scorer.score(question, answer, from_answer(answer) if retrieved is None else retrieved, latency_ms)


def run(dataset: Dataset, system: System, out: Path, judge: Judge, options: Options | None = None) -> Metrics:
    """Ask every question of `dataset`, write the run directory `out` (see `results`), and return its figures.

    A run that was stopped goes on where it was, if dataset, settings, code and options are the same (`RunMismatchError` if
    not); a complete one is done again. Questions that fail are rows with an error. Ctrl-C leaves what is done behind.
    """
    options = options or Options()
    _check_ids(dataset)
    require()
    out.mkdir(parents=True, exist_ok=True)
    fingerprint = fingerprint_of(dataset, system, judge, options)
    done = resume(out, fingerprint, options)
    workers = options.workers or os.cpu_count() or 1
    info = describe(dataset, system, judge, options, fingerprint, workers, len(done), out)
    write_json(out / RUN_FILE, info)
    asking = _Asking(system, Scorer(dataset, system, judge, k=options.k, retrieval_only=options.retrieval_only), options)
    for result in done.values():
        asking.remember(result)
    units = [rest for unit in _units(dataset.questions) if (rest := tuple(item for item in unit if item.id not in done))]
    if units:
        # What fails here will fail, and be counted, with the first question.
        with suppress(Exception):
            system.warm_up()
    started = time.perf_counter()
    with (
        # Half a character (a lone surrogate) of a foreign answer is written as JSON's own escape, and read back as it was.
        (out / RESULTS_FILE).open("a", encoding="utf-8", errors="backslashreplace") as file,
        question_bar(options.progress, len(dataset.questions), len(done)) as tick,
    ):

        def write(results: Sequence[Result]) -> None:
            _write(file, results)
            tick(len(results))

        others = _ask_alone(asking, units, write)
        _ask_together(asking, others, workers, write)
    info |= {
        "finished": now(),
        "wall_s": time.perf_counter() - started,
        "complete": True,
        "judge": {"name": judge.name, **judge.usage()},
    }
    metrics = summarise(read_results(out), info, k=options.k, seed=options.seed)
    export_trec(out)
    write_json(out / METRICS_FILE, metrics)
    write_json(out / RUN_FILE, info)
    return metrics


def _ask_alone(asking: _Asking, units: list[Unit], write: Callable[[Sequence[Result]], None]) -> list[Unit]:
    """Ask some units one at a time, spread over the dataset; returns the others."""
    step = max(1, len(units) // ALONE_MOST)
    chosen = units[::step][:ALONE_MOST]
    asked: set[str] = set()
    started = time.perf_counter()
    for number, unit in enumerate(chosen):
        if number >= ALONE_LEAST and time.perf_counter() - started > ALONE_S:
            break
        write(asking.unit(unit, True))
        asked.add(unit[0].id)
    return [unit for unit in units if unit[0].id not in asked]


def _ask_together(asking: _Asking, units: list[Unit], workers: int, write: Callable[[Sequence[Result]], None]) -> None:
    waiting: set[Future[list[Result]]] = set()
    pool = ThreadPoolExecutor(workers, thread_name_prefix="dalil-eval")
    try:
        for unit in units:
            waiting.add(pool.submit(asking.unit, unit, False))
            if len(waiting) >= 4 * workers:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for future in done:
                    write(future.result())
        for future in waiting:
            write(future.result())
    finally:
        pool.shutdown(cancel_futures=True)


def _units(questions: Sequence[Question]) -> Iterator[Unit]:
    conversations: dict[str, list[Question]] = {}
    for question in questions:
        if question.conversation is None:
            yield (question,)
        else:
            conversations.setdefault(question.conversation, []).append(question)
    yield from (tuple(turns) for turns in conversations.values())


def _check_ids(dataset: Dataset) -> None:
    seen: set[str] = set()
    for question in dataset.questions:
        if question.id in seen:
            raise DatasetError(f"two questions of {dataset.name} have the id {question.id!r}")
        seen.add(question.id)


def _write(file: TextIO, results: Sequence[Result]) -> None:
    for result in results:
        file.write(json.dumps(result.to_dict(), ensure_ascii=False, default=_plain) + "\n")
    file.flush()


def _plain(value: object) -> object:
    """What JSON has no form for: numbers of numpy as numbers, anything else a foreign system brings along as text."""
    return value.item() if isinstance(value, np.generic) else str(value)


def _alone(result: Result) -> Result:
    return replace(result, alone=result.latency_ms is not None)


def _since(started: float) -> float:
    return (time.perf_counter() - started) * 1000
