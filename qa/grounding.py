"""The verbatim gate: nothing uncited, nothing misquoted, whoever wrote the answer.

A quote is looked for through the folding map, so a different spelling of alef, tashkeel, tatweel, digits or quotation marks
does not hide it; what is then shown is the article's own characters.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from index.hits import Hit
from index.language import Folded, fold, fold_with_map

_ELLIPSIS = re.compile(r"\.{2,}|\[\.*\]|\(\.{2,}\)")
_CLITICS = frozenset("وفبكل")
_SHORTEST_PIECE = 2  # words: one word alone stands almost anywhere


class Verdict(StrEnum):
    """What became of a quote."""

    SUPPORTED = "supported"
    FABRICATED = "fabricated"
    STITCHED = "stitched"
    MISATTRIBUTED = "misattributed"


@dataclass(frozen=True, slots=True)
class Located:
    """The verdict on a quote, and where it stands: in `passage`, at `article.text[start:end]`, as `quote`.

    For `STITCHED` and `FABRICATED` there is no such place; for `MISATTRIBUTED` it is the passage that does hold the quote.
    """

    verdict: Verdict
    passage: Hit | None = None
    start: int = 0
    end: int = 0
    quote: str = ""


@lru_cache(maxsize=512)
def _folded(text: str) -> Folded:
    return fold_with_map(text)


def _at_word_borders(text: str, start: int, end: int) -> bool:
    """Whether the span neither begins nor ends inside a word; Arabic clitics (و ف ب ك ل) before it are not part of it."""
    if end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        return False
    if not text[start].isalnum():
        return True
    before = start
    while before and (text[before - 1].isalnum() or text[before - 1] == "_"):
        before -= 1
    prefix = text[before:start]
    return len(prefix) <= 2 and all(char in _CLITICS for char in prefix)


def find_quote(quote: str, text: str) -> tuple[int, int] | None:
    """The first span of `text` whose folding is that of `quote`, at word borders; `None` where there is none.

    >>> find_quote("٣٠ ابريل", "في 30 أبريل الماضي")
    (3, 11)
    """
    exact = text.find(quote) if quote.strip() else -1
    if exact >= 0 and quote == quote.strip() and _at_word_borders(text, exact, exact + len(quote)):
        return exact, exact + len(quote)
    spans = (span for span in _folded(text).find(quote) if _at_word_borders(text, *span))
    return next(spans, None)


def verify(quote: str, cited: Hit, others: Iterable[Hit] = ()) -> Located:
    """The verdict on `quote`, said to stand in `cited`; `others` are the further passages the answerer was given.

    A passage that must not be quoted (`quotable` false) supports nothing.
    """
    rest = [hit for hit in others if hit.passage_id != cited.passage_id]
    for hit in [cited, *rest]:
        span = find_quote(quote, hit.text) if hit.quotable else None
        if span is not None:
            start, end = span
            verdict = Verdict.SUPPORTED if hit is cited else Verdict.MISATTRIBUTED
            return Located(verdict, hit, hit.start + start, hit.start + end, hit.text[start:end])
    texts = [_folded(hit.text).text for hit in [cited, *rest]]
    return Located(Verdict.STITCHED if _is_stitched(quote, texts) else Verdict.FABRICATED)


def _is_stitched(quote: str, folded_texts: Sequence[str]) -> bool:
    """Whether the quote is made of runs of words that each stand somewhere, though not in this order at one place."""
    padded = [f" {' '.join(_words(text))} " for text in folded_texts]
    pieces = 0
    for part in _ELLIPSIS.split(fold(quote)):
        words = _words(part)
        while words:
            length = _longest_prefix(words, padded)
            if length < min(_SHORTEST_PIECE, len(words)) or length == 0:
                return False
            pieces += 1
            words = words[length:]
    return pieces > 1


def _words(folded: str) -> list[str]:
    return re.findall(r"\w+", folded)


def _longest_prefix(words: Sequence[str], padded: Sequence[str]) -> int:
    length = 0
    while length < len(words) and any(f" {' '.join(words[: length + 1])} " in text for text in padded):
        length += 1
    return length
