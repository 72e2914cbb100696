"""Runs: written as they go, resumed, reproducible, with failures counted."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import ir_measures
import pytest

from index.errors import MissingExtra
from qa.evaluation.datasets import Dataset, Question
from qa.evaluation.errors import DatasetError, RunMismatchError
from qa.evaluation.results import RESULTS_FILE, Result, Retrieved, read_metrics, read_results, read_run
from qa.evaluation.run_files import Options
from qa.evaluation.running import run
from qa.evaluation.summary import summarise
from qa.judges.bundled import BundledJudge
from qa.judges.errors import JudgeError
from tests.qa.evaluation.fake import DATASET, World

ROOT = Path(__file__).parents[3]


def measure(out: Path, system: object = None, dataset: Dataset = DATASET, **options) -> dict:
    return run(dataset, system or World(), out, BundledJudge(), Options(progress=False, **options))


def rows(out: Path) -> dict[str, Result]:
    return {row.id: row for row in read_results(out)}


def test_every_question_has_a_row_and_every_figure_its_place(tmp_path: Path) -> None:
    metrics = measure(tmp_path)
    found = rows(tmp_path)
    assert [found[item.id].verdict for item in DATASET.questions] == [
        "correct",
        "wrong",
        "failed",
        "answered_unanswerable",
        "refused_rightly",
    ]
    assert metrics["questions"] == 5
    assert metrics["failed"] == [{"id": "en-2", "question": "Where did rain fall?", "error": "RuntimeError: the roof leaks"}]
    answers = metrics["answers"]
    assert answers["contains_gold"] == pytest.approx(1 / 3)
    assert answers["exact_match"] == pytest.approx(1 / 3)
    assert answers["citation_validity"] == pytest.approx(1 / 3)
    assert answers["accuracy"] == pytest.approx(2 / 5)
    assert answers["precision"] == pytest.approx(1 / 3)
    assert answers["answered"] == pytest.approx(3 / 5)
    assert metrics["retrieval"]["recall@1"] == pytest.approx(1 / 3)
    assert metrics["retrieval"]["recall@5"] == pytest.approx(2 / 3)
    assert metrics["passages"]["recall@1"] == 1.0
    assert metrics["abstention"]["refused_unanswerable"] == 0.5
    assert metrics["abstention"]["refused_answerable"] == 0.0
    assert metrics["abstention"]["auroc"] == pytest.approx((1 + 0.5 + 1 + 1) / 4)
    assert metrics["by"]["lang"]["ar"]["questions"] == 2
    assert set(metrics["by"]["type"]) == {"when", "where"}
    assert set(metrics["by"]["source"]) == {"راديو", "Herald"}
    assert metrics["timed"] == 4
    low, high = metrics["intervals"]["answers"]["accuracy"]
    assert low <= 0.4 <= high
    assert read_metrics(tmp_path) == json.loads(json.dumps(metrics))
    assert "is not the text at 0:" in found["en-1"].notes[0]
    assert found["en-1"].cause == "not_selected"


def test_the_same_run_gives_the_same_figures(tmp_path: Path) -> None:
    one, two = measure(tmp_path / "1"), measure(tmp_path / "2", workers=4)
    for section in ("retrieval", "passages", "answers", "abstention", "intervals"):
        different = {name for name in one[section] if one[section][name] != two[section][name]}
        assert different <= {"latency_ms"}
    info = read_run(tmp_path / "1")
    assert info["complete"]
    assert info["fingerprint"]["dataset_hash"] == DATASET.hash
    assert {"python", "numpy", "platform"} <= set(info["versions"])


def test_figures_do_not_depend_on_the_order_in_which_questions_were_finished(tmp_path: Path) -> None:
    measure(tmp_path, dataset=many())
    found = list(read_results(tmp_path))
    assert summarise(found, {}, k=10) == summarise(reversed(found), {}, k=10)


def test_rows_survive_the_trip_through_json() -> None:
    row = Result(
        "x",
        "متى؟",
        "ar",
        relevant=("a",),
        grades=(2,),
        retrieved=(Retrieved("a", 1.0, "a#0", holds=(0,)),),
        metrics={"f1": None},
    )
    assert Result.from_dict(json.loads(json.dumps(row.to_dict()))) == row


def test_retrieval_only_asks_for_no_answer(tmp_path: Path) -> None:
    system = World()
    metrics = measure(tmp_path, system, retrieval_only=True)
    assert system.asked == []
    assert metrics["answers"]["f1"] is None
    assert metrics["abstention"]["refused_answerable"] is None
    assert metrics["retrieval"]["recall@1"] == pytest.approx(1 / 3)
    assert [row.verdict for row in rows(tmp_path).values()].count("failed") == 1
    assert rows(tmp_path)["ar-1"].retrieved[0].text


def test_exported_files_give_every_tool_the_same_figures(tmp_path: Path) -> None:
    world = World()
    world.broken = False
    metrics = measure(tmp_path, world)
    for name in ("articles", "passages"):
        qrels = list(ir_measures.read_trec_qrels(str(tmp_path / f"{name}.qrels.trec")))
        found = list(ir_measures.read_trec_run(str(tmp_path / f"{name}.run.trec")))
        measures = {"recall@1": "R@1", "recall@5": "R@5", "mrr@10": "RR@10", "ndcg@10": "nDCG@10", "map": "AP"}
        other = ir_measures.calc_aggregate([ir_measures.parse_measure(measure) for measure in measures.values()], qrels, found)
        section = metrics["retrieval" if name == "articles" else "passages"]
        for ours, theirs in measures.items():
            assert section[ours] == pytest.approx(other[ir_measures.parse_measure(theirs)])


class Stopping(World):
    """Is interrupted at its third question."""

    def answer(self, question, history):
        if len(self.asked) == 2:
            raise KeyboardInterrupt
        return super().answer(question, history)


def test_a_stopped_run_goes_on(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        measure(tmp_path, Stopping())
    with (tmp_path / RESULTS_FILE).open("ab") as file:
        file.write('{"id": "torn", "question": "متى'.encode()[:-1])  # in the middle of a letter
    again = World()
    metrics = measure(tmp_path, again)
    assert len(again.asked) == 3
    assert metrics["questions"] == 5
    assert metrics["run"]["resumed"] == 2
    assert [row.id for row in read_results(tmp_path)] == [item.id for item in DATASET.questions]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"dataset": replace(DATASET, questions=DATASET.questions[:4])}, "dataset_hash"),
        ({"seed": 7}, r"seed \(0, now 7\)"),
        ({"k": 3}, r"options: k \(10, now 3\)"),
    ],
)
def test_a_stopped_run_does_not_go_on_with_something_else(tmp_path: Path, changes: dict, said: str) -> None:
    with pytest.raises(KeyboardInterrupt):
        measure(tmp_path, Stopping())
    with pytest.raises(RunMismatchError, match=said):
        measure(tmp_path, **changes)
    assert measure(tmp_path, fresh=True, **changes)["run"]["resumed"] == 0


def test_a_killed_process_loses_no_finished_question(tmp_path: Path) -> None:
    """A real process, killed in the middle of a run, and the run taken up again by this one."""
    script = (
        "import sys, time; sys.path.insert(0, sys.argv[2])\n"
        "from pathlib import Path\n"
        "from tests.qa.evaluation.test_running import measure, many\n"
        "from tests.qa.evaluation.fake import World\n"
        "class Slow(World):\n"
        "    def answer(self, question, history):\n"
        "        time.sleep(0.02)\n"
        "        return super().answer(question, history)\n"
        "measure(Path(sys.argv[1]), Slow(), many())\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script, str(tmp_path), str(ROOT)])
    results = tmp_path / RESULTS_FILE
    deadline = time.monotonic() + 60
    while not (results.exists() and results.read_bytes().count(b"\n") >= 5):
        assert time.monotonic() < deadline, "the process wrote nothing"
        assert process.poll() is None
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    before = results.read_bytes().count(b"\n")
    assert before < 300
    metrics = measure(tmp_path, World(), many())
    assert metrics["questions"] == 300
    assert metrics["run"]["resumed"] == before
    assert len({row.id for row in read_results(tmp_path)}) == 300


def many() -> Dataset:
    questions = tuple(replace(item, id=f"{item.id}-{number}") for number in range(60) for item in DATASET.questions)
    return replace(DATASET, questions=questions)


def test_most_questions_run_together_and_only_lonely_ones_are_timed(tmp_path: Path) -> None:
    metrics = measure(tmp_path, World(), many(), workers=4)
    assert metrics["workers"] == 4
    assert metrics["timed"] <= 200
    assert {row.alone for row in read_results(tmp_path)} == {True, False}
    assert metrics["throughput"] > 0
    assert len(metrics["failed"]) == 60


def test_turns_are_asked_in_order_with_what_was_said_before(tmp_path: Path) -> None:
    turns = tuple(
        Question(f"c/{at}", text, answers=("x",), conversation="c") for at, text in enumerate(["متى؟", "أين؟", "لماذا؟"], 1)
    )
    system = World()
    measure(tmp_path, system, Dataset("talk", turns), workers=4)
    assert system.asked == ["متى؟", "أين؟", "لماذا؟"]
    assert [len(history) for history in system.histories] == [0, 1, 2]
    assert system.histories[2][0] == ("متى؟", "انتهت الحرب في 30 أبريل. [1]")
    assert system.histories[2][0].document["citations"][0]["article_id"] == "war"


@pytest.mark.parametrize(
    ("how", "asked"), [("history", ["متى؟", "أين؟"]), ("bare", ["متى؟", "أين؟"]), ("full", ["متى؟", "أين وقعت الحرب؟"])]
)
def test_turns_are_asked_after_those_before_alone_or_in_full(tmp_path: Path, how: Any, asked: list[str]) -> None:
    turns = (
        Question("c/1", "متى؟", answers=("x",), conversation="c"),
        Question("c/2", "أين؟", answers=("x",), conversation="c", full="أين وقعت الحرب؟"),
    )
    system = World()
    measure(tmp_path, system, Dataset("talk", turns), turns=how)
    assert system.asked == asked
    assert [len(history) for history in system.histories] == ([0, 1] if how == "history" else [0, 0])
    assert system.searched == asked
    assert json.loads((tmp_path / "run.json").read_text())["fingerprint"]["options"]["turns"] == how


def test_a_run_done_again_leaves_nothing_of_the_one_before(tmp_path: Path) -> None:
    measure(tmp_path)
    assert (tmp_path / "passages.run.trec").exists()
    measure(tmp_path, dataset=replace(DATASET, questions=tuple(replace(item, evidence=()) for item in DATASET.questions)))
    assert {path.name for path in tmp_path.glob("*.trec")} == {"articles.run.trec", "articles.qrels.trec"}


def test_a_judge_that_fails_ends_the_run(tmp_path: Path) -> None:
    class Silent(BundledJudge):
        def supports(self, premise: str, hypothesis: str) -> float:
            raise JudgeError("no answer")

    with pytest.raises(JudgeError):
        run(DATASET, World(), tmp_path, Silent(), Options(progress=False))
    assert not read_run(tmp_path)["complete"]


def test_what_is_not_installed_is_said_before_any_question(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.evaluation.metrics.retrieval.find_spec", lambda name: None)
    system = World()
    with pytest.raises(MissingExtra, match="pip install"):
        measure(tmp_path, system)
    assert system.asked == []


def test_runs_that_cannot_be(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="two questions"):
        measure(tmp_path, dataset=replace(DATASET, questions=DATASET.questions[:1] * 2))
    (tmp_path / RESULTS_FILE).write_text("mine\n", encoding="utf-8")
    with pytest.raises(RunMismatchError, match="choose another folder"):
        measure(tmp_path)
    assert (tmp_path / RESULTS_FILE).read_text(encoding="utf-8") == "mine\n"
    with pytest.raises(DatasetError, match="line 1: not a result"):
        list(read_results(tmp_path))
    with pytest.raises(DatasetError, match="did not finish"):
        read_metrics(tmp_path)
