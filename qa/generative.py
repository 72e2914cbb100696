"""Answers by a language model: every sentence a claim that passed the gate, with the exact words it rests on."""

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from index.collection import Collection
from index.errors import ModelError
from index.hits import Hit
from index.retrieval import Found, select_by_article
from qa.answer import Answer, Citation, Claim, ClaimVerified
from qa.composing import Asked, citation, claims_text, refusal, shown
from qa.extractive import Reading
from qa.gate import Gate, Judged
from qa.generation.packing import MOST, pack
from qa.generation.writing import Limits, Outcome, Task, Writer
from qa.grounding import find_quote
from qa.judges import LazyJudge
from qa.models import ChatModel, ModelRefused, ModelTimeout, Usage
from qa.reading.sentences import Sentence
from qa.settings import Settings

_TRUST = 4.0
"""How much likelier a model is to find an answer that is there than one that is not: it is taken to be right four times out of
five. By Bayes' rule the odds that the reader gives are multiplied by it once claims have passed the gate."""


@dataclass(frozen=True, slots=True)
class Generated:
    """What came of asking the model: an answer (or a refusal that is the model's), or none.

    `note` is the key of what the asker should know; `about` fills `Answer.model` and `prompt`, `spent` its `usage`.
    """

    answer: Answer | None = None
    note: str | None = None
    about: dict[str, Any] = field(default_factory=dict)
    spent: Usage | None = None


def believed(confidence: float) -> float:
    """The probability of an answer once a model has given one that passed the gate.

    >>> believed(0.2)
    0.5
    """
    return _TRUST * confidence / (1 + (_TRUST - 1) * confidence)


def worth_asking(reading: Reading, asked: Asked) -> bool:
    """Whether an answer of a model could be believed at all; if not, nothing need be spent on it."""
    return believed(reading.confidence) >= asked.refuse_below


def make_writer(settings: Settings, model: ChatModel | None) -> Writer | None:
    """What writes with `model`, as the settings say; `None` without a model."""
    if model is None:
        return None
    return Writer(
        model, Gate(LazyJudge(settings.judge)), Limits(settings.llm_timeout_s, settings.llm_max_tokens), settings.prompts
    )


class Generative:
    """Answers by a language model, over what was found."""

    def __init__(self, writer: Writer, collection: Collection) -> None:
        self._writer, self._collection = writer, collection

    def answer(
        self, asked: Asked, found: Sequence[Found], reading: Reading, nearest: tuple[Hit, ...]
    ) -> Generator[ClaimVerified, None, Generated]:
        """Each claim as it passes, and at the end what came of it. Never raises `ModelError`."""
        spent = Usage(self._writer.model.usage().price)
        worthy = _by_worth(found, reading)
        if not worthy:
            return Generated()
        outcome, released = yield from self._claims(asked, worthy, reading, spent)
        about = {"model": self._writer.model.name, "prompt": outcome.prompt or None}
        if released.claims:
            note = "note.broke_off" if outcome.trouble else None
            cited = [hit for hit in worthy if hit.passage_id in {one.passage_id for one in released.citations}]
            return Generated(_compose(asked, outcome, released, reading, shown(nearest, cited)), note, about, spent)
        if outcome.trouble is not None:
            return Generated(None, "note.slow" if isinstance(outcome.trouble, ModelTimeout) else "note.absent", about, spent)
        if outcome.declined:
            return Generated(refusal(asked, reading.confidence, nearest), None, about, spent)
        return Generated(None, "note.failed", about, spent)

    def _claims(
        self, asked: Asked, worthy: Sequence[Hit], reading: Reading, spent: Usage
    ) -> Generator[ClaimVerified, None, tuple[Outcome, "_Released"]]:
        released, question = _Released(self._collection), asked.understood.standalone
        try:
            room = self._writer.room(question, asked.language)
            passages = pack(worthy, room, self._writer.model.count)
        except ModelError as error:
            return Outcome(trouble=error), released
        if not passages:
            said = f"the {self._writer.model.context} tokens of {self._writer.model.name} have no room for a passage"
            return Outcome(trouble=ModelRefused(f"{said}: see llm_context and llm_max_tokens")), released
        task = Task(
            question,
            asked.language,
            passages,
            hints=_hints(reading.sentences, passages) if reading.confidence >= asked.refuse_below else (),
            spent=spent,
            cancelled=asked.cancelled,
            on_prompt=asked.on_prompt,
        )
        claims = self._writer.claims(task)
        while True:
            try:
                judged = next(claims)
            except StopIteration as end:
                return end.value, released
            if (released_claim := released.add(judged)) is not None:
                yield released_claim


class _Released:
    """The claims that were shown so far, with their citations: one marker for one place."""

    def __init__(self, collection: Collection) -> None:
        self._store = collection.store
        self.claims: list[Claim] = []
        self.citations: list[Citation] = []

    def add(self, judged: Judged) -> ClaimVerified | None:
        """The claim with its citation; nothing where its article turns out to be damaged."""
        located = judged.located
        assert located is not None
        assert located.passage is not None
        place = (located.passage.article_id, located.start, located.end)
        known = next((one for one in self.citations if (one.article_id, one.start, one.end) == place), None)
        if not self._store.sound([located.passage.article_id]):
            return None
        if known is None:
            also = self._store.duplicates_of([located.passage.article_id]).get(located.passage.article_id, [])
            known = citation(len(self.citations) + 1, located, also)
            self.citations.append(known)
        claim = Claim(judged.draft.text, (known.marker,))
        self.claims.append(claim)
        return ClaimVerified(claim, (known,), "generative")


def _compose(asked: Asked, outcome: Outcome, released: _Released, reading: Reading, passages: tuple[Hit, ...]) -> Answer:
    return Answer(
        question=asked.question,
        language=asked.language,
        answer=claims_text(released.claims),
        short=_short([outcome.short, reading.short], released),
        refused=False,
        confidence=round(believed(reading.confidence), 4),
        mode="generative",
        claims=tuple(released.claims),
        citations=tuple(released.citations),
        passages=passages,
    )


def _by_worth(found: Sequence[Found], reading: Reading) -> list[Hit]:
    """The passages that hold what the reader would quote, then the others, each article's best one first."""
    others = select_by_article([item.hit for item in found if item.hit.quotable], MOST)
    return list(shown((sentence.hit for sentence in reading.sentences), others))


def _hints(sentences: Sequence[Sentence], passages: Sequence[Hit]) -> list[tuple[int, str]]:
    """The reader's sentences that stand in `passages`, with the number of their passage."""
    return [
        (number, sentence.text)
        for sentence in sentences
        for number, hit in enumerate(passages, 1)
        if hit.passage_id == sentence.hit.passage_id and sentence.text in hit.text
    ]


def _short(wanted: Iterable[str | None], released: _Released) -> str | None:
    """The first of the few words that stand in a claim, and so were judged with it, or in a quote."""
    texts = [claim.text for claim in released.claims] + [one.quote for one in released.citations]
    for words in filter(None, wanted):
        for text in texts:
            if span := find_quote(words, text):
                return text[slice(*span)]
    return None
