"""What clients of the OpenAI API send. What Dalil has no use for (`temperature`, `tools`, `n`, `stop`) is accepted and left."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from index.article import Language
from index.errors import DalilError, InputError
from index.language import detect_language
from qa.service.inputs import Text
from qa.service.openai.content import without_sources

MODEL = "dalil"
_MOST_MESSAGES = 10_000
_MOST_BEFORE = 40
_LONGEST_BEFORE = 8000
"""Of what was said before, the last messages and their beginnings say what a follow-up is about."""


class UnknownModelError(DalilError):
    """Raised when a request names a model that is not served here."""

    code = "model_not_found"
    status = 404
    param = "model"


def _text(content: Any) -> Any:
    """Content as one text: it comes as a string, as a list of pieces of which those of text are read, or not at all."""
    if isinstance(content, list):
        texts = (piece.get("text") if isinstance(piece, dict) else piece for piece in content)
        return "\n".join(text for text in texts if isinstance(text, str) and text.strip())
    return "" if content is None else content


def _few(messages: Any) -> Any:
    """Messages, if there are not so many that finding fault with each would take long."""
    if isinstance(messages, list) and len(messages) > _MOST_MESSAGES:
        raise ValueError(f"at most {_MOST_MESSAGES:,} messages are read, not {len(messages):,}")
    return messages


class Message(BaseModel):
    """One message of a conversation."""

    role: str = "user"
    content: Annotated[Text, BeforeValidator(_text)] = ""


class StreamOptions(BaseModel):
    """What a stream holds besides the answer."""

    include_usage: bool = False


class _Body(BaseModel):
    """What both kinds of request have."""

    model_config = ConfigDict(extra="allow")

    model: str = MODEL
    stream: bool = False
    language: Language | None = Field(None, description="language of the words around the quotes")
    k: int | None = Field(None, ge=1, le=100, description="how many passages to look through for the nearest")
    sources_in_text: bool | None = Field(None, description="whether the text ends with a list of sources")

    def check_model(self) -> None:
        """Raise `UnknownModelError` for a model that is not served."""
        if self.model != MODEL:
            raise UnknownModelError(f"there is no model {self.model!r} here; the one served is {MODEL!r}")


class ChatBody(_Body):
    """`POST /v1/chat/completions`."""

    messages: Annotated[list[Message], BeforeValidator(_few)] = Field(min_length=1)
    stream_options: StreamOptions | None = None


class ResponsesBody(_Body):
    """`POST /v1/responses`."""

    input: Annotated[Text | list[Message], BeforeValidator(_few)]
    previous_response_id: str | None = None
    instructions: str | None = None

    def messages(self) -> list[Message]:
        """The input as messages. Raises `InputError` where it leans on what was not kept."""
        if self.previous_response_id:
            raise InputError("responses are not kept here: send what was said before in input, without previous_response_id")
        return [Message(content=self.input)] if isinstance(self.input, str) else self.input


@dataclass(frozen=True, slots=True)
class Conversation:
    """The question of a request, what was said before it (`role`, `content`), and the language of the last one with letters."""

    question: str
    history: list[dict[str, str]]
    language: Language


def conversation(messages: Sequence[Message]) -> Conversation:
    """What the last message of the user asks. Raises `InputError` where there is none with text."""
    asked = [at for at, message in enumerate(messages) if message.role == "user" and message.content.strip()]
    if not asked:
        raise InputError("messages: there is no message of the user with text in it")
    spoken = [one for one in messages[: asked[-1]] if one.role in ("user", "assistant") and one.content.strip()]
    history = [{"role": one.role, "content": without_sources(one.content)[:_LONGEST_BEFORE]} for one in spoken[-_MOST_BEFORE:]]
    questions = [messages[at].content for at in reversed(asked)]
    lettered = next((text for text in questions if any(map(str.isalpha, text))), questions[0])
    return Conversation(questions[0], history, detect_language(lettered))
