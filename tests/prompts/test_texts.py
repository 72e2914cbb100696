"""Prompts: what is sent, what stands only at the top, and files of the user's."""

import pytest

from index.errors import SettingsError
from prompts.texts import prompt

TEXT = '<!-- Given: $name.\nReturns: a greeting. -->\n# system\nBe brief: {"a": 1}, 5 $$.\n# user\nGreet $name.\n'


def put(folder, text, name="greet.en.md"):
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_parts_placeholders_and_braces(tmp_path):
    made = prompt("greet", "en", folder=put(tmp_path, TEXT), name="$x {y}")
    assert made.parts == (("system", 'Be brief: {"a": 1}, 5 $.'), ("user", "Greet $x {y}."))
    assert made.text == 'Be brief: {"a": 1}, 5 $.\n\nGreet $x {y}.'


def test_the_version_follows_the_words_not_the_values(tmp_path):
    folder = put(tmp_path, TEXT)
    first = prompt("greet", "en", folder=folder, name="a").version
    assert first == prompt("greet", "en", folder=folder, name="b").version
    assert first.startswith("greet.en@")
    assert prompt("greet", "en", folder=put(tmp_path, TEXT + "!"), name="a").version != first


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("# user\n$nobody", "no placeholder $nobody; known are $name"),
        ("# user\n5 $ each", "$$ is a dollar sign"),
        ("<!-- only this -->\nhello", "has no text"),
        (b"\xff", "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path, text, told):
    path = tmp_path / "greet.ar.md"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(SettingsError) as caught:
        prompt("greet", "ar", folder=tmp_path, name="x")
    assert told in str(caught.value)
    assert str(path) in str(caught.value)
