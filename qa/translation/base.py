"""What a translator is."""

from collections.abc import Callable
from typing import Protocol

from index.article import Language
from qa.models.base import Usage


class Translator(Protocol):
    """Translates between Arabic and English. Safe to share between threads; everything heavy is loaded on first use."""

    asks_chat: bool
    """Whether it is the language model that writes the answers too."""

    def name(self, source: Language, target: Language) -> str:
        """Who translates in this direction, as a reader is told; holds neither path nor address."""
        ...

    def translate(
        self, text: str, source: Language, target: Language, *, stopped: Callable[[], bool], spent: Usage | None = None
    ) -> str | None:
        """The text in `target`, unchecked; `None` where it cannot translate in this direction, or was `stopped`.

        `spent` is added to where tokens are paid for. Raises `DalilError` where the model is not there.
        """
        ...
