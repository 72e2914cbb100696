"""The public shapes: an answer, its claims, citations and passages, and the events of a stream."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from index.article import Language
from index.retrieval import Hit

Mode = Literal["extractive", "generative"]


@dataclass(frozen=True, slots=True)
class Translation:
    """A quote in the asker's language, by the machine that `by` names: a help for the reader, never the quote itself."""

    text: str
    language: Language
    by: str


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a claim stands: `article.text[start:end] == quote`, in Unicode code points of the stored text.

    `also` names the other articles that carry the same story (`article_id`, `source`, `url`, `date`). `translation` is there
    where quote and answer differ in language and a model for it is set.
    """

    marker: int
    article_id: str
    title: str | None
    source: str | None
    date: str | None
    url: str | None
    passage_id: str
    quote: str
    start: int
    end: int
    language: Language
    also: tuple[dict[str, str | None], ...] = ()
    translation: Translation | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement of the answer and the markers of the citations that carry it."""

    text: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """A grounded answer, or a refusal (`refused`, no claims, no citations; the nearest passages are still given).

    `answer` is the text to show, with `[1]` markers; `short` the few words that answer directly, or `None`;
    `confidence` estimates the probability that the cited text answers the question; `conflict` tells that the cited articles
    answer with different values, of which `short` is one. `standalone` is the full question as it was understood, where it was
    a follow-up; `conversation_id` the conversation in which it is kept.

    Where a language model was asked: `model` names it, `prompt` the prompt with its version, `usage` counts calls, tokens and
    cost, and `note` says in the asker's language what went wrong, if anything did.
    """

    question: str
    language: Language
    answer: str
    short: str | None
    refused: bool
    confidence: float
    mode: Mode
    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()
    passages: tuple[Hit, ...] = ()
    timings_ms: dict[str, float] = field(default_factory=dict)
    standalone: str | None = None
    conversation_id: str | None = None
    note: str | None = None
    model: str | None = None
    prompt: str | None = None
    usage: dict[str, Any] | None = None
    conflict: bool = False

    def to_dict(self) -> dict[str, Any]:
        """The JSON document of the contract."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class PassagesFound:
    """The first event of a stream: what retrieval found."""

    passages: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class ClaimVerified:
    """One claim that passed the gate, with the citations it brings."""

    claim: Claim
    citations: tuple[Citation, ...]
    mode: Mode = "extractive"


Event = PassagesFound | ClaimVerified | Answer
"""What `Dalil.stream` yields: passages, then claims, then the whole answer."""
