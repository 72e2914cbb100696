"""What requests may hold, and how it is made usable."""

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, FailFast, Field, RootModel, model_validator
from pydantic_core import PydanticCustomError

from index.article import Article, Language
from index.errors import InputError, ReadError
from index.hits import Filters
from index.readers.base import Draft, content_id, finish
from qa.conversation.turns import LONGEST_MESSAGE, MOST_MESSAGES

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
MOST_PASSAGES = 100
MOST_SOURCES = 500
HALF_CHARACTER = "half_character"
ORIGIN = "POST /articles"


def clean_question(text: str, longest: int) -> str:
    """A question on one line, without control characters. Raises `InputError` when it is too long.

    Length is checked before anything else is done with the text.
    """
    if len(text) > longest:
        raise InputError(f"the question has {len(text)} characters, the longest allowed is {longest}")
    return _CONTROLS.sub(" ", text).strip()


def _day(value: str) -> str:
    date.fromisoformat(value)
    return value


def _whole(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise PydanticCustomError(HALF_CHARACTER, "half of a character stands at position {at}", {"at": error.start}) from None
    return value


Text = Annotated[str, AfterValidator(_whole)]
"""Text that can be stored and sent: JSON can hold lone surrogates, UTF-8 cannot."""
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$", examples=["2018-05-20"]), AfterValidator(_day)]


class MessageBody(BaseModel):
    """One message of a conversation that the client keeps."""

    model_config = ConfigDict(extra="ignore", strict=True)

    role: Literal["user", "assistant", "system", "developer", "tool"]
    content: Text = Field(max_length=LONGEST_MESSAGE)


class AskBody(BaseModel):
    """A question, and which articles may answer it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    question: Text = Field(examples=["متى انتهت العمليات القتالية الرئيسية؟"])
    language: Literal["auto", "ar", "en"] | None = Field(None, description="language of the words around the quotes")
    k: int | None = Field(None, ge=1, le=MOST_PASSAGES, description="how many passages to give with the answer")
    sources: Annotated[list[Text], FailFast()] = Field([], max_length=MOST_SOURCES, description="only these outlets")
    article_language: Language | None = Field(None, description="only articles in this language")
    date_from: Day | None = Field(None, alias="from", description="only articles of this day or later")
    date_to: Day | None = Field(None, alias="to", description="only articles of this day or earlier")

    history: list[MessageBody] | None = Field(
        None, max_length=MOST_MESSAGES, description="the messages before this question, where the client keeps them"
    )
    conversation_id: Text | None = Field(
        None, description="the conversation that this question is a turn of; an id that is not known begins one"
    )

    def before(self) -> dict[str, Any]:
        """What stands before the question, as `Dalil.ask` takes it: nothing, `history`, `conversation`, or both."""
        messages = None if self.history is None else [message.model_dump() for message in self.history]
        given = {"history": messages, "conversation": self.conversation_id}
        return {name: value for name, value in given.items() if value is not None}

    def filters(self) -> Filters | None:
        """The filters asked for, or `None`."""
        return make_filters(self.sources, self.article_language, self.date_from, self.date_to)


def clean_name(name: str) -> str:
    """A file's name without the folders before it. Raises `InputError` where nothing is left."""
    bare = _CONTROLS.sub(" ", name.replace("\\", "/")).rpartition("/")[2].strip()
    if bare.strip(".") == "":
        raise InputError(f"name: {name!r} is no name of a file")
    return bare


class _FilterQuery(BaseModel):
    """Which articles, as it may stand after `?`."""

    model_config = ConfigDict(extra="forbid")

    source: list[str] = Field([], max_length=MOST_SOURCES, description="only this outlet; may stand several times")
    article_language: Language | None = Field(None, description="only articles in this language")
    date_from: Day | None = Field(None, alias="from", description="only articles of this day or later")
    date_to: Day | None = Field(None, alias="to", description="only articles of this day or earlier")

    def filters(self) -> Filters | None:
        """The filters asked for, or `None`."""
        return make_filters(self.source, self.article_language, self.date_from, self.date_to)


class SearchQuery(_FilterQuery):
    """What may stand after `?` in a search."""

    q: str = Field(description="what to look for", examples=["coalition in Syria"])
    k: int | None = Field(None, ge=1, le=MOST_PASSAGES, description="how many passages")


class ListQuery(_FilterQuery):
    """What may stand after `?` in a list of articles."""

    offset: int = Field(0, ge=0, le=2**31, description="how many articles to leave out at the beginning")
    limit: int = Field(50, ge=1, le=1000, description="how many articles to give at most")
    order: Literal["id", "newest"] = Field("id", description="by id, or by day with the newest first")


def make_filters(sources: list[str], language: Language | None, date_from: str | None, date_to: str | None) -> Filters | None:
    """The filters, or `None` when there are none. Raises `InputError` when the range is the wrong way round."""
    if date_from and date_to and date_from > date_to:
        raise InputError(f"from {date_from} is after to {date_to}")
    return Filters(sources=tuple(sources), language=language, date_from=date_from, date_to=date_to) or None


class ArticleBody(BaseModel):
    """One article; only `text` is required. Without an `id` it is named after its text. Unknown fields are ignored."""

    model_config = ConfigDict(strict=True)

    text: Text
    id: Text | None = None
    title: Text | None = None
    source: Text | None = None
    url: Text | None = None
    date: Text | None = Field(None, description="YYYY-MM-DD, or the source's own words")
    language: Text | None = Field(None, description="`ar` or `en`; told from the text when it is not given")

    def article(self) -> Article:
        """The article to store, cleaned as one from a file would be. Raises `ReadError`."""
        draft = Draft(**self.model_dump())
        return finish(draft, self.id if self.id is not None else content_id(draft), ORIGIN)


# The first error is told, so a million of them need not be found.
class ArticlesBody(RootModel[Annotated[list[ArticleBody], Field(min_length=1), FailFast()]]):
    """One article, a list of them, or `{"articles": [...]}`."""

    @model_validator(mode="before")
    @classmethod
    def _as_list(cls, value: Any) -> Any:
        if isinstance(value, dict):
            return value.get("articles", [value])
        return value

    def articles(self) -> list[Article]:
        """All of them; one that cannot be used is named by its place, and then none is stored. Raises `ReadError`."""
        made: list[Article] = []
        for number, item in enumerate(self.root, 1):
            try:
                made.append(item.article())
            except ReadError as error:
                raise ReadError(f"article {number}: {error}") from None
        return made
