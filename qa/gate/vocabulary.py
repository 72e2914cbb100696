"""The words of `words.toml`, folded."""

import tomllib
from importlib.resources import files
from typing import Any

from index.language import fold
from index.language.stemming import stem

_WORDS: dict[str, Any] = tomllib.loads(files(__package__).joinpath("words.toml").read_text(encoding="utf-8"))


def _folded(words: str) -> frozenset[str]:
    return frozenset(fold(words).split())


NOT = _folded(_WORDS["polarity"]["not"])
"""Negations."""
NEAR_NOT = _folded(_WORDS["polarity"]["near"])
"""What may stand for a negation in another text."""
POLES = [tuple(frozenset(map(stem, _folded(side))) for side in pair) for pair in _WORDS["polarity"]["pairs"]]
"""Stems of the two sides of pairs such as rose and fell."""
GENERIC = _folded(_WORDS["names"]["generic"])
"""Parts of names that are ordinary words, and titles."""
KNOWN_AS: dict[str, str] = {name: fold(spelled) for name, spelled in _WORDS["names"]["known_as"].items()}
"""Abbreviations and what Arabic calls them."""
