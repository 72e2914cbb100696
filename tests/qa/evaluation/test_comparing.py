"""Two runs side by side: what is significant, what was won and lost."""

from dataclasses import replace
from pathlib import Path

import pytest

from qa.evaluation import evaluate
from qa.evaluation.comparing import compare_runs
from qa.evaluation.console import comparison_lines, metrics_lines
from qa.evaluation.datasets import Dataset
from qa.evaluation.errors import DatasetError
from tests.qa.evaluation.fake import DATASET

MANY = replace(DATASET, questions=tuple(replace(item, id=f"{item.id}-{at}") for at in range(12) for item in DATASET.questions))


def right(question: str) -> dict:
    return {"answer": "30 أبريل Aden", "confidence": 0.9, "retrieved": ["war", "rain"]}


def wrong(question: str) -> dict | None:
    if "Who" in question:
        return None
    return {"answer": "لا", "confidence": 0.4, "retrieved": ["rain", "war"]}


@pytest.fixture
def runs(tmp_path: Path) -> tuple[Path, Path]:
    evaluate(wrong, MANY, out=tmp_path / "before")
    evaluate(right, MANY, out=tmp_path / "after")
    return tmp_path / "before", tmp_path / "after"


def test_differences_and_questions(runs: tuple[Path, Path]) -> None:
    (comparison,) = compare_runs(runs)
    assert (comparison["a"], comparison["b"], comparison["questions"]) == ("before", "after", 60)
    gold = comparison["figures"]["answers"]["contains_gold"]
    assert (gold["a"], gold["b"], gold["difference"]) == (0.0, 1.0, 1.0)
    assert gold["significant"]
    assert gold["p_holm"] >= gold["p"]
    assert not comparison["figures"]["retrieval"]["recall@5"]["significant"]
    assert comparison["figures"]["abstention"]["refused_unanswerable"]["difference"] == -0.5
    assert comparison["figures"]["answers"]["precision"]["difference"] > 0
    assert {item["before"] for item in comparison["won"]} == {"wrong"}
    assert {(item["before"], item["after"]) for item in comparison["lost"]} == {("refused_rightly", "answered_unanswerable")}
    assert (len(comparison["won"]), len(comparison["lost"])) == (36, 12)
    assert compare_runs(runs) == [comparison]


def test_a_run_against_itself(runs: tuple[Path, Path]) -> None:
    (comparison,) = compare_runs([runs[0], runs[0]])
    assert comparison["won"] == comparison["lost"] == []
    for section, figures in comparison["figures"].items():
        for name, figure in figures.items():
            assert figure["difference"] == 0, (section, name)
            assert not figure["significant"], (section, name)


def test_runs_over_different_questions(runs: tuple[Path, Path], tmp_path: Path) -> None:
    evaluate(right, Dataset("part", MANY.questions[:7], MANY.articles), out=tmp_path / "part")
    first, second = compare_runs([runs[0], runs[1], tmp_path / "part"])
    assert (first["questions"], second["questions"], second["only_a"], second["only_b"]) == (60, 7, 53, 0)
    assert "the datasets differ" in second["notes"][0]
    evaluate(right, Dataset("other", (replace(MANY.questions[0], id="zz"),)), out=tmp_path / "other")
    with pytest.raises(DatasetError, match="no question in common"):
        compare_runs([runs[0], tmp_path / "other"])
    with pytest.raises(DatasetError, match="missing"):
        compare_runs([runs[0], tmp_path / "nothing"])
    with pytest.raises(DatasetError, match="two runs"):
        compare_runs(runs[:1])


def test_retrieval_runs_are_compared_by_the_first_article(tmp_path: Path) -> None:
    evaluate(wrong, MANY, out=tmp_path / "a", retrieval_only=True)
    evaluate(right, MANY, out=tmp_path / "b", retrieval_only=True)
    (comparison,) = compare_runs([tmp_path / "a", tmp_path / "b"])
    assert {(item["before"], item["after"]) for item in comparison["won"]} == {("not first", "found first")}
    assert len(comparison["lost"]) == 12


def test_lines_for_a_terminal(runs: tuple[Path, Path]) -> None:
    (comparison,) = compare_runs(runs)
    text = "\n".join(comparison_lines(comparison))
    assert "before -> after: 60 questions in both" in text
    assert "won: 36" in text
    assert any("contains_gold" in line and line.endswith("*") for line in text.splitlines())
    metrics = evaluate(right, MANY)
    lines = "\n".join(metrics_lines(metrics))
    assert "contains_gold" in lines
    assert "recall@1" in lines
    assert "citation_precision" not in lines
