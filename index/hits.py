"""What a search is asked and what it gives."""

from dataclasses import dataclass

from index.article import Language


@dataclass(frozen=True, slots=True)
class Filters:
    """What hits must satisfy; empty means anything. Dates are `YYYY-MM-DD`, both ends included."""

    sources: tuple[str, ...] = ()
    language: Language | None = None
    date_from: str | None = None
    date_to: str | None = None

    def __bool__(self) -> bool:
        return bool(self.sources or self.language or self.date_from or self.date_to)


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found: `article.text[start:end] == text`; `score` is comparable within one query only."""

    passage_id: str
    article_id: str
    text: str
    start: int
    end: int
    score: float
    language: Language
    title: str | None = None
    source: str | None = None
    date: str | None = None
    url: str | None = None
    quotable: bool = True

    @property
    def number(self) -> int:
        """The passage's place among those of its article, from 0."""
        return int(self.passage_id.rpartition("#")[2])
