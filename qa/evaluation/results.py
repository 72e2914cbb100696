"""What a run leaves behind: the one place that describes its files. Reports and comparisons build on this alone.

A run directory holds

- `run.json`: how the run was made (`RunInfo`);
- `results.jsonl`: one `Result` a line, in the order in which questions were finished;
- `metrics.json`: the figures (`Metrics`), which is also what `dalil eval --json` prints;
- `articles.run.trec`, `articles.qrels.trec` and, where evidence is known, `passages.run.trec`, `passages.qrels.trec`: TREC
  files, so that anyone can check the retrieval figures with a tool of their own.

All files are UTF-8 JSON without escapes for Arabic. A figure that cannot be measured is `null`, never 0.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, Self, TypedDict

from qa.evaluation.errors import DatasetError

RUN_FILE = "run.json"
RESULTS_FILE = "results.jsonl"
METRICS_FILE = "metrics.json"

Verdict = Literal[
    "correct",  # answered, and a gold answer stands in the answer's text
    "wrong",  # answered an answerable question with something else
    "refused_wrongly",  # refused an answerable question
    "refused_rightly",  # refused an unanswerable question
    "answered_unanswerable",  # answered where no answer exists
    "failed",  # the system raised an error; counts as wrong everywhere
    "ungraded",  # nothing to compare with: no gold answer and not marked unanswerable, or retrieval only
]

Cause = Literal[
    "article_missed",  # no gold article among the passages that came with the answer
    "passage_missed",  # a gold article came, no passage of it with a gold answer did
    "not_selected",  # such a passage came, the cited quotes do not hold a gold answer
    "not_said",  # a cited quote holds a gold answer, the answer's text does not
]
"""Where a `wrong` or `refused_wrongly` went wrong first, along the way of an answer; `null` where that is not known."""


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A passage that retrieval found, best first. `text` is kept for the first five, when only retrieving.

    Ids and offsets are as in an answer; a system that only names articles leaves them out. `holds` are the numbers of the
    gold evidence sentences that it holds (`None` where there is no gold evidence). What is `None` is left out of the file.
    """

    article_id: str
    score: float
    passage_id: str | None = None
    start: int | None = None
    end: int | None = None
    title: str | None = None
    text: str | None = None
    holds: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """One question, what the system did with it, and the values of every metric on it.

    The question: `id`, `question`, `language` (`ar`, `en`), `type`, `source` (outlet of the gold article), `answerable`,
    `relevant` (gold article ids as the index knows them), `grades` (of relevance, where not all are 1), `answers` (gold, in
    the article's words), `answers_other` (gold in the other language, compared loosely), `evidence` (gold sentences),
    `conversation` (id of the one it is a turn of).

    What happened: `answer` is an answer as in the contract (`Answer.to_dict()`), `None` for retrieval only and failures;
    `retrieved` are passages, best first, deeper than the answer's own; `latency_ms` is the time of the answer (of the search
    when only retrieving), `None` for failures; `alone` says that no other question ran at that time, so that the latency is
    that of an idle system; `error` is the message of a failure.

    The judgement: `verdict`, `cause`, and `metrics`, which maps a metric's name to its value on this question or to `None`
    where it does not apply. Article-level retrieval has plain names (`recall@5`), passage-level ones begin with `passages.`
    (`passages.recall@5`). `notes` are words for a reader, such as a citation that is not verbatim.
    """

    id: str
    question: str
    language: str
    type: str | None = None
    source: str | None = None
    answerable: bool | None = None
    relevant: tuple[str, ...] = ()
    grades: tuple[int, ...] = ()
    answers: tuple[str, ...] = ()
    answers_other: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    conversation: str | None = None
    answer: dict[str, Any] | None = None
    retrieved: tuple[Retrieved, ...] = ()
    latency_ms: float | None = None
    alone: bool = False
    error: str | None = None
    verdict: Verdict = "ungraded"
    cause: Cause | None = None
    metrics: dict[str, float | None] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        retrieved = [{name: value for name, value in asdict(hit).items() if value is not None} for hit in self.retrieved]
        return {**asdict(self), "retrieved": retrieved}

    @classmethod
    def from_dict(cls, row: dict[str, Any]) -> Self:
        """The inverse of `to_dict`, also after a trip through JSON. Unknown fields are left out."""
        known = {item.name: row[item.name] for item in fields(cls) if item.name in row}
        for name in ("relevant", "grades", "answers", "answers_other", "evidence", "notes"):
            known[name] = tuple(known.get(name, ()))
        known["retrieved"] = tuple(_retrieved(hit) for hit in known.get("retrieved", ()))
        return cls(**known)


