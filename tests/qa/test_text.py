"""Nothing from an article reaches the terminal raw, and every line keeps its direction."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.text import FSI, PDI, clean, clean_line, is_rtl, isolate_runs


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("a\x1b[31mred\x1b[0m", "ared"),
        ("\x1b]0;new title\x07after", "after"),
        ("\x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("a stray \x1b]0;title without an end\nand the rest", "a stray 0;title without an end\nand the rest"),
        ("\x9b2Jkept", " 2Jkept"),
        ("bell\x07 back\x08 nul\x00", "bell  back  nul "),
        ("line\r\nline\rover", "line\nline over"),
        ("\u202eمقلوب\u202c \u2066x\u2069", "مقلوب x"),
        ("half \ud800 char", "half \ufffd char"),
        ("سطر\nسطر", "سطر\nسطر"),
    ],
)
def test_clean(raw, shown):
    assert clean(raw) == shown


@given(st.text(st.sampled_from("ab \n\x1b[]31m;0\x07\\\x9b\x9d\x9c\u202e\u2066\u2069\x00\x08\rع")))
def test_clean_text_holds_no_control_character(text):
    shown = clean(text)
    assert not [char for char in shown if char != "\n" and (ord(char) < 32 or 127 <= ord(char) < 160)]
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    assert clean(shown) == shown


def test_clean_line_is_one_line():
    assert clean_line(" a\n\tb\x1b[1m ") == "a b"


@pytest.mark.parametrize(
    ("text", "rtl"), [("قال BBC", True), ("BBC قالت", False), ("«٢٠١٨» قال", True), ("2018 - (", False), ('"قال', True)]
)
def test_direction_is_that_of_the_first_letter(text, rtl):
    assert is_rtl(text) is rtl


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("قالت <BBC News> أمس", True),
        ("في <30> أبريل", True),
        ("انظر <https://example.org/a?b=1> هناك", True),
        ("نص <[1]>", True),
        ("قال <Smith, John (CNN)> ثم", True),
        ("قال <Smith> (أو جون) ثم", True),
        ("عام ٢٠١٨ وما بعده", True),
        ("said <داعش> again", False),
        ("he said <«قال X، ثم قال Y»> <[2]>", False),
        ("قال «كلمة <BBC> كلمة» وسكت", True),
    ],
)
def test_runs_of_the_other_direction_are_isolated(line, expected):
    wanted = line.replace("<", FSI).replace(">", PDI)
    assert isolate_runs(line.replace("<", "").replace(">", ""), rtl=expected) == wanted


@given(st.text(st.sampled_from("abعب «»[1] ،.2")), st.booleans())
def test_isolating_adds_only_balanced_isolates(line, rtl):
    shown = isolate_runs(line, rtl=rtl)
    assert shown.replace(FSI, "").replace(PDI, "") == line
    depth = 0
    for char in shown:
        depth += (char == FSI) - (char == PDI)
        assert depth >= 0
    assert depth == 0
