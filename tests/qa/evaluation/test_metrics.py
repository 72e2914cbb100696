"""Every metric: its worked example, the published scorers' values, and other programs' figures."""

import doctest
import json
import pkgutil
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
import pytrec_eval
from hypothesis import given, settings
from hypothesis import strategies as st

import qa.evaluation
from qa.evaluation.answers import Statement, as_answer, prediction, sources, statements
from qa.evaluation.intervals import point
from qa.evaluation.metrics.calibration import expected_calibration_error
from qa.evaluation.metrics.citation_support import citation_support
from qa.evaluation.metrics.contains_gold import contains_gold
from qa.evaluation.metrics.context import context_precision, context_recall
from qa.evaluation.metrics.exact_match import exact_match
from qa.evaluation.metrics.f1 import f1
from qa.evaluation.metrics.latency import percentile
from qa.evaluation.metrics.refusal import aurc, auroc, risk_coverage
from qa.evaluation.metrics.retrieval import evidence_ranking, retrieval_metrics

MODULES = sorted(
    item.name
    for item in pkgutil.walk_packages(qa.evaluation.__path__, "qa.evaluation.")
    if ".report" not in item.name and not item.ispkg
)
METRICS = [name for name in MODULES if ".metrics." in name]
SCORES = [
    json.loads(line) for line in (Path(__file__).parent / "official_scores.jsonl").read_text(encoding="utf-8").splitlines()
]


@pytest.mark.parametrize("name", ["qa.evaluation", *MODULES])
def test_worked_examples(name: str) -> None:
    module = import_module(name)
    result = doctest.testmod(module)
    assert result.failed == 0
    if name in METRICS:
        assert module.__doc__
        assert "Source" in module.__doc__ or name.endswith(("latency", "refusal", "normalise", "retrieval"))
        assert result.attempted, "a metric without a worked example"


@pytest.mark.parametrize("row", SCORES, ids=[f"{row['lang']}-{at}" for at, row in enumerate(SCORES)])
def test_exact_match_and_f1_equal_the_published_scorers(row: dict) -> None:
    """The table was written by SQuAD's evaluate-v1.1.py (English) and MLQA's mlqa_evaluation_v1.py (Arabic).

    Predictions are answers and passages of TyDi QA GoldP (Clark et al. 2020, Apache-2.0), changed at random, and random words.
    """
    assert exact_match(row["prediction"], row["golds"], row["lang"]) == row["exact_match"]
    assert f1(row["prediction"], row["golds"], row["lang"]) == row["f1"]


@given(st.text(alphabet="الكتاب مدينة،.12", max_size=20))
def test_a_text_is_its_own_best_answer(text: str) -> None:
    assert exact_match(text, [text], "ar") == 1.0
    assert f1(text, [text], "ar") in (0.0, 1.0)
    assert exact_match(text, [text], "en", folded=True) == 1.0


CONTAINED = [
    ("whole words only", "في عام 1500 تقريبا", ["500"], [], 0),
    ("digits of both scripts", "في عام ١٥٠٠ تقريبا", ["1500"], [], 1),
    ("thousands", "about 1,500 people", ["1500"], [], 1),
    ("decimals are other numbers", "about 1.5 percent", ["1", "5"], [], 0),
    ("vowel marks", "وصل مُحَمَّدٌ أمس", ["محمد"], [], 1),
    ("alef forms", "الى الاردن", ["الأردن"], [], 1),
    ("conjunction", "والقاهرة وبغداد", ["القاهرة"], [], 1),
    ("preposition melts the article", "سافر للقاهرة", ["القاهرة"], [], 1),
    ("preposition and article", "بالقاهرة", ["القاهرة"], [], 1),
    ("the text may add an article", "زار الكتاب", ["كتاب"], [], 1),
    ("the gold's article is needed", "زار كتابا", ["الكتاب"], [], 0),
    ("pronoun", "كتابهم الجديد", ["كتاب"], [], 1),
    ("ta marbuta before a pronoun", "في مدينتهم", ["مدينة"], [], 1),
    ("not inside another word", "استكتاب", ["كتاب"], [], 0),
    ("clitics at the ends only", "نائب والرئيس غيدني", ["نائب الرئيس غيدني"], [], 0),
    ("several words", "قال إن نائب الرئيس، غيدني، وصل", ["نائب الرئيس غيدني"], [], 1),
    ("quotes and tatweel", "فيلم «النـبي» الجديد", ["النبي"], [], 1),
    ("order matters", "الرئيس نائب", ["نائب الرئيس"], [], 0),
    ("english articles", "He lives in United States.", ["the United States"], [], 1),
    ("case", "in ADEN", ["Aden"], [], 1),
    ("any gold", "in Aden", ["Sanaa", "Aden"], [], 1),
    ("other language loosely", "crimes of war and torture, crimes against humanity", [], ["torture and war crimes"], 1),
    ("other language incompletely", "crimes of war", [], ["war crimes and torture"], 0),
    ("nothing is in nothing", "", ["x"], ["y"], 0),
    ("empty gold", "x", ["", "؟"], ["!"], 0),
]


