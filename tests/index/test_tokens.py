import importlib
import subprocess
import sys
from pathlib import Path

import pytest
import tiktoken
from hypothesis import given

from index import tokens
from index.errors import SettingsError
from index.tokens import count_tokens, get_encoding
from tests.index.texts import texts

ROOT = Path(__file__).parents[2]
NEWS = "وأعلن رئيس الوزراء العراقي في التاسع من كانون الأول/ديسمبر انتهاء الحرب ضد داعش وسيطرة قوات بلاده بشكل كامل على الحدود"


@given(texts)
def test_every_text_comes_back(text: str) -> None:
    encoding = get_encoding()
    assert encoding.decode(encoding.encode_ordinary(text)) == text


@given(texts)
def test_a_count_is_the_number_of_tokens(text: str) -> None:
    assert count_tokens(text) == len(get_encoding().encode_ordinary(text))


@given(texts, texts)
def test_counts_add_up_over_lines(first: str, second: str) -> None:
    line = "\nو"
    assert count_tokens(first.rstrip() + line + second) == count_tokens(first.rstrip()) + count_tokens(line + second)


def test_common_words_are_one_token_each() -> None:
    encoding = get_encoding()
    text = "قال الرئيس في بغداد عام 2018 the war in the city"
    assert [encoding.decode([token]).strip() for token in encoding.encode_ordinary(text)] == text.split()


def test_arabic_news_takes_less_than_two_tokens_a_word() -> None:
    assert count_tokens(NEWS) < 2 * len(NEWS.split())


@pytest.mark.parametrize(
    "text",
    ["<|endoftext|>", "\ud800", "قال \udfff نعم", "\x00\x1b\x7f", "\ufffe\uffff", "👩‍👩‍👧", "\u064b" * 50],
    ids=["special token", "lone surrogate", "surrogate between words", "controls", "noncharacters", "emoji", "marks"],
)
def test_no_text_fails(text: str) -> None:
    assert 1 <= count_tokens(text) <= len(text.encode(errors="replace")) * 3


def test_the_name_of_a_special_token_is_text() -> None:
    assert count_tokens("<|endoftext|>") > 1


def test_no_text_has_no_tokens() -> None:
    assert count_tokens("") == 0


@pytest.mark.parametrize("unit", ["ب", "a", "^", " ", "\n", "\u064b", "1", "ب" * 499 + " ", " " * 600 + "x", "x" * 600 + " "])
def test_long_runs_are_counted_in_linear_time(unit: str) -> None:
    # Merging a million letters as one piece is quadratic in some versions of tiktoken, and fails in its regex in others.
    text = unit * (1_000_000 // len(unit))
    assert 0 < count_tokens(text) <= len(text.encode())


def test_a_long_run_counts_as_its_pieces() -> None:
    run = "ب" * 500
    assert count_tokens(run * 2 + " نعم") == 2 * count_tokens(run) + count_tokens(" نعم")


def test_an_unknown_encoding_names_those_there_are() -> None:
    with pytest.raises(SettingsError, match=r"no token encoding 'nope'.*dalil_ar_en.*o200k_base"):
        get_encoding("nope")


def test_an_encoding_that_cannot_be_downloaded_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str) -> tiktoken.Encoding:
        raise ConnectionError(name)

    monkeypatch.setattr(tiktoken, "get_encoding", refuse)
    get_encoding.cache_clear()
    with pytest.raises(SettingsError, match=r"'o200k_base' is not on this machine.*'dalil_ar_en'.*TIKTOKEN_CACHE_DIR"):
        get_encoding("o200k_base")
    get_encoding.cache_clear()


def test_another_encoding_is_loaded_where_tiktoken_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    bytes_only = tiktoken.Encoding(
        "o200k_base", pat_str=r"[\s\S]", mergeable_ranks={bytes([byte]): byte for byte in range(256)}, special_tokens={}
    )
    monkeypatch.setattr(tiktoken, "get_encoding", {"o200k_base": bytes_only}.__getitem__)
    get_encoding.cache_clear()
    assert count_tokens("نعم", "o200k_base") == 6
    get_encoding.cache_clear()


def test_the_encoding_is_registered_with_tiktoken() -> None:
    code = "import tiktoken; print(len(tiktoken.get_encoding('dalil_ar_en').encode('قال الرئيس')))"
    assert _run(code, ROOT / "index" / "tiktoken_plugin") == "2"


def test_the_encoding_loads_where_the_plugin_is_not_installed() -> None:
    code = (
        "import sys, tiktoken.registry as r; r._available_plugin_modules = lambda: ['tiktoken_ext.openai_public'];"
        "from index.tokens import count_tokens; print(count_tokens('قال الرئيس'))"
    )
    assert _run(code, ROOT) == "2"


def test_a_missing_ranks_file_is_reported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def unknown(name: str) -> tiktoken.Encoding:
        raise ValueError(name)

    monkeypatch.setattr(tiktoken, "get_encoding", unknown)
    monkeypatch.setattr(tokens, "_PLUGIN", tmp_path / "dalil.py")
    get_encoding.cache_clear()
    with pytest.raises(SettingsError, match="missing from this installation"):
        get_encoding()
    get_encoding.cache_clear()


def test_the_ranks_are_whole() -> None:
    plugin = importlib.import_module("tiktoken_ext.dalil")
    ranks = plugin.dalil_ar_en()["mergeable_ranks"]
    assert sorted(ranks.values()) == list(range(len(ranks)))
    assert all(ranks[bytes([byte])] == byte for byte in range(256))
    assert plugin.RANKS.stat().st_size < 500_000


def _run(code: str, path: Path) -> str:
    environment = {"PYTHONPATH": str(path), "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, encoding="utf-8", cwd="/"
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
