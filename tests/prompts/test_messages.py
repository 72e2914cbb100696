"""Both languages say the same things, and say them in their own script."""

import re
from string import Formatter

import pytest

from prompts import message, messages

AR, EN = messages("ar"), messages("en")
SAME_IN_BOTH = {"page.other_language"}
"""The button that switches the page is written in the language it switches to."""


def placeholders(text):
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def test_both_files_have_the_same_keys_in_the_same_order():
    assert list(AR) == list(EN)


@pytest.mark.parametrize("key", EN)
def test_placeholders_are_named_and_equal(key):
    assert placeholders(AR[key]) == placeholders(EN[key])
    assert all(re.fullmatch(r"[a-z_]+", name) for name in placeholders(EN[key]))


@pytest.mark.parametrize("key", [key for key in EN if key not in SAME_IN_BOTH])
def test_each_file_is_written_in_its_language(key):
    assert re.search("[ء-ي]", AR[key]), "no Arabic word"
    assert not re.search("[ء-ي]", EN[key]), "an Arabic word in the English file"


@pytest.mark.parametrize("text", [*AR.values(), *EN.values()])
def test_messages_are_clean(text):
    assert text
    assert text == text.strip()
    assert "  " not in text or "\n" in text, "only a block of lines may be aligned with spaces"


def test_a_value_is_put_in_as_it_stands():
    assert message("according_to", "ar", source="{x}") == "بحسب {x}"


def test_an_unknown_key_and_a_missing_value_are_errors():
    with pytest.raises(KeyError):
        message("no such key", "en")
    with pytest.raises(KeyError):
        message("according_to", "en")
