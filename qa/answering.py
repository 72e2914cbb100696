"""The way through: retrieve, read, ground, and put the answer into words."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from index.article import Article, Language
from index.collection import Collection
from index.hits import Filters, Hit
from index.retrieval import Found, select_by_article
from prompts import message
from qa.answer import Answer, Citation, Claim, ClaimVerified, Event, PassagesFound
from qa.conversation.understanding import Understood
from qa.extractive import Reading, read
from qa.finding import Finder
from qa.grounding import Located, Verdict, verify
from qa.reading.sentences import Sentence
from qa.wording import QUOTE_MARKS, lead


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what the asker wants: the language of the words around the quotes, passages, filters."""

    understood: Understood
    language: Language
    k: int
    filters: Filters | None
    refuse_below: float

    @property
    def question(self) -> str:
        """The question as it was asked."""
        return self.understood.question


class Answerer:
    """Answers questions over a collection, in the articles' own words."""

    def __init__(self, collection: Collection, finder: Finder) -> None:
        self._collection = collection
        self._finder = finder

    def events(self, asked: Asked) -> Iterator[Event]:
        """The passages, each claim as it passes the gate, and the whole answer last."""
        began = time.perf_counter()
        findings = self._finder.find(asked.understood, asked.filters)
        query, found = findings.query, findings.found
        ready = time.perf_counter()
        nearest = tuple(select_by_article([item.hit for item in found], asked.k))
        yield PassagesFound(nearest)
        reading = read(query, found, self._collection)
        grounded = self._ground(reading, found) if reading.confidence >= asked.refuse_below else []
        answer = _answer(asked, reading, grounded, nearest)
        for claim in answer.claims:
            yield ClaimVerified(claim, tuple(citation for citation in answer.citations if citation.marker in claim.citations))
        ended = time.perf_counter()
        spans = findings.seconds | {"answer": ended - ready, "total": ended - began}
        yield replace(answer, timings_ms={name: round(seconds * 1000, 3) for name, seconds in spans.items()})

    def _ground(self, reading: Reading, found: Sequence[Found]) -> list[tuple[Sentence, Citation]]:
        """The sentences that pass the gate, each with its citation."""
        hits = [item.hit for item in found]
        passed: list[tuple[Sentence, Located]] = []
        for sentence in reading.sentences:
            located = verify(sentence.text, sentence.hit, hits)
            if located.verdict is Verdict.SUPPORTED:
                passed.append((sentence, located))
        repeated = self._collection.store.duplicates_of([sentence.hit.article_id for sentence, _ in passed])
        return [
            (sentence, _citation(marker, located, repeated.get(sentence.hit.article_id, [])))
            for marker, (sentence, located) in enumerate(passed, start=1)
        ]


def _citation(marker: int, located: Located, also: Sequence[Article]) -> Citation:
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


def _answer(asked: Asked, reading: Reading, grounded: Sequence[tuple[Sentence, Citation]], nearest: tuple[Hit, ...]) -> Answer:
    if not grounded:
        text = message("refusal_near" if nearest else "refusal", asked.language)
        sure = round(min(reading.confidence, asked.refuse_below), 4)
        return Answer(asked.question, asked.language, text, None, True, sure, "extractive", passages=nearest)
    citations = tuple(citation for _, citation in grounded)
    claims = tuple(Claim(citation.quote, (citation.marker,)) for citation in citations)
    short = reading.short if any(reading.short and reading.short in citation.quote for citation in citations) else None
    shown = {hit.passage_id: hit for hit in nearest}
    for sentence, _ in grounded:
        shown.setdefault(sentence.hit.passage_id, sentence.hit)
    return Answer(
        question=asked.question,
        language=asked.language,
        answer=_words(citations, asked.language),
        short=short,
        refused=False,
        confidence=round(reading.confidence, 4),
        mode="extractive",
        claims=claims,
        citations=citations,
        passages=tuple(shown.values()),
    )


def _words(citations: Sequence[Citation], language: Language) -> str:
    """The quotes with their markers, each run of one article led in by its outlet and date."""
    opening, closing = QUOTE_MARKS[language]
    parts: list[str] = []
    before: str | None = None
    for citation in citations:
        words = "" if citation.article_id == before else lead(citation, language)
        before = citation.article_id
        parts.append(f"{words}{' ' if words else ''}{opening}{citation.quote}{closing} [{citation.marker}]")
    return " ".join(parts)