@pytest.mark.parametrize(
    ("text", "golds", "other", "expected"), [row[1:] for row in CONTAINED], ids=[row[0] for row in CONTAINED]
)
def test_contains_gold(text: str, golds: list[str], other: list[str], expected: int) -> None:
    assert contains_gold(text, golds, other) == expected


names = st.sampled_from([f"d{number}" for number in range(15)])


@settings(deadline=None)
@given(st.lists(names, unique=True), st.dictionaries(names, st.integers(1, 3), min_size=1))
def test_retrieval_equals_trec_eval(ranking: list[str], relevant: dict[str, int]) -> None:
    measures = {"recall_1,5,7,10", "ndcg_cut_10", "map"}
    run = {"q": {name: float(len(ranking) - rank) for rank, name in enumerate(ranking)}}
    expected = pytrec_eval.RelevanceEvaluator({"q": relevant}, measures).evaluate(run).get("q", {})
    first = next((rank for rank, name in enumerate(ranking[:10], 1) if name in relevant), None)
    ours = retrieval_metrics(ranking, relevant, [7])
    for cutoff in (1, 5, 7, 10):
        assert ours[f"recall@{cutoff}"] == pytest.approx(expected.get(f"recall_{cutoff}", 0.0))
    assert ours["ndcg@10"] == pytest.approx(expected.get("ndcg_cut_10", 0.0))
    assert ours["map"] == pytest.approx(expected.get("map", 0.0))
    assert ours["mrr@10"] == pytest.approx(1 / first if first else 0.0)


def test_a_passage_that_repeats_found_evidence_takes_no_rank() -> None:
    assert evidence_ranking(["p1", "p2", "p3", "p4"], [[0], [0], [], [1, 0]]) == ["evidence-0", "p3", "evidence-1"]


class Table:
    """A judge that supports what a table says: premise (joined quotes) and statement."""

    name = "table"

    def __init__(self, *pairs: tuple[str, str]) -> None:
        self.pairs = set(pairs)

    def supports(self, premise: str, hypothesis: str) -> float:
        return float((premise, hypothesis) in self.pairs)

    def usage(self) -> dict:
        return {}


# Worked by hand after section 3.3 of the ALCE paper and its program: (precision, recall, precision_alce, recall_alce).
ALCE = [
    ("one good citation", [("s", (1,))], [("a", "s")], (1, 1, 1, 1)),
    ("one bad citation", [("s", (1,))], [], (0, 0, 0, 0)),
    ("no citation", [("s", ())], [], (0, 0, 0, 0)),
    ("both are needed", [("s", (1, 2))], [("a\nb", "s")], (1, 1, 1, 1)),
    ("each is enough alone", [("s", (1, 2))], [("a\nb", "s"), ("a", "s"), ("b", "s")], (1, 1, 1, 1)),
    ("the second is irrelevant", [("s", (1, 2))], [("a\nb", "s"), ("a", "s")], (1 / 2, 1, 1 / 2, 1)),
    ("alone but not together", [("s", (1, 2))], [("a", "s"), ("b", "s")], (0, 0, 0, 0)),
    ("one of two statements", [("s", (1,)), ("t", (2,))], [("a", "s")], (1 / 2, 1 / 2, 1 / 2, 1 / 2)),
    ("an uncited statement costs recall", [("s", (1,)), ("t", ())], [("a", "s")], (1, 1 / 2, 1, 1 / 2)),
    ("out of range beside a good one", [("s", (1, 9))], [("a", "s")], (1 / 2, 0, 0, 0)),
    ("out of range elsewhere", [("s", (1,)), ("t", (9,))], [("a", "s")], (1 / 2, 1 / 2, 1, 1 / 2)),
    ("the same citation twice", [("s", (1, 1))], [("a", "s"), ("a\na", "s")], (1, 1, 1, 1)),
    (
        "ALCE counts the same citation twice",
        [("s", (1, 1, 2))],
        [("a\nb", "s"), ("a\na\nb", "s"), ("a\nb", "s"), ("a", "s"), ("a\na", "s")],
        (1 / 2, 1, 2 / 3, 1),
    ),
    (
        "ALCE looks at three",
        [("s", (1, 2, 3, 4))],
        [("a\nb\nc\nd", "s"), ("d", "s"), ("b\nc\nd", "s"), ("a\nc\nd", "s"), ("a\nb\nd", "s")],
        (1 / 4, 1, 0, 0),
    ),
]


@pytest.mark.parametrize(("said", "pairs", "expected"), [row[1:] for row in ALCE], ids=[row[0] for row in ALCE])
def test_citation_precision_and_recall_by_hand(said: list, pairs: list, expected: tuple) -> None:
    support = citation_support([Statement(*item) for item in said], {1: "a", 2: "b", 3: "c", 4: "d"}, Table(*pairs))
    assert support is not None
    assert (support.precision, support.recall, support.precision_alce, support.recall_alce) == pytest.approx(expected)


