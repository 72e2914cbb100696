"""Questions with what is known about their answers, and the articles they are about."""

import hashlib
import json
import random
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path

from index.article import Article
from index.language.script import detect_language


@dataclass(frozen=True, slots=True)
class Question:
    """A question and its gold.

    `relevant` are the ids of the articles that answer it, with `grades` of relevance beside them (all 1 when left out);
    `answers` are gold answers in the articles' words, `answers_other` in another language, compared loosely. `answerable` is
    false where the articles hold no answer, `None` where only retrieval is known. A turn of a conversation names it in
    `conversation`; its turns follow each other in the dataset, and `full` is what a follow-up among them means.
    """

    id: str
    text: str
    language: str = ""
    relevant: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    answers_other: tuple[str, ...] = ()
    type: str | None = None
    answerable: bool | None = None
    evidence: tuple[str, ...] = ()
    source: str | None = None
    grades: tuple[int, ...] = ()
    conversation: str | None = None
    full: str | None = None

    def __post_init__(self) -> None:
        if not self.language:
            object.__setattr__(self, "language", detect_language(self.text))
        if self.answerable is None and (self.answers or self.answers_other):
            object.__setattr__(self, "answerable", True)


@dataclass(frozen=True)
class Dataset:
    """Questions, and the articles to answer them from (none where an index that is already built is measured).

    `sources` are files that hold the same articles; they are indexed the way a user's files are. `paragraphs` are article ids
    in the order of the file, for question files that count paragraphs. `notes` say what was left out or changed on reading.
    """

    name: str
    questions: tuple[Question, ...]
    articles: tuple[Article, ...] = ()
    sources: tuple[Path, ...] = ()
    paragraphs: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=(), compare=False)

    @cached_property
    def hash(self) -> str:
        """Sixteen hex digits that change with any question, gold answer or article text."""
        digest = hashlib.sha256()
        for question in self.questions:
            digest.update(json.dumps(asdict(question), sort_keys=True).encode())
        for article in self.articles:
            digest.update(f"{article.id}\0{article.title}\0{article.text}\0".encode("utf-8", "surrogatepass"))
        if not self.articles:
            for path in self.sources:
                for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
                    if file.is_file():
                        digest.update(hashlib.sha256(file.read_bytes()).digest())
        return digest.hexdigest()[:16]

    def sample(self, questions: int, seed: int) -> "Dataset":
        """So many questions drawn at random, in their order; of a conversation the first turns. The articles stay."""
        units = list(dict.fromkeys(question.conversation or question.id for question in self.questions))
        random.Random(seed).shuffle(units)  # noqa: S311 (which questions are measured is no secret)
        rank = {unit: at for at, unit in enumerate(units)}
        order = sorted(self.questions, key=lambda question: rank[question.conversation or question.id])
        kept = {question.id for question in order[:questions]}
        chosen = tuple(question for question in self.questions if question.id in kept)
        return replace(
            self, questions=chosen, notes=(*self.notes, f"{len(chosen)} of {len(self.questions)} questions were drawn")
        )


def unique_ids(questions: Iterable[Question]) -> tuple[Question, ...]:
    """The questions with `-2`, `-3`... put behind ids that were there before: published sets do repeat ids."""
    seen: dict[str, int] = {}
    out = []
    for question in questions:
        seen[question.id] = count = seen.get(question.id, 0) + 1
        out.append(question if count == 1 else replace(question, id=f"{question.id}-{count}"))
    return tuple(out)


def text_id(prefix: str, *texts: str) -> str:
    """An id that depends on the text alone, so that it survives reordering and is the same in every file."""
    return f"{prefix}-{hashlib.sha256(chr(0).join(texts).encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"
