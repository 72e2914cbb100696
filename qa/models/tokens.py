"""Counting the tokens of a model that runs elsewhere."""

from collections.abc import Callable
from pathlib import Path

import tiktoken

from index.errors import ModelError, SettingsError
from index.tokens import count_tokens

_ASCII_PER_TOKEN = 3.5
_BYTES_PER_TOKEN = 2.5  # of other scripts: what the least fitting of the common encodings, cl100k, makes of Arabic news


def token_counter(model: str, tokenizer: str | None) -> Callable[[str], int]:
    """What counts the tokens of `model`: the tokenizer that is set, tiktoken for OpenAI's models, else a careful estimate.

    `tokenizer` is a tiktoken encoding, a `tokenizer.json` or its folder, or a name on the hub. Raises `ModelError` where it is
    none of them or cannot be loaded.
    """
    if tokenizer is not None:
        return _named(tokenizer)
    try:
        encoding = tiktoken.encoding_for_model(model)
    except Exception:
        # No model of OpenAI's, or an encoding that is not on this machine and cannot be fetched.
        return estimate
    return lambda text: len(encoding.encode_ordinary(text))


def estimate(text: str) -> int:
    """About as many tokens as the least fitting of the common encodings makes of `text`; more than most do.

    >>> estimate("السلام عليكم"), estimate("Peace be upon you")
    (10, 6)
    """
    plain = sum(char < "\x80" for char in text)
    other = len(text.encode(errors="replace")) - plain
    return round(plain / _ASCII_PER_TOKEN + other / _BYTES_PER_TOKEN) + 1


def _named(name: str) -> Callable[[str], int]:
    try:
        count_tokens("", name)
        return lambda text: count_tokens(text, name)
    except SettingsError:
        if name in tiktoken.list_encoding_names():
            raise
    from tokenizers import Tokenizer

    path = Path(name).expanduser()
    try:
        if path.exists():
            loaded = Tokenizer.from_file(str(path / "tokenizer.json" if path.is_dir() else path))
        else:
            loaded = Tokenizer.from_pretrained(name)
    except Exception as error:  # whatever the file or the download met
        raise ModelError(
            f"the tokenizer {name!r} cannot be loaded ({type(error).__name__}): llm_tokenizer is a tiktoken encoding, "
            "a tokenizer.json or its folder, or a name on the hub"
        ) from error
    return lambda text: len(loaded.encode(text, add_special_tokens=False).ids)
