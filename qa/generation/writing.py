"""One answer by a model: its claims judged while it writes, what fails sent back once, what fails again dropped."""

import json
import logging
import re
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from index.article import Language
from index.errors import DalilError, ModelError
from index.hits import Hit
from index.language import fold
from prompts import Prompt, prompt
from qa.gate import Draft, Gate, Judged, fenced
from qa.gate.fencing import neutralised
from qa.generation.parsing import SCHEMA, ClaimReader
from qa.models import ChatModel, Message, ModelCancelled, ModelTimeout, Usage
from qa.models.base import never

log = logging.getLogger("dalil.model")

MOST_CLAIMS = 6
_SENT_BACK = 4
_MARKER = re.compile(r"(?<!\s)\s*[\[［【]\s*\d+(?:\s*[,،]\s*\d+)*\s*[\]］】]")
_LONGEST = 20_000  # characters of one text: a server that does not keep to max_tokens is left there


@dataclass(frozen=True, slots=True)
class Limits:
    """What the model may use: seconds for the whole answer, tokens for each text."""

    seconds: float
    max_tokens: int


@dataclass(frozen=True, slots=True)
class Task:
    """What a model is asked: the passages are numbered from 1 in their order.

    `hints` are sentences that may answer, with the number of their passage, for a model that sees no answer; `spent` is added
    to; `on_prompt` is given what is sent.
    """

    question: str
    language: Language
    passages: Sequence[Hit]
    hints: Sequence[tuple[int, str]] = ()
    spent: Usage | None = None
    cancelled: Callable[[], bool] = never
    on_prompt: Callable[[Sequence[Message]], None] | None = None


@dataclass(slots=True)
class Outcome:
    """How it went. `declined`: the model says, asked twice where there was doubt, that the passages do not answer."""

    declined: bool = False
    understood: bool = False
    trouble: ModelError | None = None
    short: str | None = None
    failed: list[Judged] = field(default_factory=list)
    prompt: str = ""


class Writer:
    """Asks a model for claims. One writer serves all threads."""

    def __init__(self, model: ChatModel, gate: Gate, limits: Limits, prompts: Path | None = None) -> None:
        """`prompts` is a folder of the user's that may hold prompts in place of the bundled ones."""
        self.model, self.limits, self.prompts = model, limits, prompts
        self._gate = gate

    def room(self, question: str, language: Language) -> int:
        """Tokens left for passages. Raises `ModelError`."""
        empty = self.request(question, [], language)
        used = sum(self.model.count(text) for _, text in empty.parts)
        # What is sent back holds some of the claims a second time.
        return self.model.context - used - int(1.5 * self.limits.max_tokens)

    def claims(self, task: Task) -> Generator[Judged, None, Outcome]:
        """The claims that pass, each as soon as it is complete and judged; the last value tells how it went."""
        one = _One(self, task)
        try:
            yield from one.run()
        except ModelError as error:
            one.outcome.trouble = error
            log.warning("%s", error)
        except DalilError as error:  # a judge that is not there: nothing passes unjudged
            one.outcome.trouble = ModelError(str(error))
            log.warning("the gate cannot judge: %s", error)
        return one.outcome

    def judge(self, draft: Draft, task: Task, told: str = "") -> Judged:
        """The gate's verdict; no claim may hold pieces of `told`. Raises `DalilError` where the judge is not there."""
        return self._gate.judge(draft, task.passages, task.language, question=task.question, prompt=told)

    def told(self, language: Language) -> str:
        """What the model is told beside question and passages. Raises `ModelError`, `SettingsError`."""
        return self.request("", [], language).text

    def request(self, question: str, passages: Sequence[Hit], language: Language) -> Prompt:
        """What is asked, in the form that the model can keep to. Raises `ModelError`, `SettingsError`."""
        name = "answer" if self.model.structured() else "answer-tagged"
        values = {"question": question, "passages": fenced(passages)}
        return prompt(name, language, folder=self.prompts, **values)


