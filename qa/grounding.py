"""The verbatim gate: nothing uncited, nothing misquoted, whoever wrote the answer.

A quote is looked for through the folding map, so a different spelling of alef, tashkeel, tatweel, digits or quotation marks
does not hide it; what is then shown is the article's own characters.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from index.hits import Hit
from index.language import Folded, fold, fold_with_map
from index.language.stemming import stem_arabic

_ELLIPSIS = re.compile(r"\.{2,}|\[\.*\]|\(\.{2,}\)")
# What people put around a quote, or end it with, that is not the article's.
_AROUND = " \t\r\n\u00a0«»“”„\"'‘’….,،؛;:!?؟"
_CLITIC_BEFORE_ARTICLE = re.compile(r"[وف]?[بك]")
_SHORTEST_AFTER_CLITIC = 3
_FIRST_WORD = re.compile(r"[^\W\d_]*")
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


def _neighbour(text: str, at: int, step: int) -> tuple[str, int]:
    """The folded character at `at`, or the first one beyond it that does not vanish in folding; a blank at the ends."""
    while 0 <= at < len(text):
        if folded := fold(text[at]):
            return folded, at
        at += step
    return " ", at


def _at_word_borders(text: str, start: int, end: int) -> bool:
    """Whether the span neither begins nor ends inside a word or number; Arabic clitics before it are not part of it."""
    last, _ = _neighbour(text, end - 1, -1)
    after, place = _neighbour(text, end, 1)
    if last[-1].isalnum() and after[0].isalnum():
        return False
    if last[-1].isdigit() and after in ".," and _neighbour(text, place + 1, 1)[0][0].isdigit():
        return False
    first, _ = _neighbour(text, start, 1)
    before, place = _neighbour(text, start - 1, -1)
    if first[0].isdigit() and _continues_a_number(text, before, place):
        return False
    return not (first[0].isalnum() and before[-1].isalnum()) or _is_clitic(text, start)


def _continues_a_number(text: str, before: str, place: int) -> bool:
    """Whether a digit after `before` (at `place`) belongs to a number that begins earlier: `1.5`, `1,500`, `-5`."""
    earlier = _neighbour(text, place - 1, -1)[0][-1]
    return (before in ".," and earlier.isdigit()) or (before == "-" and not earlier.isalnum())


def _is_clitic(text: str, start: int) -> bool:
    """Whether what stands before `start` in the same word is و or ف, or ب or ك before the article: «والعراق», «بالعراق»."""
    at = start
    while at and (text[at - 1].isalnum() or text[at - 1] == "_" or not fold(text[at - 1])):
        at -= 1
    prefix = fold(text[at:start])
    match = _FIRST_WORD.match(fold(text[start : start + 60]))
    word = match.group() if match else ""
    if prefix == "و" and stem_arabic(prefix + word) != stem_arabic(word):
        return False  # a و of the word's own
    if prefix in ("و", "ف"):
        return len(word) >= _SHORTEST_AFTER_CLITIC
    return word.startswith("ال") and _CLITIC_BEFORE_ARTICLE.fullmatch(prefix) is not None


def _with_marks(text: str, start: int, end: int) -> tuple[int, int]:
    """The span with the tashkeel and tatweel that follow its last letter."""
    while end < len(text) and unicodedata.category(text[end]) in ("Mn", "Me", "Lm") and not fold(text[end]):
        end += 1
    return start, end


def find_quote(quote: str, text: str) -> tuple[int, int] | None:
    """The first span of `text` whose folding is that of `quote`, at word borders; `None` where there is none.

    Quotation marks, dots and the like around the quote need not be the article's.

    >>> find_quote("٣٠ ابريل", "في 30 أبريل الماضي")
    (3, 11)
    """
    bare = quote.strip(_AROUND)
    if not any(map(str.isalnum, fold(bare))):  # tatweel alone counts as a letter before it is folded
        return None
    for wanted in dict.fromkeys((quote.strip(), bare)):
        exact = text.find(wanted)  # most quotes stand letter for letter: no need to fold
        if exact >= 0 and _at_word_borders(text, exact, exact + len(wanted)):
            return _with_marks(text, exact, exact + len(wanted))
        spans = (span for span in _folded(text).find(wanted) if _at_word_borders(text, *span))
        if (span := next(spans, None)) is not None:
            return _with_marks(text, *span)
    return None


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
        fewest = _fewest_pieces(_words(part), padded)
        if fewest is None:
            return False
        pieces += fewest
    return pieces > 1


def _fewest_pieces(words: Sequence[str], padded: Sequence[str]) -> int | None:
    """Into how few runs that stand in one of `padded` the words can be cut; `None` where they cannot.

    A run is of two words at least, but for the last.
    """
    fewest: list[int | None] = [0, *(None for _ in words)]
    for start in range(len(words)):
        before = fewest[start]
        if before is None:
            continue
        for end in range(start + min(_SHORTEST_PIECE, len(words) - start), start + _longest_run(words[start:], padded) + 1):
            best = fewest[end]
            fewest[end] = before + 1 if best is None else min(best, before + 1)
    return fewest[-1]


def _words(folded: str) -> list[str]:
    return re.findall(r"\w+", folded)


def _longest_run(words: Sequence[str], padded: Sequence[str]) -> int:
    length = 0
    while length < len(words) and any(f" {' '.join(words[: length + 1])} " in text for text in padded):
        length += 1
    return length
