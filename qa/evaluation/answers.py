"""Whatever a system answers, as the answer document of the contract; and the statements an answer makes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from numbers import Integral, Real
from typing import Any

from index.language.script import detect_language
from index.language.sentences import sentence_spans
from qa.evaluation.metrics.normalise import without_markers

_MARKERS = re.compile(r"\[(\d+)\]")
_LEADING = re.compile(r"^[\s\u2066-\u2069\u200e\u200f]*((?:\[\d+\][\s\u2066-\u2069\u200e\u200f]*)+)")


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of an answer without its markers, and the numbers that stand on it."""

    text: str
    markers: tuple[int, ...]


def as_answer(question: str, given: object) -> dict[str, Any]:
    """`given` as an answer document: text, a document like the contract's, an `Answer` (anything with `to_dict`), or `None`
    for a refusal.

    Only `answer` is needed in a document; `refused`, `short`, `confidence`, `citations`, `claims` and `passages` are used where
    they are. A text without markers leaves `citations` out (`None`): a system that does not cite is not measured on citing.
    Raises `TypeError` for anything else, and for a field of another kind than the contract's: a failure of the system.
    """
    if hasattr(given, "to_dict"):
        given = given.to_dict()
    if given is None or isinstance(given, str):
        text = (given or "").strip()
        given = {"answer": text, "refused": not text, "citations": [] if _MARKERS.search(text) else None}
    if not isinstance(given, Mapping):
        raise TypeError(f"a system must answer with text, a document, an Answer or None, not {type(given).__name__}")
    document = dict(given)
    text = document.get("answer") or ""
    if not isinstance(text, str):
        raise TypeError(f"`answer` must be text, not {type(text).__name__}")
    _check(document)
    refused = document.get("refused")
    defaults: dict[str, Any] = {
        "question": question,
        "language": detect_language(text or question),
        "short": None,
        "confidence": None,
        "claims": None,
        "citations": None,
        "passages": None,
    }
    return {**defaults, **document, "answer": text, "refused": not text.strip() if refused is None else bool(refused)}


# The lists of a document: the field that no item may lack, and those that have a kind where they are given.
_LISTS = {
    "citations": ("article_id", ("quote", "text", "marker", "start", "end")),
    "passages": ("article_id", ("text",)),
    "claims": ("text", ("text", "citations")),
}
_KINDS: dict[str, tuple[Any, str]] = {
    **dict.fromkeys(("quote", "text"), (str, "text")),
    **dict.fromkeys(("marker", "start", "end"), (Integral, "a whole number")),
    "citations": (list | tuple, "a list"),
}


def _check(document: Mapping[str, Any]) -> None:
    confidence, refused = document.get("confidence"), document.get("refused")
    if confidence is not None and not (isinstance(confidence, Real) and 0 <= float(confidence) <= 1):
        raise TypeError(f"`confidence` must be a number from 0 to 1 or null, not {confidence!r}")
    if refused not in (None, True, False):
        raise TypeError(f"`refused` must be true, false or null, not {refused!r}")
    for name, (needed, fields) in _LISTS.items():
        items = document.get(name)
        if items is None:
            continue
        if not isinstance(items, list | tuple) or not all(isinstance(item, Mapping) and needed in item for item in items):
            raise TypeError(f"`{name}` must be a list of objects with `{needed}`")
        for item, field in product(items, fields):
            kind, called = _KINDS[field]
            if item.get(field) is not None and not isinstance(item[field], kind):
                raise TypeError(f"`{field}` in `{name}` must be {called} or null, not {item[field]!r}")


def prediction(answer: Mapping[str, Any]) -> str:
    """What exact match and F1 compare: `short`, else the answer's text without markers; empty for a refusal."""
    if answer["refused"]:
        return ""
    return str(answer.get("short") or without_markers(answer["answer"]))


def statements(answer: Mapping[str, Any]) -> list[Statement]:
    """The claims where the answer has them, else the sentences of its text; a marker after a full stop belongs before it.

    >>> statements({"answer": "It ended in 2018. [1] Nobody saw it [2][3].", "claims": None})
    [Statement(text='It ended in 2018.', markers=(1,)), Statement(text='Nobody saw it .', markers=(2, 3))]
    """
    claims = answer.get("claims")
    if claims:
        return [Statement(without_markers(claim["text"]), tuple(claim.get("citations") or ())) for claim in claims]
    out: list[Statement] = []
    text = answer["answer"]
    for start, end in sentence_spans(text):
        sentence = text[start:end]
        if out and (leading := _LEADING.match(sentence)):
            previous = out[-1]
            out[-1] = Statement(previous.text, (*previous.markers, *_numbers(leading.group(1))))
            sentence = sentence[leading.end() :]
        if words := without_markers(sentence):
            out.append(Statement(words, tuple(_numbers(sentence))))
    return out


def sources(answer: Mapping[str, Any]) -> dict[int, str]:
    """What stands behind each marker: the quote, else the passage it names."""
    passages = {passage.get("passage_id"): passage.get("text", "") for passage in answer.get("passages") or ()}
    out: dict[int, str] = {}
    for number, citation in enumerate(answer.get("citations") or (), 1):
        text = citation.get("quote") or citation.get("text") or passages.get(citation.get("passage_id"))
        if text:
            out[number if citation.get("marker") is None else int(citation["marker"])] = text
    return out


def _numbers(text: str) -> list[int]:
    return [int(number) for number in _MARKERS.findall(text)]