class _One:
    """One question on its way."""

    def __init__(self, writer: Writer, task: Task) -> None:
        self._writer, self._model, self._task = writer, writer.model, task
        self._until = time.monotonic() + writer.limits.seconds
        self._passed: dict[str, Judged] = {}
        self.outcome = Outcome()

    def run(self) -> Iterator[Judged]:
        """The first text, and a second one where something was wrong with the first."""
        self._structured = self._model.structured()
        self._told = self._writer.told(self._task.language)
        request = self._writer.request(self._task.question, self._task.passages, self._task.language)
        self.outcome.prompt = request.version
        messages = [Message(role, text) for role, text in request.parts]
        reader = yield from self._written(messages)
        answer = self._again(reader)
        if answer is None:
            return
        self.outcome.failed, failed = [], self.outcome.failed
        drafts = [judged.draft for judged in failed[:_SENT_BACK]]
        said = _as_written(drafts, declined=reader.declined, structured=self._structured)
        second = yield from self._written([*messages, Message("assistant", said), *answer])
        self.outcome.declined = second.declined and not self._passed
        self.outcome.understood = reader.understood or second.understood

    def _written(self, messages: Sequence[Message]) -> Generator[Judged, None, ClaimReader]:
        """One text: the claims in it that pass, while it is being written."""
        if self._task.on_prompt is not None:
            self._task.on_prompt(messages)
        reader, length = ClaimReader(), 0
        schema = SCHEMA if self._structured else None
        pieces = self._model.stream(
            messages,
            schema=schema,
            max_tokens=self._writer.limits.max_tokens,
            cancelled=self._stopped,
            spent=self._task.spent,
        )
        try:
            with closing(pieces):  # type: ignore[type-var]
                for piece in pieces:
                    length += len(piece)
                    yield from self._judged(reader.feed(piece))
                    if reader.declined or length > _LONGEST or len(self._passed) >= MOST_CLAIMS:
                        break
                else:
                    yield from self._judged(reader.finish())
        except ModelCancelled:
            if self._task.cancelled():
                raise
            raise ModelTimeout(f"{self._model.name} did not answer within {self._writer.limits.seconds:g} s") from None
        finally:
            self.outcome.declined = reader.declined and not self._passed
            self.outcome.understood = reader.understood
            self.outcome.short = reader.short or self.outcome.short
        return reader

    def _stopped(self) -> bool:
        return self._task.cancelled() or time.monotonic() > self._until

    def _judged(self, drafts: Sequence[Draft]) -> Iterator[Judged]:
        for draft in map(_tidy, drafts):
            key = fold(draft.text)
            if key in self._passed or len(self._passed) >= MOST_CLAIMS:
                continue
            judged = self._writer.judge(draft, self._task, self._told)
            if judged.problem is None:
                self._passed[key] = judged
                yield judged
            else:
                log.info("a claim of %s failed: %s", self._model.name, judged.problem)
                self.outcome.failed.append(judged)

    def _again(self, reader: ClaimReader) -> list[Message] | None:
        """What is said to the model after its first text; `None` where nothing need be said."""
        if self.outcome.failed:
            problems = [_problem(judged, number) for number, judged in enumerate(self.outcome.failed[:_SENT_BACK], 1)]
            return self._say("repair", problems="\n".join(problems))
        if self._passed:
            return None
        if self.outcome.declined and self._task.hints:
            sentences = "\n".join(f"{number}: {' '.join(neutralised(text).split())}" for number, text in self._task.hints)
            return self._say("reconsider", sentences=sentences)
        if not self.outcome.declined:
            return self._say("repair", problems="1. nothing in the form that was asked for")
        return None

    def _say(self, name: str, **values: str) -> list[Message]:
        made = prompt(name, self._task.language, folder=self._writer.prompts, **values)
        return [Message(role, text) for role, text in made.parts]


def _tidy(draft: Draft) -> Draft:
    """The claim on one line, without markers of the model's own."""
    return replace(draft, text=" ".join(_MARKER.sub("", draft.text).split()))


def _problem(judged: Judged, number: int) -> str:
    draft = judged.draft
    claim = json.dumps({"passage": draft.passage, "quote": draft.quote, "text": draft.text}, ensure_ascii=False)
    return f"{number}. {claim}\n   {judged.reason}"


def _as_written(drafts: Sequence[Draft], *, declined: bool, structured: bool) -> str:
    """What the model wrote, as far as it matters, in the form that it was asked for."""
    if structured:
        claims = [{"passage": one.passage, "quote": one.quote, "text": one.text} for one in drafts]
        return json.dumps({"answered": not declined, "claims": claims, "short": ""}, ensure_ascii=False)
    if declined:
        return "<none/>"
    form = '<claim passage="{}"><quote>{}</quote><text>{}</text></claim>'
    return "\n".join(form.format(one.passage, one.quote, one.text) for one in drafts) or "…"
