"""Which passages a model is shown: the best first, as many as there is room for."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from index.hits import Hit
from index.language.sentences import sentence_spans
from qa.gate import fenced

MOST = 12
"""More passages than this help no model to find the right one."""
_NUMBER = 4  # tokens: the number and the lines between passages


def pack(passages: Iterable[Hit], room: int, count: Callable[[str], int]) -> list[Hit]:
    """The passages, in their order, that fit into `room` tokens as they are fenced for a prompt.

    The first one that does not fit whole is cut after a whole sentence. What must not be quoted is left out, and what stands
    inside a passage that is there already.
    """
    packed: list[Hit] = []
    for hit in passages:
        if len(packed) == MOST:
            break
        if not hit.quotable or any(_within(hit, other) for other in packed):
            continue
        cost = count(fenced([hit])) + _NUMBER
        if cost > room:
            cut = _cut(hit, room, count)
            return [*packed, cut] if cut else packed
        packed.append(hit)
        room -= cost
    return packed


def _within(hit: Hit, other: Hit) -> bool:
    return hit.article_id == other.article_id and other.start <= hit.start and hit.end <= other.end


def _cut(hit: Hit, room: int, count: Callable[[str], int]) -> Hit | None:
    """The longest beginning of `hit` in whole sentences that fits."""
    best = None
    for _, end in sentence_spans(hit.text):
        text = hit.text[:end].rstrip()
        shorter = replace(hit, text=text, end=hit.start + len(text))
        if count(fenced([shorter])) + _NUMBER > room:
            break
        best = shorter
    return best
