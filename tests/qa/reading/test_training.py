"""The questions that training makes, on texts made up here."""

import gzip
import json
import random
from dataclasses import replace

import numpy as np
import pytest

from index.language import detect_language
from qa.reading.question import Asks
from qa.reading.ranker import Linear
from qa.reading.training.asking import gold_spans
from qa.reading.training.cloze import cloze_of_translations
from qa.reading.training.examples import Example, asked_of_another, asked_otherwise, crossed, halved, opening
from qa.reading.training.last import _confidence, _Row
from qa.reading.training.linear import FOLDS, fit_listwise, fit_logistic, folds_of
from qa.reading.training.written import QUESTIONS, written_examples


def example(question, title, context, *answers):
    return Example(question, title, context, answers, "made-up")


TOWERS = example("متى بني برج المرجان القديم؟", "برج المرجان", "بني برج المرجان القديم سنة 1911 على الساحل.", "1911")
BRIDGES = example("من صمم جسر الريحان؟", "جسر الريحان", "صمم المهندس نبيل العطار جسر الريحان.", "نبيل العطار")


def test_a_question_asked_of_another_title_has_its_topic_and_no_answer():
    made = asked_of_another([TOWERS, BRIDGES] * 4)
    assert made
    for one in made:
        assert one.answers == ()
        assert one.title in one.question
        assert one.source == "made-up-swapped"


def test_a_question_asked_otherwise_wants_what_the_article_has_not():
    long = example("كم طابقا يضم برج المرجان القديم على الساحل؟", "برج المرجان", TOWERS.context, "1911")
    other = example("من صمم جسر الريحان الجديد في المدينة؟", "جسر الريحان", BRIDGES.context, "نبيل العطار")
    made = asked_otherwise([long, other] * 4)
    assert made
    for one in made:
        assert one.answers == ()
        assert one.question not in (long.question, other.question)


@pytest.mark.parametrize(("text", "target"), [("انتهت الحرب في البلاد", "en"), ("the war in the country", "ar")])
def test_crossing_gives_words_of_the_other_language(text, target):
    found = crossed(text, random.Random(1))
    assert found
    assert all((word[0] >= "\u0600") == (target == "ar") for word in found.split())


@pytest.mark.parametrize("kind", Asks)
def test_every_kind_has_question_words_in_both_languages(kind):
    assert opening(kind, "en", random.Random(1)).isascii()
    assert not opening(kind, "ar", random.Random(1)).isascii()


@pytest.mark.parametrize(
    ("answer", "text", "spans"),
    [
        ("1911", "بني البرج سنة 1911، ثم رمم سنة 1911.", [(3, 3), (7, 7)]),
        ("القاهرة", "ولد بالقاهرة ومات فيها", [(1, 1)]),
        ("نبيل العطار", "صممه المهندس نبيل العطّار.", [(2, 3)]),
        ("كتب", "مكتبة الحي", []),
        ("the palace", "They saw the Palace.", [(2, 3)]),
    ],
)
def test_gold_answers_are_found_as_words(answer, text, spans):
    assert gold_spans(example("?", "t", text, answer), text) == spans


PAIRS = [
    (
        "افتتحت البلدية حديقة النخيل يوم 12 مارس 2021 بحضور الأهالي",
        "The town opened the palm garden on 12 March 2021 before a crowd",
    ),
    (
        "تضم الحديقة الكبيرة 400 نخلة ومسارا طويلا للمشي قرب الشاطئ",
        "The large garden has 400 palm trees and a long path near the beach",
    ),
    (
        "قال رئيس البلدية سامي الفارس إن العمل استغرق تسعة أشهر كاملة",
        "The mayor, Sami Faris, said that the work took nine full months",
    ),
]


def test_cloze_questions_hide_words_of_their_article():
    examples, articles = cloze_of_translations([PAIRS] * 6)
    assert len(articles) == 6
    assert len(examples) >= 6
    for one in examples:
        assert one.answers[0] in one.context
        assert one.question.endswith(("؟", "?"))
    again, _ = cloze_of_translations([PAIRS] * 6)
    assert again == examples


def test_a_listwise_ranker_puts_first_what_is_right():
    rng = np.random.default_rng(1)
    features = [rng.normal(size=(8, 3)) for _ in range(300)]
    right = [rows[:, 1] == rows[:, 1].max() for rows in features]
    model = fit_listwise(features, right)
    assert np.mean([labels[model.score(rows).argmax()] for rows, labels in zip(features, right, strict=True)]) > 0.9


def test_confidence_is_calibrated_to_being_right_where_four_in_five_have_an_answer():
    rng = np.random.default_rng(2)
    from qa.reading.confidence import CONFIDENCE_FEATURES

    whole = rng.random(4000) < 0.5
    features = rng.normal(size=(4000, len(CONFIDENCE_FEATURES))) * 0.1
    features[:, 0] = whole + rng.normal(size=4000)
    features[:, CONFIDENCE_FEATURES.index("crosses")] = 0
    right = whole & (rng.random(4000) < 0.7)
    rows = [
        _Row("arcd", "ar->ar", "whole" if there else "without", values, bool(good), None, ())
        for values, there, good in zip(features, whole, right, strict=True)
    ]
    model = _confidence(rows)
    sure = 1 / (1 + np.exp(-model.score(features)))
    shares = np.where(whole, 0.8 / whole.mean(), 0.2 / (1 - whole.mean()))
    assert isinstance(model, Linear)
    assert np.average(sure, weights=shares) == pytest.approx(np.average(right, weights=shares), abs=0.02)
    assert sure[whole].mean() > sure[~whole].mean() + 0.05


