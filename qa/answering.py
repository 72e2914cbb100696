"""The way through: find, read, let a model write where there is one, and ground."""

import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace

from index.collection import Collection
from index.hits import Hit
from index.retrieval import READ_AGAIN, Found, select_by_article
from prompts import message
from qa.answer import Answer, Citation, ClaimVerified, Event, PassagesFound
from qa.composing import Asked, citation, quoted_answer
from qa.extractive import Reading, read
from qa.finding import Finder
from qa.generation.writing import Writer
from qa.generative import Generated, Generative, worth_asking
from qa.grounding import Located, Verdict, verify
from qa.reading.sentences import Sentence
from qa.remembering import Remembered
from qa.translation import QuoteTranslator


class Answerer:
    """Answers questions over a collection: by a language model where there is a `writer`, else in the articles' own words."""

    def __init__(
        self,
        collection: Collection,
        finder: Finder,
        writer: Writer | None = None,
        translator: QuoteTranslator | None = None,
        remembered: int = 0,
    ) -> None:
        """`translator` translates quotes that are not in the language of the answer.

        The last `remembered` answers are given again while the articles are what they were; a model's words never are.
        """
        self._collection, self._translator = collection, translator
        self._finder = finder
        self._generative = Generative(writer, collection) if writer is not None else None
        self._remembered = Remembered(remembered) if remembered and writer is None and translator is None else None

    def events(self, asked: Asked) -> Iterator[Event]:
        """The passages, each claim as it passes the gate, and the whole answer last."""
        began = time.perf_counter()
        state = None if self._remembered is None else self._collection.refresh()
        if self._remembered is None or state is None:
            yield from self._worked_out(asked)
            return
        question = state, asked.understood, asked.language, asked.k, asked.filters, asked.refuse_below
        with closing(self._remembered.answer(question, lambda: self._worked_out(asked))) as events:
            for known, event in events:
                if known and isinstance(event, Answer):
                    spent = round((time.perf_counter() - began) * 1000, 3)
                    event = replace(event, timings_ms=dict.fromkeys(event.timings_ms, 0.0) | {"total": spent})
                yield event

    def _worked_out(self, asked: Asked) -> Generator[Event, None, None]:
        began = time.perf_counter()
        findings = self._finder.find(asked.understood, asked.filters, keep=max(READ_AGAIN, 2 * asked.k))
        found = findings.found
        ready = time.perf_counter()
        nearest = tuple(select_by_article([item.hit for item in found], asked.k))
        yield PassagesFound(nearest)
        reading = read(findings.query, found, self._collection)
        generated = Generated()
        if self._generative is not None and worth_asking(reading, asked):
            generated = yield from self._generative.answer(asked, found, reading, nearest)
        answer = generated.answer
        if answer is None:
            answer = self._quoted(asked, reading, found, nearest)
            for claim in answer.claims:
                yield ClaimVerified(claim, tuple(one for one in answer.citations if one.marker in claim.citations))
        written = time.perf_counter()
        answer = self._translated(asked, answer, generated)
        ended = time.perf_counter()
        spans = findings.seconds | {"answer": written - ready}
        if any(cited.translation for cited in answer.citations):
            spans |= {"translate": ended - written}
        timings = {name: round(seconds * 1000, 3) for name, seconds in (spans | {"total": ended - began}).items()}
        usage = generated.spent.to_dict() if generated.spent is not None else None
        yield replace(answer, timings_ms=timings, note=_note(generated, answer), usage=usage, **generated.about)

    def _translated(self, asked: Asked, answer: Answer, generated: Generated) -> Answer:
        """The answer with translations of its quotes, once every claim is out; a model in trouble is not asked for more."""
        translator = self._translator
        if translator is None or not answer.citations or (translator.asks_chat and generated.note is not None):
            return answer
        citations = translator.translated(
            answer.citations, asked.language, cancelled=asked.cancelled, spent=generated.spent if translator.asks_chat else None
        )
        return replace(answer, citations=citations)

    def _quoted(self, asked: Asked, reading: Reading, found: Sequence[Found], nearest: tuple[Hit, ...]) -> Answer:
        """The answer in the articles' own words."""
        grounded = self._ground(reading, found) if reading.confidence >= asked.refuse_below else []
        return quoted_answer(asked, reading, [(sentence.hit, cited) for sentence, cited in grounded], nearest)

    def _ground(self, reading: Reading, found: Sequence[Found]) -> list[tuple[Sentence, Citation]]:
        """The sentences that pass the gate, each with its citation."""
        hits = [item.hit for item in found]
        passed: list[tuple[Sentence, Located]] = []
        for sentence in reading.sentences:
            located = verify(sentence.text, sentence.hit, hits)
            if located.verdict is Verdict.SUPPORTED:
                passed.append((sentence, located))
        sound = self._collection.store.sound(sentence.hit.article_id for sentence, _ in passed)
        passed = [(sentence, located) for sentence, located in passed if sentence.hit.article_id in sound]
        repeated = self._collection.store.duplicates_of(list(sound))
        return [
            (sentence, citation(marker, located, repeated.get(sentence.hit.article_id, [])))
            for marker, (sentence, located) in enumerate(passed, start=1)
        ]


def _note(generated: Generated, answer: Answer) -> str | None:
    """What the asker should know, and whose words these are where they are not the model's."""
    if generated.note is None:
        return None
    said = message(generated.note, answer.language)
    if generated.answer is None and not answer.refused:
        return f"{said} {message('note.own_words', answer.language)}"
    return said