def _retrieved(hit: dict[str, Any]) -> Retrieved:
    return Retrieved(**{**hit, "holds": None if hit.get("holds") is None else tuple(hit["holds"])})


class RunInfo(TypedDict, total=False):
    """`run.json`. A stopped run goes on only when everything in `fingerprint` is the same."""

    fingerprint: dict[str, Any]  # dataset, dataset_hash, system, settings, options, seed, code: what decides the results
    name: str  # of the run, for reports: the directory's name unless given
    dataset: str
    system: str
    started: str  # ISO 8601, UTC
    finished: str | None
    complete: bool
    questions: int
    workers: int
    wall_s: float | None  # of this process; `resumed` rows were done by an earlier one
    resumed: int
    indexing_s: float | None
    versions: dict[str, str]  # python, platform, dalil and the packages that matter
    judge: dict[str, Any]  # name, and for a language model: calls, tokens, cost
    notes: list[str]


class Group(TypedDict, total=False):
    """The figures of all questions, or of those with one language, type or source. Shares and scores lie in 0..1.

    `intervals` mirrors the sections: `intervals["answers"]["f1"] == [low, high]`, 95 % bootstrap.
    """

    questions: int
    retrieval: dict[str, float | None]  # articles: recall@1 recall@5 recall@10 [recall@k] mrr@10 ndcg@10 map
    passages: dict[str, float | None]  # the same over passages that hold the evidence
    answers: dict[str, float | None]
    # contains_gold contains_gold_60 (and in at most 60 words) exact_match f1 exact_match_folded f1_folded accuracy precision
    # answered words (of an answer), citation_validity, citation_precision citation_recall (ours: a marker out of range is
    # wrong), citation_precision_alce citation_recall_alce, faithfulness context_precision context_recall
    abstention: dict[str, float | None]  # refused_unanswerable refused_answerable auroc aurc ece
    latency_ms: dict[str, float | None]  # p50 p95 p99 mean, of questions that ran alone; how many they are is `timed`
    timed: int
    intervals: dict[str, dict[str, list[float] | None]]
    verdicts: dict[str, int]  # Verdict -> how many
    causes: dict[str, int]  # Cause -> how many


class Metrics(Group, total=False):
    """`metrics.json`: a `Group` over all questions, and more."""

    dataset: str
    system: str
    throughput: float | None  # questions a second, `workers` together; 1 where every question ran alone
    workers: int
    by: dict[
        str, dict[str, Group]
    ]  # "lang", "type", "source" -> value -> Group; only those with more than one value, and "lang"
    failed: list[dict[str, str]]  # id, question, error
    curves: dict[str, list[dict[str, float]]]
    # risk_coverage: coverage, risk, threshold (of confidence), by falling confidence, at most 200 points;
    # calibration: low, high, count, confidence (mean), accuracy
    run: RunInfo


def read_results(run_dir: Path) -> Iterator[Result]:
    """The rows of a run. A torn last line (a run that was killed) is left out; anything else odd raises `DatasetError`."""
    path = run_dir / RESULTS_FILE
    if not path.exists():
        raise DatasetError(f"{run_dir} holds no evaluation run: {RESULTS_FILE} is missing")
    with path.open("rb") as lines:  # a torn line may end inside a character
        for number, line in enumerate(lines, 1):
            if not line.endswith(b"\n"):
                return
            try:
                yield Result.from_dict(json.loads(line))
            except (ValueError, TypeError) as error:
                raise DatasetError("not a result of `dalil eval`", file=path, line=number) from error


def read_metrics(run_dir: Path) -> Metrics:
    """The figures of a finished run."""
    return _read_json(run_dir / METRICS_FILE, "the run did not finish, run it again to go on")  # type: ignore[return-value]


def read_run(run_dir: Path) -> RunInfo:
    """How a run was made."""
    return _read_json(run_dir / RUN_FILE, "not the directory of a run")  # type: ignore[return-value]


def write_json(path: Path, document: object) -> None:
    """Readable JSON, as `write_text` writes it. Half a character (a lone surrogate) becomes JSON's own escape of it."""
    write_text(path, json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n")


def write_text(path: Path, text: str) -> None:
    """A file of UTF-8, whole or not at all."""
    partial = path.with_name(path.name + ".partial")
    partial.write_text(text, encoding="utf-8", errors="backslashreplace")
    partial.replace(path)


def _read_json(path: Path, missing: str) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DatasetError(f"{path} is missing: {missing}") from None
    except ValueError as error:
        raise DatasetError(f"not JSON: {error}", file=path) from None
    if not isinstance(document, dict):
        raise DatasetError("not a JSON object", file=path)
    return document
