"""Answers, passages and their sources as lines for a terminal or a pipe."""

import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TextIO

from index.article import Language
from index.hits import Hit
from prompts import message
from qa.answer import Answer, Citation, Claim
from qa.cli.streams import is_styled
from qa.cli.text import pieces, wrap
from qa.text import LRM, RLM, clean, clean_line, is_rtl, isolate, isolate_runs
from qa.wording import also_line, marker, quoted, source_line, translation_line

MARKED, BOLD, DIM, PLAIN = "\x1b[1;4m", "\x1b[1m", "\x1b[2m", "\x1b[0m"
INDENT = "    "
# A quote that begins its paragraph gives it its direction, which an isolated one would not.
_INNER_QUOTE = re.compile(r"(?<=[^\n])(?:«[^\n]*?»|“[^\n]*?”)(?=\s*\[\d+\])")
WIDEST = 100
"""Lines longer than this are hard to read, however wide the terminal."""


@dataclass(frozen=True, slots=True)
class Look:
    """How lines are made: `columns` to wrap at, `styled` for bold and underline, `isolates` inside the articles' own words.

    In a pipe there is none of these: the words of an article arrive there character for character, so that `grep` finds them.
    """

    columns: int | None = None
    styled: bool = False
    isolates: bool = False

    @classmethod
    def of(cls, stream: TextIO) -> "Look":
        """The look that suits a stream."""
        if not stream.isatty():
            return cls()
        return cls(min(shutil.get_terminal_size().columns, WIDEST), is_styled(stream), isolates=True)

    def style(self, text: str, code: str) -> str:
        """Text in a style, or as it is."""
        return f"{code}{text}{PLAIN}" if self.styled and text else text


def paragraphs(text: str, look: Look, *, marks: Sequence[tuple[int, int]] = (), indent: str = "") -> Iterator[str]:
    """The lines of a text that is already `clean`, each paragraph in its own direction, `marks` shown as quotes."""
    offset = 0
    for paragraph in text.split("\n"):
        if paragraph.strip():
            inside = [(max(a - offset, 0), min(b - offset, len(paragraph))) for a, b in marks]
            yield from _lines(paragraph, look, [(a, b) for a, b in inside if a < b], indent)
        offset += len(paragraph) + 1


def _lines(paragraph: str, look: Look, marks: Sequence[tuple[int, int]], indent: str) -> Iterator[str]:
    rtl = is_rtl(paragraph)
    for span in wrap(paragraph, look.columns and max(look.columns - len(indent) - 2, 20)):
        line = ""
        for start, end, marked in pieces(span, marks):
            words = isolate_runs(paragraph[start:end], rtl=rtl) if look.isolates else paragraph[start:end]
            if marked and look.styled:
                words = look.style(words, MARKED)
            elif marked:
                opens = "«" if any(start == a for a, _ in marks) else ""
                closes = "»" if any(end == b for _, b in marks) else ""
                words = f"{opens}{words}{closes}"
            line += words
        # A line broken off its paragraph would otherwise take the direction of its own first letter.
        turned = look.columns is not None and is_rtl(paragraph[slice(*span)]) != rtl
        yield indent + ((RLM if rtl else LRM) if turned else "") + line


def marked_passage(citations: Sequence[Citation], passages: Sequence[Hit]) -> tuple[str, list[tuple[int, int]]]:
    """The clean text of the passage that citations share, and where their quotes are in it; else the quotes alone."""
    hit = next((hit for hit in passages if hit.passage_id == citations[0].passage_id), None)
    start = hit.start if hit else 0
    spans = sorted((citation.start - start, citation.end - start, citation.quote) for citation in citations)
    if hit is None or any(hit.text[max(a, 0) : b] != quote for a, b, quote in spans):
        return _joined([piece for citation in citations for piece in ("\n", citation.quote)][1:], quotes_at=0)
    pieces, at = [], 0
    for a, b, quote in spans:
        pieces += [hit.text[at:a], quote]
        at = b
    return _joined([*pieces, hit.text[at:]], quotes_at=1)


def _joined(parts: Sequence[str], quotes_at: int) -> tuple[str, list[tuple[int, int]]]:
    """Parts of a text cleaned and joined, and the spans of every other one of them, from `quotes_at` on."""
    text, marks = "", []
    for number, part in enumerate(parts):
        begin, text = len(text), text + clean(part)
        if number % 2 == quotes_at:
            marks.append((begin, len(text)))
    return text, marks


