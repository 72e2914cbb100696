"""What a question means in its conversation: by the language model where there is one, else by rules."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from qa.conversation.rewriting import rewrite_by_model
from qa.conversation.rules import rewrite
from qa.conversation.subject import is_followup, root
from qa.conversation.turns import Turn
from qa.models.base import ChatModel, never


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


def understand(
    question: str,
    turns: Sequence[Turn],
    *,
    model: ChatModel | None = None,
    prompts: Path | None = None,
    longest: int = 2000,
    cancelled: Callable[[], bool] = never,
) -> Understood:
    """`question` as it is meant after `turns`; a full question of more than `longest` characters is not made.

    With a `model` its word counts where it passes the checks of `rewriting`; rules stand in where it fails.
    """
    if not turns:
        return Understood(question, question)
    turns = with_standalone(turns)
    by: Literal["model", "rules"] = "model"
    full = rewrite_by_model(model, question, turns, prompts=prompts, longest=longest, cancelled=cancelled) if model else None
    if full is None:
        by, full = "rules", rewrite(question, turns)
    if full is None or full == question or len(full) > longest:
        return Understood(question, question)
    return followup(question, full, turns, by)


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
