import numpy as np
import pytest

from index.hits import Hit
from index.language.stemming import stem
from index.retrieval import Query, QueryWord
from qa.reading.sentences import FEATURES, LIKELY, Evidence, joined, sentences_of

LONG = (
    "اعترفت شركة صناعة الوسائد الهوائية اليابانية تحت ضغط من سلطات النقل الأميركية، "
    "بوجود عيب فني في الوسائد التي تنتجها يشكل خطرًا على ركاب سيارات من صنع أكثر من عشر شركات تستخدم وسائدها، "
    "الأمر الذي أدى إلى استدعاء نحو 34 مليون سيارة في الولايات المتحدة."
)


def hit(text, number=0, start=0):
    return Hit(f"a#{number}", "a", text, start, start + len(text), 1.0, "ar")


def test_short_sentences_are_read_whole_and_long_ones_in_runs_of_clauses():
    text = "انتهت الحرب أمس، كما قيل.\n" + LONG
    found = sentences_of([hit(text)])
    assert found[0].text == "انتهت الحرب أمس، كما قيل."
    assert len(found) > 2
    for one in found:
        assert text[one.start : one.end] == one.text
        assert one.text == one.text.strip(" ،\n")
    assert [one.start for one in found] == sorted(one.start for one in found)


def test_overlapping_passages_give_each_sentence_once():
    text = "جملة أولى هنا. جملة ثانية هنا. جملة ثالثة هنا."
    second = text.index("جملة ثانية")
    found = sentences_of([hit(text[: text.index("جملة ثالثة")].strip()), hit(text[second:], 1, second)])
    assert [one.text for one in found] == ["جملة أولى هنا.", "جملة ثانية هنا.", "جملة ثالثة هنا."]


def test_neighbouring_runs_of_a_sentence_are_one_quote():
    pieces = sentences_of([hit(LONG)])
    whole = joined(pieces[0], pieces[1])
    assert whole is not None
    assert whole.text == LONG[whole.start : whole.end]
    assert whole.text.startswith(pieces[0].text)
    assert whole.text.endswith(pieces[1].text)


@pytest.mark.parametrize("order", [(0, 2), (1, 0)])
def test_what_is_not_neighbouring_stays_apart(order):
    pieces = sentences_of([hit(LONG)])
    assert len(pieces) >= 3
    assert joined(pieces[order[0]], pieces[order[1]]) is None


# The question's words, and for each sentence which of them it holds, alone, beside its neighbours, and in the article.
WORDS = (QueryWord("نخل", 3.0, (("نخل", 1.0),), True), QueryWord("حديق", 1.0, (("حديق", 0.5), (stem("بستان"), 1.0)), True))
HELD = [
    ("في البستان نخلة.", (1, 1), (1, 1), (1, 1)),
    ("يزوره الناس.", (0, 0), (1, 1), (1, 1)),
    ("جاء الشتاء.", (0, 0), (0, 0.5), (1, 1)),
    ("أغلقت الحديقة.", (0, 0.5), (0, 0.5), (1, 1)),
]


def test_evidence_tells_what_stands_in_a_sentence_beside_it_and_in_the_article():
    text = " ".join(sentence for sentence, *_ in HELD)
    question = "كم نخلة في الحديقة؟"
    query = Query(question, "ar", {"ar": list(WORDS)}, np.zeros(2, np.float32))
    evidence = Evidence(query, None, sentences_of([hit(text)]), "ar")
    assert evidence.matched == pytest.approx(np.array([held for _, *held in HELD], float))
    names = FEATURES[: FEATURES.index("article_lexical")]
    rows = [dict(zip(names, row, strict=True)) for row in evidence.features()]
    assert [row["coverage"] for row in rows] == pytest.approx([1, 0, 0, 0.125])
    assert [row["coverage_near"] for row in rows] == pytest.approx([1, 1, 0.125, 0.125])
    assert [row["coverage_article"] for row in rows] == pytest.approx([1] * 4)
    assert [row["coverage_rare"] for row in rows] == [1, 0, 0, 0]
    assert rows[0]["closeness"] == 1
    assert [row["focus"] for row in rows] == [1, 0, 0, 0.5]


def test_evidence_of_a_question_without_content_words_is_nothing():
    query = Query("ما هو؟", "ar", {"ar": []}, np.zeros(2, np.float32))
    evidence = Evidence(query, "عنوان", sentences_of([hit("جملة أولى. جملة ثانية.")]), "ar")
    assert not evidence.matched.any()
    assert np.isfinite(evidence.features()).all()


@pytest.mark.parametrize(("text", "matched"), [("حدد السعر أمس.", 1.0), ("بيع بسعر كبير.", LIKELY), ("بيع كثيرا.", 0.0)])
def test_a_word_behind_a_preposition_is_nearly_as_good(text, matched):
    query = Query("كم السعر؟", "ar", {"ar": [QueryWord("سعر", 1.0, (("سعر", 1.0),), True)]}, np.zeros(1, np.float32))
    assert Evidence(query, None, sentences_of([hit(text)]), "ar").matched[0, 0, 0] == matched
