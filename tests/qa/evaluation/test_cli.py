"""`dalil eval` from the command line, over the two seed articles."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from qa.cli.app import run
from qa.dalil import Dalil
from qa.evaluation.results import METRICS_FILE, read_metrics, read_run
from qa.feedback import FeedbackStore

ROOT = Path(__file__).parents[3]
SEEDS = ROOT / "seeds"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, with the template of questions."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DALIL_DATA", raising=False)
    assert run(["eval", "init"]) == 0
    return tmp_path


@pytest.fixture
def data(here: Path) -> Path:
    folder = here / "data"
    dalil = Dalil.open(folder)
    dalil.index([str(SEEDS)])
    dalil.close()
    return folder


def test_measure_and_print_one_document(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DALIL_DATABASE", "postgresql://dalil@127.0.0.1:1/dalil")  # the articles of a set never go there
    capsys.readouterr()
    assert run(["eval", "questions.jsonl", "--articles", str(SEEDS), "--json"]) == 0
    metrics = json.loads(capsys.readouterr().out)
    contract = {
        "retrieval": {"recall@1", "recall@5", "recall@10", "mrr@10", "ndcg@10"},
        "answers": {
            "contains_gold",
            "exact_match",
            "f1",
            "citation_precision",
            "citation_recall",
            "answered",
            "accuracy",
            "precision",
        },
        "abstention": {"refused_unanswerable", "refused_answerable", "auroc"},
        "latency_ms": {"p50", "p95", "p99"},
        "by": {"lang", "type"},
    }
    assert metrics["questions"] == 3
    assert metrics["failed"] == []
    for section, names in contract.items():
        assert names <= metrics[section].keys()
    assert metrics["retrieval"]["recall@5"] == 1.0
    assert metrics["answers"]["citation_validity"] in (1.0, None)
    assert set(metrics["by"]["lang"]) == {"ar", "en"}


def test_an_index_that_is_there_is_measured_as_it_is(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path.name for path in data.rglob("*")}
    assert run(["eval", "questions.jsonl", "--data", str(data), "--retrieval-only", "--out", "run"]) == 0
    assert {path.name for path in data.rglob("*") if not path.name.endswith(("-wal", "-shm"))} <= before
    out = capsys.readouterr().out
    assert "recall@1" in out
    assert "contains_gold" not in out
    assert read_run(Path("run"))["complete"]
    assert read_metrics(Path("run"))["retrieval"]["recall@5"] == 1.0


def test_the_default_index_serves_questions_without_articles(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["eval", "questions.jsonl", "--retrieval-only"]) == 1
    assert "name them with --articles, or an index with --data" in capsys.readouterr().err
    monkeypatch.setenv("DALIL_DATA", str(data))
    assert run(["eval", "questions.jsonl", "--retrieval-only"]) == 0


@pytest.mark.parametrize(
    ("bounds", "status", "said"),
    [
        (["--min", "recall@5=1"], 0, ""),
        (["--min", "recall@5=1.01"], 1, "recall@5 is 1, below 1.01"),
        (["--min", "retrieval.recall@5=2", "--max", "p95=0"], 1, "retrieval.recall@5 is 1, below 2; p95 is"),
        (["--min", "f1=0.1"], 1, "f1 could not be measured"),
        (["--min", "by.lang.ar.recall@5=1"], 0, ""),
        (["--min", "by.lang.fr.recall@5=1"], 1, "by.lang.fr.recall@5 could not be measured"),
        (["--min", "recall@7=1"], 2, "there is no figure 'recall@7'"),
        (["--min", "recall@7=1", "--k", "7"], 0, ""),
        (["--min", "f1"], 2, "is not NAME=NUMBER"),
        (["--min", "f1=high"], 2, "is not NAME=NUMBER"),
        (["--max", "f1=nan"], 2, "is not NAME=NUMBER"),
    ],
)
def test_thresholds_set_the_exit_code(
    data: Path, capsys: pytest.CaptureFixture[str], bounds: list[str], status: int, said: str
) -> None:
    assert run(["eval", "questions.jsonl", "--data", str(data), "--retrieval-only", *bounds]) == status
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        ([], 2, "Usage: dalil eval [OPTIONS] DATASET..."),
        (["nothing.json"], 1, "nothing.json: no such file or folder"),
        (["questions.jsonl", "--articles", str(SEEDS), "--data", "x"], 2, "give one of them"),
        (["questions.jsonl", "--articles", str(SEEDS), "--judge", "oracle"], 1, "no judge is called 'oracle'"),
        (["questions.jsonl", "--k", "0"], 2, "--k"),
        (["questions.jsonl", "--wrong"], 2, "No such option"),
        (["compare", "one"], 2, "two runs or more"),
        (["compare", "one", "two"], 1, "metrics.json is missing"),
        (["from-feedback", "--data", "none"], 1, "holds no feedback yet"),
        (["init"], 1, "is there already"),
    ],
)
def test_wrong_usage_and_failures_are_one_line(
    here: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], status: int, said: str
) -> None:
    capsys.readouterr()
    assert run(["eval", *arguments]) == status
    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err
    assert "Traceback" not in captured.err
    if status == 1:
        assert captured.err.count("\n") == 1


def test_help_shows_the_options_and_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["eval", "--help"]) == 0
    text = capsys.readouterr().out
    for word in ("DATASET...", "--min", "--report", "compare", "from-feedback", "init", "--help"):
        assert word in text
    assert not re.search(r"^  run ", text, re.MULTILINE)


def test_compare_two_runs_and_reports(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a", "b"):
        assert run(["eval", "questions.jsonl", "--data", str(data), "--out", name]) == 0
    capsys.readouterr()
    assert run(["eval", "compare", "a", "b", "--json"]) == 0
    (comparison,) = json.loads(capsys.readouterr().out)["comparisons"]
    assert comparison["questions"] == 3
    assert comparison["won"] == comparison["lost"] == []
    assert run(["eval", "compare", "a", "b"]) == 0
    assert "a -> b: 3 questions in both" in capsys.readouterr().out


def test_a_report_keeps_its_run(data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    import qa.evaluation.report

    written: list[tuple[list[Path], Path]] = []
    monkeypatch.setattr(qa.evaluation.report, "write", lambda runs, out: written.append((list(runs), out)))
    arguments = ["eval", "questions.jsonl", "--data", str(data), "--retrieval-only", "--report", "rep", "--json"]
    assert run(arguments) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(Path("rep/run", METRICS_FILE).read_text(encoding="utf-8"))
    assert run(["eval", "compare", "rep", "rep", "--report", "both"]) == 0
    assert written == [([Path("rep/run")], Path("rep")), ([Path("rep/run"), Path("rep/run")], Path("both"))]


def test_a_few_questions_drawn_with_the_seed(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["eval", "questions.jsonl", "--data", str(data), "--retrieval-only", "--limit", "2", "--json"]
    capsys.readouterr()
    assert run(arguments) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["questions"] == 2
    assert "2 of 3 questions were drawn" in captured.err


def test_feedback_becomes_a_set_that_can_be_measured(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dalil = Dalil.open(data)
    answer = dalil.ask("متى انتهت العمليات القتالية الرئيسية للتحالف الدولي في العراق؟")
    dalil.close()
    assert not answer.refused
    with FeedbackStore(data) as store:
        store.add(answer.question, "up", answer=answer.answer, citations=answer.to_dict()["citations"])
        store.add("Who?", "down")
    capsys.readouterr()
    assert run(["eval", "from-feedback", "--data", str(data), "--json"]) == 0
    counts = json.loads(capsys.readouterr().out)
    assert (counts["questions"], counts["to_edit"]) == (1, 1)
    assert run(["eval", "feedback.jsonl", "--data", str(data), "--min", "contains_gold=1", "--min", "recall@1=1"]) == 0


def test_the_command_line_pays_for_nothing_it_does_not_need() -> None:
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); import qa.evaluation.cli\n"
        "print([name for name in ('pandas', 'matplotlib', 'transformers', 'torch', 'ir_measures') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script, str(ROOT)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
