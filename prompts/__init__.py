"""The words and prompts of Dalil, one file per kind and language, and their loader.

>>> message("according_to", "en", source="Radio Sawa")
'According to Radio Sawa'
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from index.article import Language
from prompts.texts import Prompt, prompt

__all__ = ["Prompt", "message", "messages", "prompt"]


@cache
def messages(language: Language) -> Mapping[str, str]:
    """Every message of one language; a key inside a table is `table.key`."""
    text = files(__name__).joinpath(f"messages.{language}.toml").read_text(encoding="utf-8")
    return MappingProxyType(_flat(tomllib.loads(text)))


def message(key: str, language: Language, **values: object) -> str:
    """One message with its placeholders filled in. Raises `KeyError` for an unknown key or a missing value."""
    return messages(language)[key].format(**values)


def _flat(table: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            found.update(_flat(value, f"{prefix}{key}."))
        else:
            found[prefix + key] = str(value)
    return found
