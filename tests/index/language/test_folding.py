import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.language import fold, fold_with_map
from tests.index.texts import texts

CASES = [
    ("tashkeel", "الْمُتَحَدِّثُ", "المتحدث"),
    ("tanween and superscript alef", "شكرًا هٰذا", "شكرا هذا"),
    ("tatweel", "العـــراق", "العراق"),
    ("alefs", "أإآٱا", "ااااا"),
    ("alef maqsura", "على", "علي"),
    ("ta marbuta", "سورية", "سوريه"),
    ("hamza carriers", "مؤتمر شؤون رئيس", "موتمر شوون رييس"),
    ("Persian letters", "کیف", "كيف"),
    ("presentation forms", "ﺍﻟﺤﺮﺏ", "الحرب"),
    ("ligatures", "ﷲ ﻻ ﻷ", "الله لا لا"),
    ("Arabic-Indic digits", "٢٠ مايو ٢٠١٨", "20 مايو 2018"),
    ("Persian digits", "۱۲۳", "123"),
    ("Arabic separators", "٣٫٥ ١٬٠٠٠", "3.5 1,000"),
    ("Arabic signs", "متى؟ نعم، لا؛", "متي? نعم, لا;"),
    ("quotation marks", "«أ» “ب” „ج‟", '"ا" "ب" "ج"'),
    ("case and accents", "Émile ÅNGSTRÖM", "emile angstrom"),
    ("letters that decompose by table", "Łódź Ærø straße", "lodz aero strasse"),
    ("full width", "ＡＢＣ１２", "abc12"),
    ("blanks and controls", "a\u00a0b\tc\nd", "a b c d"),
    ("invisible marks", "\u200fالعراق\u200c\ufeff", "العراق"),
    ("dashes", "a–b—c−d", "a-b-c-d"),
]


@pytest.mark.parametrize(("text", "folded"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_folds_to_one_form(text: str, folded: str) -> None:
    assert fold(text) == folded
    assert fold(text * 100) == folded * 100


@given(texts.filter(bool), st.sampled_from(["", "😀", "\ud83d\ude00", "\udc00", "ﷺ", "\uffff"]))
def test_long_texts_fold_as_their_letters_do(text: str, rare: str) -> None:
    """They take a way of their own, and another one where something rare stands in them."""
    long = (text + rare) * 120
    assert fold(long) == "".join(map(fold, text + rare)) * 120


def test_every_code_point_folds_to_what_folds_no_further() -> None:
    assert [hex(code) for code in range(sys.maxunicode + 1) if fold(fold(chr(code))) != fold(chr(code))] == []


@given(texts)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(texts, texts)
def test_folding_commutes_with_concatenation(left: str, right: str) -> None:
    assert fold(left + right) == fold(left) + fold(right)


@given(texts)
def test_the_map_gives_each_code_point_its_own_folding(text: str) -> None:
    folded = fold_with_map(text)
    pieces = [folded.text[start:end] for start, end in zip(folded.starts, folded.starts[1:], strict=False)]
    assert pieces == [fold(char) for char in text]


@given(st.data(), texts.filter(fold))
def test_a_folded_span_leads_to_the_original_that_folds_to_it(data: st.DataObject, text: str) -> None:
    folded = fold_with_map(text)
    start = data.draw(st.integers(0, len(folded.text) - 1))
    end = data.draw(st.integers(start + 1, len(folded.text)))
    span = folded.span(start, end)
    if span is None:
        borders = set(folded.starts)
        assert start not in borders or end not in borders
    else:
        assert fold(text[span[0] : span[1]]) == folded.text[start:end]
        assert not text[span[1] : span[1] + 1] or not unicodedata.combining(text[span[1]])


@given(st.data(), texts)
def test_a_needle_is_found_where_it_stands(data: st.DataObject, text: str) -> None:
    start = data.draw(st.integers(0, len(text)))
    needle = text[start : data.draw(st.integers(start, len(text)))]
    words = fold(needle).split()
    found = list(fold_with_map(text).find(needle))
    for first, last in found:
        assert fold(text[first:last]).split() == words
    # Blanks around a needle do not count, and a word inside a ligature cannot be quoted.
    whole_words = (start == 0 or text[start - 1].isspace()) and text[start + len(needle) :][:1].strip() == ""
    if words and whole_words:
        assert found


@pytest.mark.parametrize(
    ("text", "needle", "quote"),
    [
        ("أعلن الْعِرَاقُ اليوم", "العراق", "الْعِرَاقُ"),
        ("في ٢٠ مايو ٢٠١٨ قال", "20 مايو 2018", "٢٠ مايو ٢٠١٨"),
        ("قال «داعـــش» هنا", '"داعش"', "«داعـــش»"),
        ("نور ﷲ هنا", "الله", "ﷲ"),
        ("سورية\n  والعراق", "سوريه والعراق", "سورية\n  والعراق"),
        ("The CAFÉ closed", "café", "CAFÉ"),
    ],
)
def test_finds_the_original_characters(text: str, needle: str, quote: str) -> None:
    assert [text[start:end] for start, end in fold_with_map(text).find(needle)] == [quote]


@pytest.mark.parametrize("needle", ["", "  ", "\u064b", "لله", "غائب"])
def test_finds_nothing_for_blanks_marks_parts_of_ligatures_and_what_is_absent(needle: str) -> None:
    assert list(fold_with_map("نور ﷲ هنا").find(needle)) == []


@pytest.mark.parametrize(("start", "end"), [(0, 0), (2, 1), (-1, 2), (0, 99), (1, 2)])
def test_no_span_where_there_is_none(start: int, end: int) -> None:
    assert fold_with_map("ﷲ").span(start, end) is None
