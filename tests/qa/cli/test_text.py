"""Lines of a terminal hold every word and fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.cli.text import pieces, width, wrap
from qa.text import FSI, PDI


@pytest.mark.parametrize(("text", "columns"), [("abc", 3), ("عَرَبِيّ", 4), (f"{FSI}a{PDI}", 1), ("漢字", 4), ("", 0)])
def test_width_counts_columns(text, columns):
    assert width(text) == columns


@given(st.text(st.sampled_from("abعَ  "), max_size=200), st.integers(5, 30))
def test_wrapped_lines_hold_every_word_in_order_and_fit(text, columns):
    lines = [text[start:end] for start, end in wrap(text, columns)]
    assert " ".join(lines).split() == text.split()
    assert all(width(line.strip()) <= columns or " " not in line.strip() for line in lines)


def test_pieces_cut_a_line_where_marks_begin_and_end():
    assert pieces((0, 10), [(3, 5), (8, 20)]) == [(0, 3, False), (3, 5, True), (5, 8, False), (8, 10, True)]
