"""From rows to figures: every figure with its interval, over all questions and by language, type and source."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import cast

from qa.evaluation.intervals import Estimate, Statistic, bootstrap, mean
from qa.evaluation.metrics import accuracy, calibration, latency, refusal
from qa.evaluation.metrics.retrieval import CUTOFFS
from qa.evaluation.results import Group, Metrics, Result, RunInfo

RESAMPLES = 1000
SECTIONS = ("retrieval", "passages", "answers", "abstention", "latency_ms")
_MOST_VALUES = 50
_RANKED = ("mrr@10", "ndcg@10", "map")
ANSWER_MEANS = (
    "contains_gold",
    "contains_gold_60",
    "exact_match",
    "f1",
    "exact_match_folded",
    "f1_folded",
    "citation_validity",
    "citation_precision",
    "citation_recall",
    "citation_precision_alce",
    "citation_recall_alce",
    "faithfulness",
    "context_precision",
    "context_recall",
    "words",
)
"""Figures of the section `answers` that are means of what each question has under the same name."""


@dataclass(frozen=True, slots=True)
class Slim:
    """What the figures need of a row; a run of many thousand questions fits into memory like this."""

    row: Result
    refused: bool | None
    confidence: float | None

    @classmethod
    def of(cls, row: Result) -> "Slim":
        """Without texts, answer and ranking."""
        answer = row.answer or {}
        slim = Result(
            id=row.id,
            question=row.question,
            language=row.language,
            type=row.type,
            source=row.source,
            answerable=row.answerable,
            relevant=row.relevant,
            latency_ms=row.latency_ms,
            alone=row.alone,
            error=row.error,
            verdict=row.verdict,
            cause=row.cause,
            metrics=dict(row.metrics),
        )
        return cls(slim, answer.get("refused"), answer.get("confidence"))


def slimmed(rows: Iterable[Result]) -> list[Slim]:
    """The rows as figures need them, by id: the order in which several workers finish is chance, and intervals depend on it.

    A failure counts as nothing found, but not for a system that never says what it found.
    """
    found = sorted(map(Slim.of, rows), key=lambda item: item.row.id)
    asked = [item.row.metrics for item in found if item.row.relevant and item.row.error is None]
    if asked and not any(_is_of_ranking(name) for values in asked for name in values):
        for item in found:
            for name in [name for name in item.row.metrics if _is_of_ranking(name)]:
                del item.row.metrics[name]
    return found


def _is_of_ranking(name: str) -> bool:
    return name.removeprefix("passages.").startswith(("recall@", *_RANKED))


def statistics(rows: Sequence[Slim], k: int) -> dict[str, dict[str, Statistic]]:
    """Every figure by section and name, as a function of weights of the rows."""

    def values(name: str) -> list[float | None]:
        return [item.row.metrics.get(name) for item in rows]

    retrieval = (*(f"recall@{cutoff}" for cutoff in sorted({*CUTOFFS, k})), *_RANKED)
    verdicts = [item.row.verdict for item in rows]
    answerable = [item.row.answerable for item in rows]
    refused = [item.refused for item in rows]
    graded = [item.confidence if item.row.verdict != "ungraded" else None for item in rows]
    times = [item.row.latency_ms if item.row.alone else None for item in rows]
    answers: dict[str, Statistic] = {name: mean(values(name)) for name in ANSWER_MEANS}
    answers |= {
        "answered": accuracy.answered(verdicts),
        "accuracy": accuracy.accuracy(verdicts),
        "precision": accuracy.precision(verdicts),
    }
    asked = answerable if any(item is not None for item in refused) else [None] * len(rows)
    return {
        "retrieval": {name: mean(values(name)) for name in retrieval},
        "passages": {name: mean(values(f"passages.{name}")) for name in retrieval},
        "answers": answers,
        "abstention": {
            "refused_unanswerable": refusal.refused_share(refused, asked, among=False),
            "refused_answerable": refusal.refused_share(refused, asked, among=True),
            "auroc": refusal.auroc([item.confidence for item in rows], answerable),
            "aurc": refusal.aurc(graded, errors(verdicts)),
            "ece": calibration.expected_calibration_error(graded, corrects(verdicts)),
        },
        "latency_ms": {
            **{f"p{percent}": latency.percentile(times, percent) for percent in (50, 95, 99)},
            "mean": mean(times),
        },
    }


def errors(verdicts: Iterable[str]) -> list[float | None]:
    """1 where what would be said is not correct, 0 where it is; `None` where that cannot be known."""
    return [None if item in ("ungraded", "failed") else float(item != "correct") for item in verdicts]


def corrects(verdicts: Iterable[str]) -> list[float | None]:
    """1 for correct answers, 0 for other answers, `None` for what was not answered."""
    return [float(item == "correct") if item in ("correct", "wrong", "answered_unanswerable") else None for item in verdicts]


def summarise(rows: Iterable[Result], run: RunInfo, *, k: int, seed: int = 0) -> Metrics:
    """The document of `metrics.json`; see `results.Metrics`."""
    slim = slimmed(rows)
    verdicts = [item.row.verdict for item in slim]
    graded = [item.confidence if item.row.verdict != "ungraded" else None for item in slim]
    metrics = cast(Metrics, {"dataset": run.get("dataset", ""), "system": run.get("system", "")})
    metrics |= cast(Metrics, _group(slim, k, seed))
    together = [item.row.latency_ms for item in slim if not item.row.alone]
    metrics["workers"] = run.get("workers", 1) if any(together) else 1
    metrics["throughput"] = latency.throughput(
        together if any(together) else [item.row.latency_ms for item in slim], metrics["workers"]
    )
    metrics["by"] = {
        "lang": _by(slim, lambda row: row.language, k, seed),
        "type": _by(slim, lambda row: row.type, k, seed),
        "source": _by(slim, lambda row: row.source, k, seed),
    }
    metrics["failed"] = [
        {"id": item.row.id, "question": item.row.question, "error": item.row.error}
        for item in slim
        if item.row.error is not None
    ]
    metrics["curves"] = {
        "risk_coverage": refusal.risk_coverage(graded, errors(verdicts)),
        "calibration": calibration.calibration_curve(graded, corrects(verdicts)),
    }
    metrics["run"] = run
    return metrics


def _group(rows: Sequence[Slim], k: int, seed: int) -> Group:
    sections = statistics(rows, k)
    flat = {f"{section}/{name}": statistic for section, named in sections.items() for name, statistic in named.items()}
    estimates = bootstrap(flat, len(rows), seed=seed, resamples=RESAMPLES)
    group: dict[str, object] = {"questions": len(rows)}
    intervals: dict[str, dict[str, list[float] | None]] = {}
    for section, named in sections.items():
        found = {name: estimates[f"{section}/{name}"] for name in named}
        group[section] = {name: estimate.value for name, estimate in found.items()}
        intervals[section] = {name: _bounds(estimate) for name, estimate in found.items()}
    group["intervals"] = intervals
    group["verdicts"] = dict(Counter(item.row.verdict for item in rows))
    group["causes"] = dict(Counter(item.row.cause for item in rows if item.row.cause))
    group["timed"] = sum(item.row.alone and item.row.latency_ms is not None for item in rows)
    return cast(Group, group)


def _bounds(estimate: Estimate) -> list[float] | None:
    return None if estimate.low is None or estimate.high is None else [estimate.low, estimate.high]


def _by(rows: Sequence[Slim], value_of: Callable[[Result], str | None], k: int, seed: int) -> dict[str, Group]:
    parts: dict[str, list[Slim]] = {}
    for item in rows:
        if value := value_of(item.row):
            parts.setdefault(value, []).append(item)
    largest = sorted(parts, key=lambda value: (-len(parts[value]), value))[:_MOST_VALUES]
    return {value: _group(parts[value], k, seed) for value in sorted(largest)}
