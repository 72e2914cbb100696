"""Parts of a text put into messages of limited length."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import regex  # type: ignore[import-untyped]

from index.language import clause_spans, sentence_spans

SHORTEST_LIMIT = 200
"""A lower limit would leave no room for words between markers and names."""


@dataclass(frozen=True, slots=True)
class Part:
    """Something that stays together where it fits. `show(words)` is how it looks with its `words`, or with some of them.

    Only `words` may be cut; everything else that `show` adds stands in each piece. `gap` stands before it inside a message.
    """

    words: str
    show: Callable[[str], str]
    gap: str = ""


def units(text: str) -> int:
    """The length of a text in UTF-16 units, in which the strictest tools count."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def packed(parts: Sequence[Part], limit: int | None) -> list[str]:
    """The parts in as few messages as their order allows, none over `limit`."""
    messages: list[str] = []
    for part in parts:
        shown = part.show(part.words)
        if messages and (limit is None or units(messages[-1] + part.gap + shown) <= limit):
            messages[-1] += part.gap + shown
        elif limit is None or not part.words or units(shown) <= limit:
            messages.append(shown)
        else:
            messages += _pieces(part, limit)
    return messages


def _pieces(part: Part, limit: int) -> list[str]:
    return [part.show(words) for words in cut(part.words, lambda words: units(part.show(words)) <= limit)]


def cut(text: str, fits: Callable[[str], bool]) -> list[str]:
    """A text in pieces that fit, cut between sentences; where one does not fit, between clauses, words, then characters."""
    return [piece.strip() for piece in _cut(text, fits, 0) if piece.strip()]


def _clauses(text: str) -> Iterator[str]:
    return (text[start:end] for start, end in clause_spans(text, (0, len(text))))


_FINER: tuple[Callable[[str], Iterator[str]], ...] = (
    lambda text: (text[start:end] for start, end in sentence_spans(text)),
    _clauses,
    lambda text: (found[0] for found in regex.finditer(r"\s*\S+\s*", text)),
    lambda text: (found[0] for found in regex.finditer(r"\X", text)),
    iter,
)


def _cut(text: str, fits: Callable[[str], bool], level: int) -> list[str]:
    pieces = [""]
    for piece in _FINER[level](text):
        if fits((pieces[-1] + piece).strip()):
            pieces[-1] += piece
        elif fits(piece.strip()) or level + 1 == len(_FINER):
            pieces.append(piece)
        else:
            pieces += _cut(piece, fits, level + 1)
    return pieces


def shortened(text: str, most: int, show: Callable[[str], str] = str) -> str:
    """A text cut at a word, with an ellipsis, so that it takes at most `most` units as `show` shows it."""
    if units(show(text)) <= most:
        return text
    return cut(text, lambda words: units(show(f"{words}…")) <= most)[0] + "…"


def fitting(variants: Sequence[str], limit: int | None) -> str:
    """The first of the variants that fits, else the last."""
    return next((one for one in variants if limit is None or units(one) <= limit), variants[-1])
