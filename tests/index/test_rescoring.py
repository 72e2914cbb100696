"""The evidence that a passage gives word by word."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.language.stemming import content_terms
from index.rescoring import FEATURES, WEIGHTS_PATH, WINDOW, Wanted, weights


def asked(question: str) -> Wanted:
    return Wanted([(1.0, ((term, 1.0),)) for term in content_terms(question)])


@pytest.mark.parametrize(
    ("question", "text", "title", "present", "close", "kin"),
    [
        ("حصاد القمح", "بدأ حصاد القمح في الصعيد", None, 1, 1, 0),
        ("حصاد القمح", "بدأ حصاد الذرة في الصعيد", None, 0.5, 0.5, 0),
        ("حصاد القمح", "زاد الإنتاج هذا العام", "حصاد القمح", 1, 0, 0),
        ("the wheat harvest", "The harvest of wheat began.", None, 1, 1, 0),
        ("the wheat harvest", "Nothing of the kind.", None, 0, 0, 0),
        ("كتاب", "صدرت عنه كُتُبٌ كثيرة", None, 0, 0, 1),  # a broken plural
        ("كتاب", "صدر عنه كتاب بين كتب كثيرة", None, 1, 1, 0),  # kin adds nothing to the word itself
        ("استخدام", "يستخدمون الآلة", None, 0, 0, 1),
        ("", "نص", None, 0, 0, 0),
        ("القمح", "", "", 0, 0, 0),
        ("قمح ٢٠١٥", "قمح 2015", None, 1, 1, 0),
    ],
)
def test_what_a_passage_shows(question, text, title, present, close, kin):
    assert asked(question).evidence(text, title) == pytest.approx((present, close, kin))


def test_words_far_apart_are_not_close():
    apart = "حصاد " + "شيء " * WINDOW + "القمح"
    assert asked("حصاد القمح").evidence(apart, None) == pytest.approx((1, 0.5, 0))
    assert asked("حصاد القمح").evidence(apart + " ثم حصاد", None) == pytest.approx((1, 1, 0))


def test_translations_of_one_word_share_its_weight():
    wanted = Wanted([(3.0, (("حرب", 1.0), ("معرك", 0.5))), (1.0, (("سلام", 1.0),))])
    assert wanted.evidence("معركة", None) == pytest.approx((0.75, 0.375, 0))
    assert wanted.evidence("حرب ومعركة", None) == pytest.approx((0.75, 0.75, 0))


def test_a_title_is_enough_to_be_present_but_not_kin_twice():
    assert asked("كتب").evidence("كتاب", "كتب") == pytest.approx((1, 0, 0))


@given(st.text(alphabet="ابتكلموي hwean12 ", max_size=60), st.text(alphabet="ابتكلموي hwean12 ", max_size=200))
def test_evidence_is_a_share(question, text):
    present, close, kin = asked(question).evidence(text, None)
    assert 0 <= close <= present + 1e-9
    assert present + kin <= 1 + 1e-9


def test_the_shipped_weights_are_a_mixture():
    assert set(json.loads(WEIGHTS_PATH.read_text("utf-8"))) == set(FEATURES)
    assert weights().min() >= 0
    assert weights().sum() == pytest.approx(1, abs=0.01)
