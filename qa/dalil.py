"""The front door: open an index, put articles in, ask."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self

from index.article import Article
from index.indexing import IndexReport
from index.retrieval import Filters, Hit
from qa.answer import Answer, Event


class Dalil:
    """An open index with everything needed to answer from it. Safe to share between threads.

    >>> dalil = Dalil.open(".dalil")
    >>> report = dalil.index(["articles/"])
    >>> answer = dalil.ask("متى أعلن العراق انتهاء الحرب؟")
    """

    @classmethod
    def open(cls, data: str | Path | None = None, *, create: bool = True, **settings: Any) -> Self:  # noqa: ANN401
        """Open the index in `data` (created when missing and `create`), with settings as keywords.

        Raises `IndexMissing` (nothing there and not `create`), `EncoderMismatch`, `SettingsError`, `ModelError`.
        """
        raise NotImplementedError

    def index(self, sources: Sequence[str | Path], progress: Callable[[int, int | None, str], None] | None = None) -> IndexReport:
        """Add or refresh articles from files, folders, feeds and URLs; `progress(done, total, what)` is called as it goes."""
        raise NotImplementedError

    def add(self, articles: Sequence[Article]) -> IndexReport:
        """Add or refresh articles that are already in memory."""
        raise NotImplementedError

    def remove(self, article_ids: Sequence[str]) -> list[str]:
        """Take articles out; returns the ids that were there. They are gone from every result when this returns."""
        raise NotImplementedError

    def ask(self, question: str, *, language: str | None = None, k: int | None = None, filters: Filters | None = None) -> Answer:
        """One grounded answer, or an honest refusal. Raises `InputError` for an empty or too long question."""
        raise NotImplementedError

    def stream(
        self, question: str, *, language: str | None = None, k: int | None = None, filters: Filters | None = None
    ) -> Iterator[Event]:
        """The same as events: `PassagesFound`, then a `ClaimVerified` for each claim, then the `Answer`."""
        raise NotImplementedError

    def search(self, query: str, *, k: int | None = None, filters: Filters | None = None) -> list[Hit]:
        """Passages only, best first."""
        raise NotImplementedError

    def article(self, article_id: str) -> Article:
        """One article as stored. Raises `NotFound`."""
        raise NotImplementedError

    def articles(self, *, offset: int = 0, limit: int = 50) -> tuple[list[Article], int]:
        """A page of the articles in order of id, and how many there are in all."""
        raise NotImplementedError

    def facts(self) -> dict[str, dict[str, Any]]:
        """What `dalil doctor` shows: sections of facts about index, encoder, settings with origin, optional parts."""
        raise NotImplementedError

    def close(self) -> None:
        """Release files and the database."""
        raise NotImplementedError