def citation_lines(citations: Sequence[Citation], passages: Sequence[Hit], language: Language, look: Look) -> Iterator[str]:
    """One passage: the markers of its quotes, title, outlet and date, its address, and its text with the quotes marked."""
    rtl_mark = RLM if language == "ar" else ""
    citation = citations[0]
    markers = " ".join(look.style(marker(one.marker), BOLD) for one in citations)
    yield f"{rtl_mark}{markers} {source_line(citation, language)}"
    if citation.url:
        yield INDENT + look.style(isolate(clean_line(citation.url)), DIM)
    text, marks = marked_passage(citations, passages)
    yield from paragraphs(text, look, marks=marks, indent=INDENT)
    for one in citations:
        if translated := translation_line(one, language):
            number = f"{marker(one.marker)} " if len(citations) > 1 else ""
            yield from paragraphs(f"{number}{translated}", look, indent=INDENT)
    if also := also_line(citation, language):
        yield f"{INDENT}{also}"


def answer_text(answer: Answer, look: Look) -> Iterator[str]:
    """The answer with its markers, each paragraph in its own direction; quotes one under the other."""
    if answer.mode == "extractive":
        text = "\n".join(_quote_lines(answer, look))
        yield from paragraphs(text, look)
        return
    for claim in answer.claims or [Claim(answer.answer, ())]:
        yield from claim_lines(claim, look)


def claim_lines(claim: Claim, look: Look) -> Iterator[str]:
    """A claim in words of its own with its markers, in its own direction."""
    text = " ".join([clean_line(claim.text), *(f"[{number}]" for number in claim.citations)])
    if not look.isolates:
        text = _INNER_QUOTE.sub(lambda found: isolate(found.group()), text)
        for number in claim.citations:
            text = text.replace(f"[{number}]", marker(number))
    yield from paragraphs(text, look)


def _quote_lines(answer: Answer, look: Look) -> Iterator[str]:
    """A line for each quote with what leads in to it and its marker; the lead apart when it reads in the other direction."""
    for piece in quoted(answer):
        if piece.number is None:
            yield piece.lead
            continue
        quote = f"{piece.opening}{piece.quote}{piece.closing}"
        end = f"[{piece.number}]" if look.isolates else marker(piece.number)
        if piece.leads_on:
            yield f"{piece.lead} {quote if look.isolates else isolate(quote)} {end}"
        else:
            yield from filter(None, (piece.lead, f"{quote} {end}"))


def short_lines(answer: Answer, look: Look) -> Iterator[str]:
    """The few words that answer, and an empty line, when the answer has them."""
    if answer.short and not answer.refused:
        yield f"{_heading('short', answer.language, look)}: {isolate(clean_line(answer.short))}"
        yield ""


def note_lines(answer: Answer, look: Look) -> Iterator[str]:
    """What was amiss with the language model, if anything was."""
    if answer.note:
        yield from ("", look.style(answer.note, DIM))


def answer_lines(answer: Answer, look: Look) -> Iterator[str]:
    """A whole answer: the text, then its sources with their passages; for a refusal the nearest passages."""
    yield from short_lines(answer, look)
    yield from answer_text(answer, look)
    yield from _below(answer, look)


def lines_after_claims(answer: Answer, look: Look) -> Iterator[str]:
    """What is left to show of an answer whose claims were shown as they came."""
    if answer.short:
        yield from ("", *list(short_lines(answer, look))[:1])
    yield from _below(answer, look)


def _below(answer: Answer, look: Look) -> Iterator[str]:
    language = answer.language
    yield from note_lines(answer, look)
    if answer.refused:
        if answer.passages:
            yield from ("", _heading("nearest", language, look))
            yield from hit_lines(answer.passages, language, look)
        return
    yield from ("", _heading("sources", language, look))
    for number, (_, citations) in enumerate(groupby(answer.citations, lambda citation: citation.passage_id)):
        if number:
            yield ""
        yield from citation_lines(list(citations), answer.passages, language, look)


def _heading(key: str, language: Language, look: Look) -> str:
    return look.style(message(key, language), BOLD)


def hit_lines(hits: Sequence[Hit], language: Language, look: Look) -> Iterator[str]:
    """Passages, best first, numbered, each under its title, outlet and date."""
    for number, hit in enumerate(hits, 1):
        if number > 1:
            yield ""
        rtl_mark = RLM if language == "ar" else ""
        yield f"{rtl_mark}{look.style(isolate(f'{number}.'), BOLD)} {source_line(hit, language)}"
        yield from paragraphs(clean(hit.text), look, indent=INDENT)
