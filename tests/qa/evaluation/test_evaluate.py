"""`evaluate` on systems that are not Dalil."""

from pathlib import Path

import numpy as np
import pytest

from qa.evaluation import Dataset, Question, evaluate
from qa.evaluation.comparing import compare_runs
from qa.evaluation.results import read_results
from tests.qa.evaluation.fake import DATASET, TEXTS, cite


class KeywordBot:
    """As foreign as they come: a class with `__call__`, its own words for refusing, passages without ids, [1]-style markers."""

    def __call__(self, question: str) -> dict | None:
        words = set(question.lower().strip("؟?").split())
        ranked = sorted(TEXTS, key=lambda name: -len(words & set(TEXTS[name].lower().split())))
        best = ranked[0]
        overlap = len(words & set(TEXTS[best].lower().split()))
        if not overlap:
            return None
        sentence = next((part for part in TEXTS[best].split(". ") if words & set(part.lower().split())), TEXTS[best])
        return {
            "answer": f"According to the archive: {sentence} [1].",
            "confidence": overlap / len(words),
            "citations": [{"article_id": best, "quote": sentence}],
            "passages": [{"article_id": name, "text": TEXTS[name]} for name in ranked],
        }


def test_a_foreign_system_gets_the_same_figures(tmp_path: Path) -> None:
    metrics = evaluate(KeywordBot(), DATASET, out=tmp_path, name="keyword bot")
    assert metrics["system"] == "keyword bot"
    assert metrics["failed"] == []
    assert metrics["retrieval"]["recall@5"] == 1.0
    assert metrics["answers"]["citation_validity"] == 1.0
    assert metrics["answers"]["contains_gold"] == pytest.approx(2 / 3)
    assert metrics["abstention"]["refused_unanswerable"] == 0.5
    assert metrics["abstention"]["auroc"] is not None
    verdicts = {row.id: row.verdict for row in read_results(tmp_path)}
    assert verdicts["ar-1"] == verdicts["en-2"] == "correct"


def test_a_system_of_bare_text_is_measured_on_what_it_gives() -> None:
    metrics = evaluate(lambda question: "In Aden" if "rain" in question else None, DATASET)
    assert metrics["answers"]["contains_gold"] == pytest.approx(1 / 3)
    assert metrics["abstention"]["refused_answerable"] == pytest.approx(2 / 3)
    assert metrics["abstention"]["refused_unanswerable"] == 1.0
    for section, name in [
        ("retrieval", "recall@1"),
        ("answers", "citation_precision"),
        ("answers", "citation_validity"),
        ("answers", "context_recall"),
        ("abstention", "auroc"),
        ("abstention", "ece"),
    ]:
        assert metrics[section][name] is None, name


def test_a_failure_of_a_system_that_never_says_what_it_found_is_no_miss_of_its_search(tmp_path: Path) -> None:
    def moody(question: str) -> str | None:
        if "rain" in question:
            raise RuntimeError("not now")
        return "في 30 أبريل"

    metrics = evaluate(moody, DATASET, out=tmp_path)
    assert len(metrics["failed"]) == 1
    assert metrics["answers"]["contains_gold"] == pytest.approx(2 / 3)
    assert metrics["retrieval"]["recall@1"] is None
    assert metrics["passages"]["map"] is None
    assert compare_runs([tmp_path, tmp_path])[0]["figures"].keys() == {"answers", "abstention", "latency_ms"}


def test_markers_without_sources_are_wrong_citations() -> None:
    metrics = evaluate(lambda _: "Rain fell on Aden [1].", DATASET)
    assert metrics["answers"]["citation_precision"] == 0.0
    assert metrics["answers"]["citation_validity"] is None


def test_half_characters_and_numbers_of_numpy_are_kept(tmp_path: Path) -> None:
    odd = {"answer": "in Aden \ud800", "confidence": np.float32(0.5)}
    metrics = evaluate(lambda _: odd, Dataset("odd \ud800", (Question("1", "Where \udfff?", answers=("Aden",)),)), out=tmp_path)
    assert metrics["answers"]["contains_gold"] == 1.0
    assert metrics["abstention"]["ece"] == 0.5
    (row,) = read_results(tmp_path)
    assert (row.question, row.answer["answer"], row.answer["confidence"]) == ("Where \udfff?", "in Aden \ud800", 0.5)


@pytest.mark.parametrize(("words", "short"), [(60, 1.0), (61, 0.0)])
def test_long_answers_hold_the_gold_but_not_in_sixty_words(words: int, short: float) -> None:
    answer = " ".join(["word"] * (words - 1)) + " عدن [1]"
    figures = evaluate(lambda _: answer, Dataset("long", (Question("1", "أين؟", answers=("عدن",)),)))["answers"]
    assert (figures["contains_gold"], figures["contains_gold_60"], figures["words"]) == (1.0, short, words)


@pytest.mark.parametrize("given", [7, {"answer": ["x"]}, {"citations": "x"}])
def test_answers_of_no_form_are_failures(given: object) -> None:
    metrics = evaluate(lambda _: given, DATASET)
    assert len(metrics["failed"]) == 5
    assert "TypeError" in metrics["failed"][0]["error"]
    assert metrics["answers"]["accuracy"] == 0.0


def test_retrieved_ids_alone_are_enough_for_retrieval_figures() -> None:
    metrics = evaluate(lambda _: {"retrieved": ["rain", "war"]}, DATASET, retrieval_only=True)
    assert metrics["retrieval"]["recall@1"] == pytest.approx(1 / 3)
    assert metrics["retrieval"]["mrr@10"] == pytest.approx((0.5 + 0.5 + 1) / 3)


def test_a_system_may_take_the_turns_before() -> None:
    seen = []

    def talk(question: str, history: list) -> str:
        seen.append(list(history))
        return f"answer to {question}"

    turns = tuple(Question(f"c/{at}", text, answers=("x",), conversation="c") for at, text in enumerate(["one?", "two?"], 1))
    evaluate(talk, Dataset("talk", turns))
    assert seen == [[], [("one?", "answer to one?")]]


def test_out_of_range_markers_cost_precision_but_not_in_alce() -> None:
    quote = "Rain fell on Aden all day."

    def bot(question: str) -> dict:
        return {"answer": f"{quote} [1] {quote} [8]", "citations": [cite("rain", quote)]}

    answers = evaluate(bot, DATASET)["answers"]
    assert (answers["citation_precision"], answers["citation_precision_alce"]) == (0.5, 1.0)
    assert answers["citation_recall"] == answers["citation_recall_alce"] == 0.5
