"""Two runs against each other: differences, how sure they are, and what was won and lost."""

import json
from pathlib import Path

import pytest

from qa.evaluation.report import write
from qa.evaluation.report.comparing import comparison, outcome
from qa.evaluation.report.reading import read
from qa.evaluation.results import Result
from tests.qa.evaluation.report.made_runs import save


def test_a_comparison_gives_differences_and_what_was_won_and_lost(run_a: Path, run_b: Path) -> None:
    runs = read([run_a, run_b])
    found = comparison(runs, 1)
    figures = {(item["section"], item["name"]): item for item in found["figures"]}
    accuracy = figures["answers", "accuracy"]
    values = [run.metrics["answers"]["accuracy"] for run in runs]
    assert [accuracy["a"], accuracy["b"]] == pytest.approx(values)
    assert accuracy["low"] < accuracy["difference"] < accuracy["high"]
    assert accuracy["verdict"] == "better"
    assert figures["retrieval", "recall@10"]["verdict"] == "equal"
    assert figures["answers", "precision"]["p"] is None
    assert found["counts"]["won"] - found["counts"].get("lost", 0) == round(accuracy["difference"] * 120)
    assert sum(sum(counts.values()) for counts in found["types"].values()) == 120
    assert set(found["languages"]) == {"ar", "en"}


def test_equal_runs_differ_in_nothing(run_a: Path) -> None:
    found = comparison(read([run_a, run_a]), 1)
    assert {item["verdict"] for item in found["figures"]} == {"equal"}
    assert found["counts"] == {"same": 120}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("wrong", "correct", "won"),
        ("refused_rightly", "failed", "lost"),
        ("refused_rightly", "answered_unanswerable", "lost"),
        ("correct", "refused_rightly", "same"),
        ("ungraded", "correct", "same"),
    ],
)
def test_outcomes(before: str, after: str, expected: str) -> None:
    assert outcome(Result("1", "?", "en", verdict=before), Result("1", "?", "en", verdict=after)) == expected


def test_runs_that_only_retrieve_are_compared_by_rank(tmp_path: Path) -> None:
    rows = [Result(str(at), "?", "en", relevant=("a",), metrics={"mrr@10": 0.5, "recall@5": 1.0}) for at in range(12)]
    better = [Result(row.id, "?", "en", relevant=("a",), metrics={"mrr@10": 1.0, "recall@5": 1.0}) for row in rows]
    directories = [save(tmp_path / "a", rows), save(tmp_path / "b", better)]
    write(directories, tmp_path / "out")
    document = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert document["comparisons"][0]["counts"] == {"won": 12}