def test_nothing_said_has_no_citation_figures() -> None:
    assert citation_support([], {}, Table()) is None


scores = st.lists(st.tuples(st.sampled_from([0.1, 0.3, 0.5, 0.7, 0.9]), st.booleans()), min_size=2, max_size=30)


@given(scores)
def test_auroc_is_the_share_of_pairs_in_the_right_order(pairs: list[tuple[float, bool]]) -> None:
    confidence, labels = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    ours = point(auroc(confidence, labels), len(pairs))
    wins = [float(high > low) + float(high == low) / 2 for high, yes in pairs if yes for low, other in pairs if not other]
    assert ours == (pytest.approx(np.mean(wins)) if wins else None)


@given(scores, st.randoms(use_true_random=False))
def test_area_under_risk_coverage_does_not_depend_on_the_order(pairs: list[tuple[float, bool]], random) -> None:
    def area(items: list[tuple[float, bool]]) -> float | None:
        return point(aurc([item[0] for item in items], [float(item[1]) for item in items]), len(items))

    shuffled = list(pairs)
    random.shuffle(shuffled)
    assert area(pairs) == pytest.approx(area(shuffled))


def test_long_curves_are_thinned_and_end_at_full_coverage() -> None:
    curve = risk_coverage(list(np.linspace(1, 0, 1000)), [0.0, 1.0] * 500)
    assert len(curve) == 200
    assert curve[-1]["coverage"] == 1.0
    assert curve[-1]["risk"] == 0.5


def test_calibration_and_percentiles_leave_out_what_is_not_known() -> None:
    assert point(expected_calibration_error([None, 0.9], [1.0, None]), 2) is None
    assert point(expected_calibration_error([1.0, 0.0], [1.0, 0.0]), 2) == 0.0
    assert point(percentile([None, None], 50), 2) is None
    assert point(percentile([None, 7.0], 99), 2) == 7.0


def test_context_figures() -> None:
    assert context_precision([]) == 0.0
    assert context_precision([True, True]) == 1.0
    assert context_precision([False, True]) == 0.5
    assert context_recall(["انتهت الحرب"], [], []) is None
    assert context_recall(["في حلب"], ["حلب"], []) == 1.0


def test_answers_of_every_form() -> None:
    assert as_answer("q", None)["refused"] is True
    assert as_answer("q", "")["refused"] is True
    assert as_answer("q", "yes")["citations"] is None
    assert as_answer("q", "yes [1]")["citations"] == []
    document = as_answer("q", {"answer": "yes [1]", "citations": [{"article_id": "a", "quote": "yes"}], "short": "y"})
    assert prediction(document) == "y"
    assert sources(document) == {1: "yes"}
    assert prediction(as_answer("q", {"answer": "no", "refused": True})) == ""
    unnumbered = {"answer": "yes", "citations": [{"article_id": "a", "quote": "yes", "marker": None}]}
    assert sources(as_answer("q", unnumbered)) == {1: "yes"}
    assert as_answer("q", {"answer": "x", "confidence": np.float32(0.5), "refused": np.False_})["refused"] is False


@pytest.mark.parametrize(
    "wrong",
    [
        3,
        {"answer": 3},
        {"answer": "x", "citations": ["a"]},
        {"answer": "x", "citations": [{"article_id": "a", "quote": 1}]},
        {"answer": "x", "citations": [{"article_id": "a", "marker": "1"}]},
        {"answer": "x", "citations": [{"article_id": "a", "start": "0", "end": "1"}]},
        {"answer": "x", "passages": [{"text": "t"}]},
        {"answer": "x", "claims": [{"text": 1}]},
        {"answer": "x", "claims": [{"text": "x", "citations": "1"}]},
        {"answer": "x", "refused": "false"},
        *({"answer": "x", "confidence": odd} for odd in ("0.5", 1.5, -1, float("nan"), float("inf"))),
    ],
    ids=str,
)
def test_answers_of_no_form(wrong: object) -> None:
    with pytest.raises(TypeError):
        as_answer("q", wrong)


def test_statements_come_from_claims_or_sentences() -> None:
    claims = [{"text": "انتهت الحرب [1]", "citations": [1]}, {"text": "نزل المطر", "citations": []}]
    assert statements({"answer": "other", "claims": claims}) == [Statement("انتهت الحرب", (1,)), Statement("نزل المطر", ())]
    text = "انتهت الحرب أمس. \u2068[1]\u2069 ونزل المطر [2][3]."
    assert [item.markers for item in statements({"answer": text, "claims": None})] == [(1,), (2, 3)]
    passages = [{"passage_id": "p", "text": "whole passage"}]
    assert sources({"citations": [{"marker": 4, "article_id": "a", "passage_id": "p"}], "passages": passages}) == {
        4: "whole passage"
    }
