"""What is stored and found: articles, and the passages they are cut into."""

from dataclasses import dataclass, field
from typing import Literal

Language = Literal["ar", "en"]


@dataclass(frozen=True, slots=True)
class Article:
    """One article as stored.

    `text` holds the source's own characters; only whole lines are left out. `date` is `YYYY-MM-DD`, or the source's words
    where they are no Gregorian date. `origin` is the file or address it was read from. `quotable` is false where the order of
    the extracted characters cannot be trusted (some PDF): such an article is found, never quoted.
    """

    id: str
    text: str
    title: str | None = None
    source: str | None = None
    url: str | None = None
    date: str | None = None
    language: Language = "ar"
    origin: str | None = None
    quotable: bool = True
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """A source, or one record of it, that gave no article. `reason` says why and what to do."""

    origin: str
    reason: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A span of an article: `article.text[start:end]`, in Unicode code points.

    `number` counts passages within the article from 0; `id` is `ARTICLE_ID#NUMBER`.
    """

    article_id: str
    number: int
    start: int
    end: int
    text: str = field(repr=False)
    language: Language = "ar"

    @property
    def id(self) -> str:
        """The public id of the passage."""
        return f"{self.article_id}#{self.number}"
