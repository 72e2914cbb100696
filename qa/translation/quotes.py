"""The translations of an answer's quotes, in bounded time: whatever is not ready, or fails, is simply not there."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from threading import Thread

from index.article import Language
from index.errors import DalilError
from index.language import detect_language
from qa.answer import Citation, Translation
from qa.judges import Judge
from qa.models.base import Usage, never
from qa.models.errors import ModelCancelled
from qa.translation.base import Translator
from qa.translation.checking import checked

log = logging.getLogger("dalil.translation")

_LOOK_S = 0.05
_REST_S = 60.0
"""After a translator could not be loaded or reached, for how long nobody waits for it again."""


class QuoteTranslator:
    """Translates the quotes that are not in the language of the answer. One serves all threads."""

    def __init__(self, translator: Translator, judge: Judge, seconds: float) -> None:
        """`seconds` bound the time for all quotes of an answer together, loading included."""
        self._translator, self._judge, self._seconds = translator, judge, seconds
        self._rests_until = 0.0

    @property
    def asks_chat(self) -> bool:
        """Whether it is the language model that writes the answers too."""
        return self._translator.asks_chat

    def translated(
        self,
        citations: Sequence[Citation],
        language: Language,
        *,
        cancelled: Callable[[], bool] = never,
        spent: Usage | None = None,
    ) -> tuple[Citation, ...]:
        """The citations, with a translation where the quote is not in `language` and one could be had. Never raises."""
        foreign = {one.quote: None for one in citations if _is_foreign(one.quote, language)}
        if not foreign or time.monotonic() < self._rests_until:
            return tuple(citations)
        found: dict[str, Translation] = {}
        until = time.monotonic() + self._seconds
        left = False

        def stopped() -> bool:
            return left or cancelled() or time.monotonic() > until

        # In a thread of its own: neither loading a model nor a server can be told how long it may take.
        worker = Thread(
            target=self._translate, args=(list(foreign), language, stopped, spent, found), name="dalil-translator", daemon=True
        )
        worker.start()
        while worker.is_alive() and not stopped():
            worker.join(_LOOK_S)
        left = True
        return tuple(replace(one, translation=found.get(one.quote)) for one in citations)

    def _translate(
        self,
        quotes: Sequence[str],
        target: Language,
        stopped: Callable[[], bool],
        spent: Usage | None,
        found: dict[str, Translation],
    ) -> None:
        source: Language = "ar" if target == "en" else "en"
        for quote in quotes:
            if stopped():
                return
            try:
                written = self._translator.translate(quote, source, target, stopped=stopped, spent=spent)
                text = checked(written, quote, target, self._judge) if written else None
            except ModelCancelled:
                return
            except DalilError as error:
                self._rests_until = time.monotonic() + _REST_S
                log.warning("quotes are not translated: %s", error)
                return
            if text:
                found[quote] = Translation(text, target, self._translator.name(source, target))
            elif written and not stopped():
                log.info("a translation by %s failed its checks", self._translator.name(source, target))


def _is_foreign(quote: str, language: Language) -> bool:
    return any(map(str.isalpha, quote)) and detect_language(quote) != language