def test_a_logistic_fit_gives_probabilities():
    rng = np.random.default_rng(3)
    features = rng.normal(size=(3000, 2))
    labels = rng.random(3000) < 1 / (1 + np.exp(-2 * features[:, 0]))
    model = fit_logistic(features, labels, np.ones(3000), strength=10.0)
    assert model.weights[0] == pytest.approx(2, abs=0.3)
    assert abs(model.weights[1]) < 0.2


def test_folds_keep_titles_together_and_are_all_used():
    titles = [f"title {number % 20}" for number in range(100)]
    folds = folds_of(titles)
    assert set(folds) == set(range(FOLDS))
    assert all(len({fold for fold, title in zip(folds, titles, strict=True) if title == one}) == 1 for one in set(titles))


def test_written_questions_find_their_answers_in_the_texts_they_name(tmp_path, monkeypatch):
    lines = ["افتتاح برج المرجان", "بني البرج سنة 1911.", "يزوره الناس.", "خبر آخر"]
    (tmp_path / "bilingual").mkdir()
    with gzip.open(tmp_path / "bilingual" / "ntrex.tsv.gz", "wt", encoding="utf-8") as pairs:
        pairs.writelines(f"{line}\tenglish\n" for line in lines)
    rows = {
        "ntrex": [{"doc": "ntrex:1-3", "asked": [["متى بني البرج؟", [33, 37]], ["Who built it?"]]}],
        "news": [{"doc": "news:1", "title": "جسر", "text": "صممه نبيل.\nافتتح أمس.", "asked": [["من صممه؟", [5, 9]]]}],
        "tydi": [{"doc": "tydi:جسر الريحان", "asked": [["Where is it?", [20, 26]], ["كم طوله؟"]]}],
    }
    for name, articles in rows.items():
        text = "\n".join(json.dumps(row) for row in articles)
        (tmp_path / f"{name}.jsonl").write_text(text, encoding="utf-8")
    monkeypatch.setattr("qa.reading.training.written.QUESTIONS", tmp_path)
    human = [
        replace(BRIDGES, source="tydi-ar", context="صمم نبيل الجسر.\nوفي الساحل يقف.", seen=True),
        replace(TOWERS, source="tydi-ar", seen=True),
    ]
    examples, articles = written_examples(human, tmp_path)
    asked = {one.question: one for one in examples}
    assert {one.question: (one.answers, one.evidence) for one in examples} == {
        "متى بني البرج؟": (("1911",), lines[1]),
        "Who built it?": ((), None),
        "من صممه؟": (("نبيل",), "صممه نبيل."),
        "Where is it?": (("الساحل",), "وفي الساحل يقف."),
        "كم طوله؟": ((), None),
    }
    assert {one.id: one.text for one in articles} == {"ntrex:1-3": "\n".join(lines[:3]), "news:1": rows["news"][0]["text"]}
    assert (articles[1].title, asked["متى بني البرج؟"].title, asked["كم طوله؟"].title) == (lines[0], "ntrex:1-3", "جسر الريحان")
    assert all(one.source.endswith("written") and not one.seen for one in examples)
    (tmp_path / "tydi.jsonl").write_text(json.dumps({**rows["tydi"][0], "crc32": 1}), encoding="utf-8")
    with pytest.raises(ValueError, match="tydi:جسر الريحان is another"):
        written_examples(human, tmp_path)
    bridge, tower, *_ = halved([*human, *examples])
    assert bridge.half in (0, 1)
    assert tower.half is None
    assert {one.half for one in halved([*human, *examples]) if one.title == bridge.title} == {bridge.half}


def test_the_questions_that_were_written_are_whole_and_four_in_ten_have_no_answer():
    rows = [json.loads(line) for path in QUESTIONS.glob("*.jsonl") for line in path.read_text(encoding="utf-8").splitlines()]
    asked = [(row["doc"], question, spans) for row in rows for question, *spans in row["asked"]]
    assert len({row["doc"] for row in rows}) == len(rows)
    assert len(asked) > 20_000
    assert len({(doc, question) for doc, question, _ in asked}) == len(asked)
    for row in rows:
        for _, *spans in row["asked"]:
            assert all(0 <= start < end for start, end in spans)
            assert all(end <= len(row["text"]) for _, end in spans if "text" in row)
            assert all(row["text"][start:end].strip() == row["text"][start:end] for start, end in spans if "text" in row)
        assert ("text" in row) != ("crc32" in row)
    for language in ("ar", "en"):
        lacking = [not spans for _, question, spans in asked if detect_language(question) == language]
        assert len(lacking) > 8000
        assert 0.35 < np.mean(lacking) < 0.5
