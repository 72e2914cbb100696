"""Articles into passages: whole sentences, under a token budget, each with its exact span in the article.

The default budget of 200 tokens is about 120 Arabic words: a news article of ordinary length (1,700 characters, 480 tokens)
gives two to four passages, each one thought with what it refers to, and with title, outlet and date before it a passage still
fits the 256 tokens that small encoders read. Passages of an article come out about equally long: none is a mere tail.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import regex  # type: ignore[import-untyped]

from index.article import Article, Passage
from index.errors import SettingsError
from index.language.script import detect_language
from index.language.sentences import Span, clause_spans, sentence_spans, trim
from index.tokens import DEFAULT_ENCODING, count_tokens

DEFAULT_BUDGET = 200
SMALLEST_BUDGET = 16

_WORD = regex.compile(r"\S+\s*")
_GRAPHEME = regex.compile(r"\X")
_PARAGRAPH_ENDS = frozenset("\n\r\u2029")
# Passages are made to come near this part of the budget: the rest is room for the sentence before.
_IDEAL_SHARE = 0.75
# Sentences repeated at the start of the next passage may take this part of the budget.
_OVERLAP_SHARE = 1 / 3
# Texts with more characters for each token of the budget than this are not tried as one passage before they are cut.
_LIKELY_CHARACTERS = 8
# Ending inside a paragraph costs as much as missing the ideal length by a fifth of the budget.
_INSIDE_PARAGRAPH = 0.2**2


@dataclass(frozen=True, slots=True)
class _Unit:
    """A sentence, or a part of one that alone exceeds the budget; `tokens` counts the blanks before it too."""

    start: int
    end: int
    tokens: int
    whole: bool
    ends_paragraph: bool


def chunk(
    article: Article, *, budget: int = DEFAULT_BUDGET, overlap: int = 1, encoding: str = DEFAULT_ENCODING
) -> list[Passage]:
    """Cut an article into passages of at most `budget` tokens, in order.

    Every character that is not blank lies in a passage, and `article.text[p.start:p.end] == p.text` for each. A sentence is
    cut only if it alone exceeds the budget: after a clause mark, else at a blank, else between two characters as a reader sees
    them (and inside one of those only if its marks alone exceed the budget). A passage begins with the last `overlap` whole
    sentences of the one before, as far as there is room and they take no more than a third of the budget.

    Raises `SettingsError` for a budget under 16 tokens, a negative overlap, or an unknown encoding.
    """
    if budget < SMALLEST_BUDGET:
        raise SettingsError(f"a passage budget of {budget} tokens is too small; set at least {SMALLEST_BUDGET}")
    if overlap < 0:
        raise SettingsError(f"a passage overlap of {overlap} sentences is not possible; set 0 or more")
    spans = _Cutter(article.text, budget, encoding).passages(overlap)
    return [
        Passage(
            article_id=article.id,
            number=number,
            start=start,
            end=end,
            text=article.text[start:end],
            language=detect_language(article.text[start:end], article.language),
        )
        for number, (start, end) in enumerate(spans)
    ]


def embedding_text(article: Article, passage: Passage) -> str:
    """The passage with title, outlet and date before it, for embedding only: what is quoted is `passage.text`.

    >>> article = Article("a", "انتهت الحرب.", title="العراق", source="راديو سوا", date="2018-05-20")
    >>> embedding_text(article, chunk(article)[0])
    'العراق\\nراديو سوا، 2018-05-20\\nانتهت الحرب.'
    """
    comma = "، " if article.language == "ar" else ", "
    origin = comma.join(part for part in (article.source, article.date) if part)
    title = article.title if article.title and article.title not in passage.text else None
    return "\n".join(part for part in (title, origin, passage.text) if part)


class _Cutter:
    """Cuts one text; `passages` gives their spans."""

    def __init__(self, text: str, budget: int, encoding: str) -> None:
        self.text = text
        self.budget = budget
        self.encoding = encoding

    def passages(self, overlap: int) -> Iterator[Span]:
        start, end = trim(self.text, (0, len(self.text)))
        # A text within the budget misses the ideal length least in one piece, since that is more than 0.71 of the budget.
        if end - start <= self.budget * _LIKELY_CHARACTERS and self._count(start, end) <= self.budget:
            if start < end:
                yield start, end
            return
        units = list(self._units())
        previous = first = 0
        for end in self._ends(units):
            begin = first - self._repeated(units, previous, first, end, overlap)
            yield units[begin].start, units[end - 1].end
            previous, first = first, end

    def _count(self, start: int, end: int) -> int:
        return count_tokens(self.text[start:end], self.encoding)

    def _units(self) -> Iterator[_Unit]:
        before = 0
        for span in sentence_spans(self.text):
            start, end = trim(self.text, span)
            if start == end:
                continue
            ends_paragraph = not _PARAGRAPH_ENDS.isdisjoint(self.text[end : span[1]])
            tokens = self._count(before, end)
            if 2 * tokens > self.budget:  # without the blanks before it, its first word can have more tokens
                tokens = max(tokens, self._count(start, end))
            if tokens <= self.budget:
                yield _Unit(start, end, tokens, True, ends_paragraph)
                before = end
                continue
            for part in self._parts((start, end)):
                part = trim(self.text, part)
                if part[0] == part[1]:
                    continue  # a blank that stands between two characters too long for the budget
                yield _Unit(*part, self._count(before, part[1]), part == (start, end), ends_paragraph and part[1] == end)
                before = part[1]

    def _ends(self, units: Sequence[_Unit]) -> Iterator[int]:
        """Where passages end, as numbers of the unit after: the division whose lengths miss the ideal least, squared."""
        ideal = self.budget * _IDEAL_SHARE
        costs, begins = [0.0], [0]
        for end in range(1, len(units) + 1):
            border = 0.0 if end == len(units) or units[end - 1].ends_paragraph else _INSIDE_PARAGRAPH
            best, best_begin, tokens = float("inf"), end - 1, 0
            for begin in range(end - 1, -1, -1):
                tokens += units[begin].tokens
                if tokens > self.budget and begin < end - 1:
                    break
                cost = costs[begin] + ((tokens - ideal) / self.budget) ** 2
                if cost < best:
                    best, best_begin = cost, begin
            costs.append(best + border)
            begins.append(best_begin)
        ends = [len(units)]
        while (begin := begins[ends[-1]]) > 0:
            ends.append(begin)
        first = 0
        for end in reversed(ends):
            yield from self._within_budget(units, first, end)
            first = end

    def _within_budget(self, units: Sequence[_Unit], first: int, end: int) -> Iterator[int]:
        # Counted alone, units can have a token or two fewer than in one piece; then the passage is halved.
        if end - first > 1 and self._count(units[first].start, units[end - 1].end) > self.budget:
            middle = (first + end) // 2
            yield from self._within_budget(units, first, middle)
            yield from self._within_budget(units, middle, end)
        elif end > first:
            yield end

    def _repeated(self, units: Sequence[_Unit], previous: int, first: int, end: int, overlap: int) -> int:
        """How many sentences before `first` the passage `units[first:end]` repeats; never all of the passage before."""
        tokens = 0
        for repeated in range(min(overlap, first - previous - 1)):
            unit = units[first - repeated - 1]
            tokens += unit.tokens
            if (
                not unit.whole
                or tokens > self.budget * _OVERLAP_SHARE
                or self._count(unit.start, units[end - 1].end) > self.budget
            ):
                return repeated
        return max(min(overlap, first - previous - 1), 0)

    def _parts(self, span: Span, level: int = 0) -> Iterator[Span]:
        """Cut a span that exceeds the budget into the longest runs that fit, at the first of `_BORDERS` that it takes."""
        start = span[0]
        ends = _BORDERS[level](self.text, span)
        done = 0
        while done < len(ends):
            last = self._longest_run(start, ends, done)
            if last < done:
                yield from self._parts((start, ends[done]), level + 1)
                last = done
            else:
                yield start, ends[last]
            start, done = ends[last], last + 1

    def _longest_run(self, start: int, ends: Sequence[int], done: int) -> int:
        """The index of the farthest of `ends`, from `done` on, that keeps the run from `start` within the budget."""

        def exceeds(index: int) -> bool:
            return self._count(*trim(self.text, (start, ends[index]))) > self.budget

        step = 1
        while done + step < len(ends) and not exceeds(done + step):
            step *= 2
        return done - 1 + bisect_left(range(done, min(done + step, len(ends))), True, key=exceeds)


def _clause_ends(text: str, span: Span) -> Sequence[int]:
    return [end for _, end in clause_spans(text, span)]


def _word_ends(text: str, span: Span) -> Sequence[int]:
    return [match.end() for match in _WORD.finditer(text, *span)]


def _grapheme_ends(text: str, span: Span) -> Sequence[int]:
    return [match.end() for match in _GRAPHEME.finditer(text, *span)]


def _code_point_ends(text: str, span: Span) -> Sequence[int]:
    return range(span[0] + 1, span[1] + 1)


_BORDERS = (_clause_ends, _word_ends, _grapheme_ends, _code_point_ends)
