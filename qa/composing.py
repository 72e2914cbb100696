"""Putting what passed the gate into words: citations, the text with its markers, and the honest refusal."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.article import Article, Language
from index.hits import Filters, Hit
from prompts import message
from qa.answer import Answer, Citation, Claim
from qa.conversation.understanding import Understood
from qa.grounding import Located
from qa.models.base import Message, never
from qa.wording import QUOTE_MARKS, lead

if TYPE_CHECKING:  # a search knows what is asked, but does not read
    from qa.extractive import Reading

OnPrompt = Callable[[Sequence[Message]], None]
"""Is given every conversation that is sent to a language model."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what the asker wants: the language of the answer, passages, filters.

    `cancelled` becomes true when nobody waits any more; `on_prompt` is given what is sent to a language model.
    """

    understood: Understood
    language: Language
    k: int
    filters: Filters | None
    refuse_below: float
    cancelled: Callable[[], bool] = never
    on_prompt: OnPrompt | None = None

    @property
    def question(self) -> str:
        """The question as it was asked."""
        return self.understood.question


def citation(marker: int, located: Located, also: Sequence[Article]) -> Citation:
    """The citation of a quote that was located; `also` are the other articles that carry the same story."""
    hit = located.passage
    assert hit is not None
    return Citation(
        marker=marker,
        article_id=hit.article_id,
        title=hit.title,
        source=hit.source,
        date=hit.date,
        url=hit.url,
        passage_id=hit.passage_id,
        quote=located.quote,
        start=located.start,
        end=located.end,
        language=hit.language,
        also=tuple({"article_id": one.id, "source": one.source, "url": one.url, "date": one.date} for one in also),
    )


def refusal(asked: Asked, confidence: float, nearest: tuple[Hit, ...]) -> Answer:
    """That the articles do not answer, with the nearest passages."""
    text = message("refusal_near" if nearest else "refusal", asked.language)
    sure = round(min(confidence, asked.refuse_below), 4)
    return Answer(asked.question, asked.language, text, None, True, sure, "extractive", passages=nearest)


def quoted_answer(
    asked: Asked, reading: "Reading", grounded: Sequence[tuple[Hit, Citation]], nearest: tuple[Hit, ...]
) -> Answer:
    """An answer in the articles' own words, or a refusal where nothing is `grounded` (passages with their citations)."""
    if not grounded:
        return refusal(asked, reading.confidence, nearest)
    citations = tuple(citation for _, citation in grounded)
    conflict = reading.conflict and len({citation.article_id for citation in citations}) > 1
    return Answer(
        question=asked.question,
        language=asked.language,
        answer=_quotes(citations, asked.language, conflict),
        short=reading.short if any(reading.short and reading.short in citation.quote for citation in citations) else None,
        refused=False,
        confidence=round(reading.confidence, 4),
        mode="extractive",
        claims=tuple(Claim(citation.quote, (citation.marker,)) for citation in citations),
        citations=citations,
        passages=shown(nearest, (hit for hit, _ in grounded)),
        conflict=conflict,
    )


def shown(nearest: Iterable[Hit], cited: Iterable[Hit]) -> tuple[Hit, ...]:
    """The nearest passages, and behind them those that are cited and not among them."""
    passages: dict[str, Hit] = {}
    for hit in (*nearest, *cited):
        passages.setdefault(hit.passage_id, hit)
    return tuple(passages.values())


def claims_text(claims: Iterable[Claim]) -> str:
    """Claims in words of their own, each with its markers."""
    return " ".join(" ".join([claim.text, *(f"[{marker}]" for marker in claim.citations)]) for claim in claims)


def _quotes(citations: Sequence[Citation], language: Language, conflict: bool) -> str:
    """The quotes with their markers, each run of one article led in by its outlet and date; first, that they differ."""
    opening, closing = QUOTE_MARKS[language]
    parts: list[str] = [message("reports_differ", language)] if conflict else []
    before: str | None = None
    for citation in citations:
        words = "" if citation.article_id == before else lead(citation, language)
        before = citation.article_id
        parts.append(f"{words}{' ' if words else ''}{opening}{citation.quote}{closing} [{citation.marker}]")
    return " ".join(parts)
