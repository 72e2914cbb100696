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


def test_turned_round_the_commoner_word_comes_first():
    counts = Counts(["work", "coin"], ["عمل", "عمل"], np.array([9.0, 1.0]))
    both = Lexicon(pack(counts, written={"coin": {"عمل": 1.0}, "work": {"عمل": 1.0}}))
    assert [word for word, _ in both.translations("عمل", "en")] == ["work", "coin"]


def test_what_spells_a_name_is_told_from_words():
    both = lexicon(spelled={"سوالق": {"sawalqa": 1.0}, "قط": {"qat": 1.0}})
    assert both.spells("سوالق")
    assert not both.spells("قط")  # translations have it as a word


def test_stems_that_stop_words_have_too_are_no_translations():
    assert stem(fold("فئات")) == stem("في")
    assert not {"في", "ان", "عل"} & {term for options in written.of_stems().values() for term in options}


def test_no_word_stands_in_two_lists_of_names():
    names = [word for words, _ in written._rows("written_names") for word in words]
    assert len(names) == len(set(names))


def test_nothing_learned_and_nothing_written_is_an_empty_lexicon():
    nothing = Lexicon(pack(Counts([], [], np.zeros(0))))
    assert nothing.translations("cat", "ar") == nothing.of_word("cat", "cat", "ar") == nothing.relatives("قط") == []


def test_relatives_are_forms_of_a_word_and_its_synonyms():
    found = written.relatives()
    assert {stem(fold(word)) for word in ("مقتل", "قتلت", "اغتيال")} <= found[stem(fold("قتل"))].keys()
    assert not {stem(fold(name)) for name in ("لبنان", "السودان", "دبي")} & found.keys()  # milk, black, bear
    for term, options in found.items():
        assert max(options, key=lambda other: options[other]) == term
        assert len(options) <= written.RELATED + 1


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        ("written_words", r"[^\W_]+(?:'[^\W_]+)*", r"[ء-ي؀-ۿ]+"),
        ("written_names", r"[^\W_]+(?:'[^\W_]+)*", r"[ء-ي؀-ۿ]+"),
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
