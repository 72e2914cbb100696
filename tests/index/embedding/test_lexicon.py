"""The lexicon as training packs it, read by what answers."""

import re

import numpy as np
import pytest

from index.crosslingual.lexicon import Lexicon
from index.embedding.training import written
from index.embedding.training.lexicon import OTHERS, Counts, pack
from index.language.folding import fold
from index.language.stemming import stem

COUNTS = Counts(["fine", "fine", "cat"], ["بخير", "جميل", "قط"], np.array([4.0, 1.0, 1.0]))
WRITTEN = {"fine": {"غرام": 1.0, "جيد": 0.9}, "dog": {"كلب": 1.0}}


def lexicon(**tables) -> Lexicon:
    return Lexicon(pack(COUNTS, **tables))


def test_written_translations_go_before_learned_ones():
    found = dict(lexicon(written=WRITTEN).translations("fine", "ar"))
    assert list(found) == ["غرام", "جيد", "بخير"]
    assert found["بخير"] == pytest.approx(OTHERS, abs=0.01)
    assert dict(lexicon().translations("fine", "ar"))["بخير"] == 1.0


@pytest.mark.parametrize(("word", "target", "expected"), [("dog", "ar", "كلب"), ("كلب", "en", "dog"), ("قط", "en", "cat")])
def test_both_directions_know_written_and_learned_words(word, target, expected):
    assert lexicon(written=WRITTEN).translations(word, target) == [(expected, 1.0)]


def test_a_word_may_stand_for_something_else_than_its_stem():
    both = lexicon(written=WRITTEN, forms={"fined": {"غرام": 1.0}, "fines": {"مخالف": 1.0}})
    assert both.of_word("fined", "fine", "ar") == [("غرام", 1.0)]
    assert both.of_word("fines", "fine", "ar") == [("مخالف", 1.0)]
    assert both.of_word("finer", "fine", "ar") == both.translations("fine", "ar")
    assert both.of_word("غرام", "غرام", "en") == [("fine", 1.0)]


def test_relatives_leave_the_word_itself_out():
    both = lexicon(relatives={"كتاب": {"كتاب": 1.0, "كتب": 0.6}})
    assert both.relatives("كتاب") == [("كتب", pytest.approx(0.6, abs=0.01))]
    assert both.relatives("قط") == []


def test_nothing_learned_and_nothing_written_is_an_empty_lexicon():
    nothing = Lexicon(pack(Counts([], [], np.zeros(0))))
    assert nothing.translations("cat", "ar") == nothing.of_word("cat", "cat", "ar") == nothing.relatives("قط") == []


def test_relatives_are_forms_of_a_word_and_its_synonyms():
    found = written.relatives()
    assert {stem(fold("مساجد")), stem(fold("جوامع"))} <= found[stem(fold("مسجد"))].keys()
    for term, options in found.items():
        assert max(options, key=lambda other: options[other]) == term
        assert len(options) <= written.RELATED + 1


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        ("written_words", r"[^\W_]+(?:'[^\W_]+)*", r"[ء-ي؀-ۿ]+"),
        ("written_arabic", r"[ء-ي؀-ۿ]+", r"[a-z]+(?:'[a-z]+)*"),
        ("written_phrases", r"[a-z0-9' .-]+", r"[ء-ي؀-ۿ]+(?: [ء-ي؀-ۿ]+)*"),
    ],
)
def test_the_written_lists_are_well_formed(name, one, other):
    rows = written._rows(name)
    words = [word for left, _ in rows for word in left]
    assert len(words) == len(set(words))
    for left, right in rows:
        assert all(re.fullmatch(one, word) for word in left), left
        assert all(re.fullmatch(other, word) for word in right), right
        assert len(right) == len(set(right))
