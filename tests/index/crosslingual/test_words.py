import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.crosslingual.words import Words


@given(st.sets(st.text(min_size=1, max_size=8)))
def test_every_word_is_found_where_it_was_put(some):
    ordered = sorted(some, key=str.encode)
    words = Words(*Words.pack(ordered))
    assert len(words) == len(ordered)
    assert [words.find(word) for word in ordered] == list(range(len(ordered)))
    assert [words[i] for i in range(len(ordered))] == ordered


@pytest.mark.parametrize("missing", ["", "a", "bb", "zz", "ي"])
def test_a_missing_word_is_not_found(missing):
    assert Words(*Words.pack(["aa", "b", "c", "و"])).find(missing) is None


def test_unsorted_words_are_refused():
    with pytest.raises(ValueError, match="sorted"):
        Words.pack(["b", "a"])
