"""What a question means in its conversation: by the language model where there is one, else by rules."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from qa.conversation.rules import rewrite
from qa.conversation.subject import is_followup, root
from qa.conversation.turns import Turn


@dataclass(frozen=True, slots=True)
class Understood:
    """A question and what it means.

    `standalone` is the full question, the question itself where it needed nothing; `by` tells who made it, `None` for nobody.
    For a follow-up, `topic` is the question that began the subject, `articles` the ids cited last.
    """

    question: str
    standalone: str
    by: Literal["model", "rules"] | None = None
    topic: str = ""
    articles: tuple[str, ...] = ()

    @property
    def is_followup(self) -> bool:
        """Whether the question leans on those before it."""
        return self.by is not None


def understand(question: str, turns: Sequence[Turn], *, longest: int = 2000) -> Understood:
    """`question` as it is meant after `turns`; a full question of more than `longest` characters is not made."""
    turns = with_standalone(turns)
    full = rewrite(question, turns) if turns else None
    if full is None or len(full) > longest:
        return Understood(question, question)
    return followup(question, full, turns, "rules")


def followup(question: str, full: str, turns: Sequence[Turn], by: Literal["model", "rules"]) -> Understood:
    """A follow-up with what its subject has shown so far."""
    cited: tuple[str, ...] = ()
    for turn in reversed(turns):
        cited = turn.articles
        if cited or not is_followup(turn):
            break
    return Understood(question, full, by, root(turns).question, cited)


def with_standalone(turns: Sequence[Turn]) -> list[Turn]:
    """The turns, each understood through those before it: histories of clients do not say what a follow-up meant."""
    known: list[Turn] = []
    for turn in turns:
        if turn.standalone is None:
            turn = replace(turn, standalone=(rewrite(turn.question, known) if known else None) or turn.question)
        known.append(turn)
    return known
