import pytest

from index.article import Language
from index.language import detect_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("متى أعلن العراق انتهاء الحرب؟", "ar"),
        ("When did Iraq announce the end of the war?", "en"),
        ("ما هي شركة Microsoft Corporation؟", "ar"),
        ("Who is جيمس غلين of the coalition?", "en"),
        ("العِرَاقُ", "ar"),
        ("ﺍﻟﺤﺮﺏ", "ar"),
        ("Émile", "en"),
        ("العراق Iraq", "ar"),
    ],
)
@pytest.mark.parametrize("default", ["ar", "en"])
def test_the_script_with_more_words_decides(text: str, language: Language, default: Language) -> None:
    assert detect_language(text, default) == language


@pytest.mark.parametrize("text", ["", "2018-05-20", "٢٠١٨", "؟؟ !", "😀", "\u064b", "Москва"])
@pytest.mark.parametrize("default", ["ar", "en"])
def test_the_default_decides_where_neither_script_stands(text: str, default: Language) -> None:
    assert detect_language(text, default) == default
