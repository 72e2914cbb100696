import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.language.folding import fold
from index.language.stemming import content_terms, is_stop_word, root, roots, stem, stem_arabic, term_spans, terms, words

TEXT = st.text(alphabet=st.sampled_from("ابتثجحخدرسعفقكلمنهويىةأإآؤئءَُّ abcdeisy's.,-٠١٢345٫«» \n"), max_size=60)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("والمدينة", ["مدين"]),
        ("للتحالفِ بالعراق", ["تحالف", "عراق"]),
        ("وزير الوزير ووزير والوزير", ["وزير"] * 4),
        ("وقال", ["قال"]),
        ("الكتابُ كتابها", ["كتاب", "كتاب"]),
        ("غيدني", ["غيدن"]),
        ("سوريا", ["سوريا"]),
        ("coalitions announced", ["coalit", "announc"]),
        ("the coalition's soldiers'", ["the", "coalit", "soldier"]),
        ("U.S. and U.N.", ["us", "and", "un"]),
        ("آيفون6 MH370", ["ايف", "6", "mh370"]),
        ("١٫٤٤ 1.44 1,44", ["1.44"] * 3),
        ("1,500 ١٬٥٠٠ 1500", ["1500"] * 3),
        ("20th 1990s 3D", ["20", "1990", "3", "d"]),
        ("2015-07-20", ["2015", "07", "20"]),
        ("Qa'ida", ["qaida"]),
        ("؟ !", []),
        ("", []),
    ],
)
def test_terms(text, expected):
    assert terms(text) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("من هو الضابط غيدني؟", ["ضابط", "غيدن"]),
        ("ومتى أعلن العراق انتهاء الحرب؟", ["اعلن", "عراق", "انتهاء", "حرب"]),
        ("Who was the U.S. officer in Hawija?", ["us", "offic", "hawija"]),
        ("What is it?", []),
    ],
)
def test_content_terms_leave_question_words_out(question, expected):
    assert content_terms(question) == expected


@given(TEXT)
def test_terms_are_the_stems_of_all_words(text: str) -> None:
    """They are remembered by what stands between two blanks."""
    assert terms(text) == [stem(word) for word in words(fold(text))]


@given(TEXT)
def test_spans_are_the_terms_where_they_stand(text):
    folded = fold(text)
    spans = term_spans(folded)
    assert [term for term, _, _ in spans] == terms(text)
    assert [folded[start:end] for _, start, end in spans] == words(folded)
    assert all(first[2] <= second[1] for first, second in pairwise(spans))


@given(TEXT)
def test_folding_first_changes_nothing(text):
    assert terms(fold(text)) == terms(text)


@given(TEXT)
def test_content_terms_are_terms_in_order(text):
    remaining = iter(terms(text))
    assert all(term in remaining for term in content_terms(text))


@given(st.text(alphabet="ابتجدرسعفقكلمنهوي", min_size=1, max_size=14))
def test_arabic_stems_are_parts_of_the_word(word):
    found = stem_arabic(word)
    assert found in word
    assert len(found) >= min(2, len(word))


@given(st.text(max_size=40))
def test_any_text_has_terms_without_blanks(text):
    assert all(term and not re.search(r"\s", term) for term in terms(text))


@pytest.mark.parametrize(("word", "expected"), [("وكيف", True), ("متي", True), ("whose", True), ("us", False), ("وزير", False)])
def test_stop_words(word, expected):
    assert is_stop_word(word) is expected


def test_number_endings_belong_to_numbers_only():
    assert stem("thousands") == "thousand"
    assert stem("21st") == "21"


@pytest.mark.parametrize(
    ("forms", "expected"),
    [
        ("كتاب كتب كتابات", {"كتب"}),
        ("استخدام يستخدم مستخدم", {"خدم"}),
        ("زوجين", {"زوج"}),  # two consonants are too few to tell
        ("books book", {"book"}),
        ("2015", {"2015"}),
    ],
)
def test_forms_of_one_word_share_a_root(forms, expected):
    assert roots(terms(forms)) == expected


@given(TEXT)
def test_a_root_is_never_shorter_than_three_letters_unless_it_is_the_term(text):
    for term in terms(text):
        assert root(term) == term or len(root(term)) > 2


@given(st.text(max_size=80) | TEXT)
def test_terms_are_those_of_the_words_of_the_whole_folded_text(text):
    assert terms(text) == [stem(word) for word in words(fold(text))]
