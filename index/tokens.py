"""Counting tokens with tiktoken: the bundled encoding `dalil_ar_en`, or any other that tiktoken knows, by name.

The bundled encoding is a byte-level BPE trained on Arabic and English (its card stands beside its ranks file); it loads from
a checkout and from a wheel, without the network. The names of special tokens in an article are text like any other.
"""

import importlib.util
import re
from functools import lru_cache
from pathlib import Path

import tiktoken

from index.errors import SettingsError
from index.remembered import Remembered

DEFAULT_ENCODING = "dalil_ar_en"

_PLUGIN = Path(__file__).parent / "tiktoken_plugin" / "tiktoken_ext" / "dalil.py"
# tiktoken's regex and merging slow down, and can fail, on runs this long; no word is.
_LONGEST_RUN = 500
_LONG_RUN = re.compile(rf"(?<!\S)\S{{{_LONGEST_RUN}}}|(?<!\s)\s{{{_LONGEST_RUN}}}")
_SHORT_RUNS = re.compile(rf"\s{{1,{_LONGEST_RUN}}}\S{{0,{_LONGEST_RUN}}}|\S{{1,{_LONGEST_RUN}}}")


def count_tokens(text: str, encoding: str = DEFAULT_ENCODING) -> int:
    """How many tokens `text` has in the encoding of that name. Never fails on a text, whatever stands in it.

    >>> count_tokens("السلام عليكم")
    4
    """
    if encoding == DEFAULT_ENCODING and (found := _count_by_words(text)) is not None:
        return found
    return _count(text, encoding)


def _count(text: str, encoding: str) -> int:
    model = get_encoding(encoding)
    if _LONG_RUN.search(text) is None:
        return len(model.encode_ordinary(text))
    return sum(len(model.encode_ordinary(piece)) for piece in _SHORT_RUNS.findall(text))


_COUNTS = Remembered(lambda word: _count(f" {word}", DEFAULT_ENCODING), most=100_000)
"""The tokens of a word with the blank before it, in the bundled encoding."""


def _count_by_words(text: str) -> int | None:
    """Tokens in the bundled encoding, none of which crosses a blank or a line; `None` where blanks are not single ones."""
    total = -1
    for line in text.split("\n"):
        first, *rest = pieces = line.split(" ")
        if pieces != line.split():
            return None
        total += 1 + _count(first, DEFAULT_ENCODING) + sum(map(_COUNTS.__getitem__, rest))
    return total


@lru_cache(maxsize=8)
def get_encoding(name: str = DEFAULT_ENCODING) -> tiktoken.Encoding:
    """The tiktoken encoding of that name; raises `SettingsError` where there is none or it cannot be loaded here."""
    if name == DEFAULT_ENCODING:
        return _bundled()
    known = sorted({DEFAULT_ENCODING, *tiktoken.list_encoding_names()})
    if name not in known:
        raise SettingsError(f"there is no token encoding {name!r}; choose one of {', '.join(known)}")
    try:
        return tiktoken.get_encoding(name)
    except Exception as error:
        # tiktoken lets whatever the download met come through: connection, certificate, HTTP and file errors.
        raise SettingsError(
            f"the token encoding {name!r} is not on this machine and could not be downloaded ({type(error).__name__}). "
            f"Either set the encoding to {DEFAULT_ENCODING!r}, which needs no download, or load {name!r} once with a "
            "connection while TIKTOKEN_CACHE_DIR names a folder, and set TIKTOKEN_CACHE_DIR to that folder here."
        ) from error


def _bundled() -> tiktoken.Encoding:
    """The bundled encoding: through tiktoken where the plugin is installed, else from the folder beside this file."""
    try:
        return tiktoken.get_encoding(DEFAULT_ENCODING)
    except ValueError as error:  # not installed: the checkout is used as it lies
        spec = importlib.util.spec_from_file_location("dalil_tiktoken_plugin", _PLUGIN)
        if spec is None or spec.loader is None or not _PLUGIN.is_file():
            raise SettingsError(f"the bundled token encoding is missing from this installation ({_PLUGIN})") from error
        plugin = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(plugin)
        return tiktoken.Encoding(**plugin.dalil_ar_en())
