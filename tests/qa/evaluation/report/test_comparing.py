"""Two runs against each other: differences, how sure they are, and what was won and lost."""

import json
from pathlib import Path

import pytest

from qa.evaluation.comparing import compare_runs
from qa.evaluation.report import write
from qa.evaluation.report.comparing import shown, verdict
from qa.evaluation.report.reading import read
from qa.evaluation.results import Result
from tests.qa.evaluation.report.made_runs import save


def test_a_comparison_gives_differences_and_what_was_won_and_lost(run_a: Path, run_b: Path) -> None:
    runs = read([run_a, run_b])
    found = shown(runs, 1, compare_runs([run_a, run_b])[0])
    figures = {(item["section"], item["name"]): item for item in found["figures"]}
    accuracy = figures["answers", "accuracy"]
    values = [run.metrics["answers"]["accuracy"] for run in runs]
    assert [accuracy["a"], accuracy["b"]] == pytest.approx(values)
    assert accuracy["low"] < accuracy["difference"] < accuracy["high"]
    assert accuracy["verdict"] == "better"
    assert figures["retrieval", "recall@10"]["verdict"] == "equal"
    assert found["counts"]["won"] - found["counts"].get("lost", 0) == round(accuracy["difference"] * 120)
    assert sum(sum(counts.values()) for counts in found["types"].values()) == 120


def test_equal_runs_differ_in_nothing(run_a: Path) -> None:
    found = shown(read([run_a, run_a]), 1, compare_runs([run_a, run_a])[0])
    assert {item["verdict"] for item in found["figures"]} == {"equal"}
    assert found["counts"] == {"same": 120}
    assert found["other_text"] == 0


@pytest.mark.parametrize(
    ("name", "difference", "p_holm", "significant", "expected"),
    [
        ("accuracy", 0.2, 0.01, True, "better"),
        ("accuracy", -0.2, 0.01, True, "worse"),
        ("accuracy", 0.2, 0.3, True, "perhaps_better"),
        ("accuracy", 0.2, 1.0, False, "no_evidence"),
        ("words", 20.0, 0.01, True, "changed"),
    ],
)
def test_differences_in_a_word(name: str, difference: float, p_holm: float, significant: bool, expected: str) -> None:
    figure = {"difference": difference, "low": -1.0, "high": 1.0, "p_holm": p_holm, "significant": significant}
    assert verdict("answers", name, figure) == expected


def test_where_less_is_better() -> None:
    figure = {"difference": -5.0, "low": -9.0, "high": -1.0, "p_holm": 0.01, "significant": True}
    assert verdict("latency_ms", "p95", figure) == "better"


def test_runs_that_only_retrieve_are_compared_by_rank(tmp_path: Path) -> None:
    rows = [Result(str(at), "?", "en", relevant=("a",), metrics={"mrr@10": 0.5, "recall@1": 0.0}) for at in range(12)]
    better = [Result(row.id, "?", "en", relevant=("a",), metrics={"mrr@10": 1.0, "recall@1": 1.0}) for row in rows]
    directories = [save(tmp_path / "a", rows), save(tmp_path / "b", better)]
    write(directories, tmp_path / "out")
    document = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert document["comparisons"][0]["counts"] == {"won": 12}
