"""A follow-up as a full question by a language model, used only where what it wrote can be trusted."""

import logging
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from index.errors import DalilError
from index.language import detect_language, fold
from index.language.stemming import content_terms, terms
from prompts import prompt
from qa.conversation.parsing import parse
from qa.conversation.turns import Turn
from qa.models.base import ChatModel, Message, complete, never

log = logging.getLogger("dalil.conversation")

_ANSWER_SHOWN = 300  # characters of an earlier answer
_TURNS_SHOWN = 4
_MOST_TOKENS = 200
_MORE_WORDS = 25  # that a full question may have beyond the follow-up
_LABEL = re.compile(r"\A(?:(?:full |standalone |new )?question|السؤال(?: الكامل| الجديد)?|س)\s*:\s*", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def rewrite_by_model(
    model: ChatModel,
    question: str,
    turns: Sequence[Turn],
    *,
    prompts: Path | None = None,
    longest: int = 2000,
    cancelled: Callable[[], bool] = never,
) -> str | None:
    """What the model makes of `question` after `turns`; `None` where it fails or its text fails a check.

    Where the model repeats the question, the question itself is returned. `prompts` is the user's own folder of prompts.
    """
    language = parse(question).language
    mark = ("س", "ج") if language == "ar" else ("Q", "A")
    shown = "\n".join(
        f"{mark[0]}: {_line(turn.standalone or turn.question)}\n{mark[1]}: {_said(turn)}" for turn in turns[-_TURNS_SHOWN:]
    )
    asked = prompt("rewrite", language, folder=prompts, conversation=shown, question=_line(question))
    messages = [Message(role, text) for role, text in asked.parts]
    try:
        written = complete(model, messages, _MOST_TOKENS, cancelled=cancelled)
    except DalilError as error:
        log.warning("the language model rewrote no question (%s); rules do", error.code)
        return None
    return checked(written, question, turns, longest=longest)


def checked(written: str, question: str, turns: Sequence[Turn], *, longest: int = 2000) -> str | None:
    """The full question in what a model wrote, or `None`.

    It is one line in the question's language, ends as a question, is not much longer, holds every number and nearly every
    content word of the question, and takes what it adds from the conversation.
    """
    lines = [line.strip() for line in written.strip().splitlines() if line.strip()]
    if len(lines) != 1:
        return None
    text = _LABEL.sub("", lines[0]).strip().strip("\"'«»“”*`").strip()
    if fold(text).rstrip(" ?.!") == fold(question).rstrip(" ?.!"):
        return question
    if not text.endswith(("?", "؟")) or len(text) > longest or len(text.split()) > len(question.split()) + _MORE_WORDS:
        return None
    if any(char.isalpha() for char in question) and detect_language(text) != detect_language(question):
        return None
    asked = set(content_terms(parse(question).text))
    kept = set(content_terms(text))
    if len(asked - kept) > len(asked) // 3 or not _numbers(question) <= _numbers(text):
        return None
    if not all(name in fold(text) for name in _names(question)):
        return None
    return text if _only_from(text, question, turns) else None


def _only_from(text: str, question: str, turns: Sequence[Turn]) -> bool:
    """Whether numbers and most content words that were added stand in the conversation, where that is in the same language."""
    before = " ".join(part for turn in turns for part in (turn.question, turn.standalone or "", turn.answer, *turn.evidence))
    if not _numbers(text) <= _numbers(before) | _numbers(question):
        return False
    added = set(content_terms(text)) - set(content_terms(question))
    if len({detect_language(turn.question) for turn in turns} | {detect_language(text)}) > 1:
        return True  # names are spelled anew in the other script
    return len(added - set(terms(before))) <= max(1, len(added) // 3)


def _numbers(text: str) -> set[str]:
    return set(_NUMBER.findall(fold(text)))


def _names(question: str) -> list[str]:
    parsed = parse(question)
    return [fold(parsed.span(first, last)).removesuffix("'s") for first, last in parsed.names]


def _said(turn: Turn) -> str:
    text = _line(turn.answer)
    return text if len(text) <= _ANSWER_SHOWN else text[:_ANSWER_SHOWN].rsplit(" ", 1)[0] + " …"


def _line(text: str) -> str:
    return " ".join(text.split())
