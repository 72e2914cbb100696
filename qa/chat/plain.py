"""Answers as plain text that reads right in both directions, in messages no longer than a tool allows.

Whatever reads in the other direction than its line (names, numbers, addresses, markers) stands between bidi isolates. A message
ends between citations; a quote too long for one message goes on in the next, cut between its sentences, and each part of it has
its own marker.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import groupby

from index.article import Language
from index.hits import Hit
from index.language import sentence_spans
from prompts import message
from qa.answer import Answer, Citation
from qa.chat.packing import SHORTEST_LIMIT, Part, fitting, packed, shortened
from qa.text import LRM, RLM, clean, clean_line, is_rtl, isolate, isolate_runs
from qa.wording import Quoted, also_line, led, marker, one_of_each, quoted, source_line, translation_line

_MARKERS = re.compile(r"\s*(?:\[\d+\]\s*)+")
_ENDING_MARKERS = re.compile(r"(?<!\s)(?:\s*+\[\d++\])++\s*$")
_LONGEST_LEAD = 80
_LONGEST_TRANSLATOR = 60
_MARKERS_OF_AN_ENTRY = 6


def plain_answer(answer: Answer, *, sources: bool = True, limit: int | None = None) -> list[str]:
    """The messages that show an answer: in short, what it says with its markers, then its sources or the nearest articles.

    `limit` counts UTF-16 units, as the strictest tools do; `None` makes one message. Raises `ValueError` for a limit under
    `SHORTEST_LIMIT`.
    """
    if limit is not None and limit < SHORTEST_LIMIT:
        raise ValueError(f"a message needs room for {SHORTEST_LIMIT} characters, not {limit}")
    return packed([*_said(answer, sources), *(_sources(answer, limit) if sources else ())], limit)


def plain_line(line: str, language: Language) -> str:
    """A line of words in a language: in that language's direction, whichever letter it begins with, the others isolated.

    >>> plain_line("BBC قالت", "ar") == "\\u200f\\u2068BBC\\u2069 قالت"
    True
    """
    arabic = language == "ar"
    rtl = arabic if any(is_rtl(char) == arabic for char in line if char.isalpha()) else is_rtl(line)
    turn = "" if is_rtl(line) == rtl else (RLM if rtl else LRM)
    return turn + isolate_runs(line, rtl=rtl)


# -- what is said ------------------------------------------------------------------------------------------------------------


def _said(answer: Answer, sources: bool) -> Iterator[Part]:
    gap = ""
    if answer.short and not answer.refused:
        yield Part(clean_line(answer.short), partial(_short, message("short", answer.language)))
        gap = "\n\n"
    differ = message("reports_differ", answer.language)
    if answer.conflict and differ not in answer.answer:
        yield from _paragraphs(differ, answer.language, gap)
        gap = "\n"
    if answer.refused and not sources and answer.answer == message("refusal_near", answer.language):
        yield from _paragraphs(message("refusal", answer.language), answer.language, gap)
    elif answer.refused or answer.mode != "extractive":
        yield from _paragraphs(answer.answer, answer.language, gap)
    else:
        cited = {citation.marker: citation for citation in answer.citations}
        for piece in quoted(answer):
            if piece.number is None:
                yield from _paragraphs(piece.lead, answer.language, gap)
            else:
                yield _quote(piece, piece.number, cited[piece.number].source, gap)
                if sources:  # else it stands with the sources, which tools show apart
                    yield from _translation(cited[piece.number], answer.language)
            gap = "\n"
    if answer.note:
        yield from _paragraphs(answer.note, answer.language, "\n\n")


def _short(label: str, words: str) -> str:
    return f"{label}: {isolate(words)}"


def _quote(piece: Quoted, number: int, source: str | None, gap: str) -> Part:
    """One quote with its marker; its lead on a line of its own where that reads in the other direction."""
    quote, rtl = " ".join(piece.quote.split()), is_rtl(piece.quote)
    lead = shortened(piece.lead, _LONGEST_LEAD, isolated := partial(led, source=source))

    def show(words: str) -> str:
        shown = f"{piece.opening}{isolate_runs(words, rtl=rtl)}{piece.closing} {marker(number)}"
        if not lead or not quote.startswith(words):
            return shown
        between = " " if piece.leads_on else "\n"
        return f"{isolated(lead)}{between}{shown}"

    return Part(quote, show, gap)


def _translation(citation: Citation, language: Language) -> Iterator[Part]:
    """What a machine makes of a quote; each part of a long one says that it is that."""
    if (made := citation.translation) and (words := clean_line(made.text)):
        yield Part(words, lambda some: short_translation(citation, language, some), "\n")


def short_translation(citation: Citation, language: Language, words: str) -> str:
    """These words of a quote's translation on a line, with a short name of its model; nothing where the quote has none."""
    if (made := citation.translation) is None:
        return ""
    by = shortened(clean_line(made.by), _LONGEST_TRANSLATOR)
    return translation_line(replace(citation, translation=replace(made, text=words, by=by)), language)


def _paragraphs(text: str, language: Language, gap: str) -> Iterator[Part]:
    """The sentences of a text with markers, each with the markers that follow it."""
    for paragraph in filter(None, (line.strip() for line in clean(text).split("\n"))):
        for sentence in _cited_sentences(paragraph):
            found = _ENDING_MARKERS.search(sentence)
            words = sentence[: found.start()] if found else sentence
            ending = " ".join(re.findall(r"\[\d+\]", found[0])) if found else ""
            yield Part(words, partial(_sentence, ending, language), gap)
            gap = " "
        gap = "\n"


def _sentence(ending: str, language: Language, words: str) -> str:
    return plain_line(f"{words} {ending}".strip(), language)


def _cited_sentences(paragraph: str) -> list[str]:
    """The sentences of a paragraph; markers after an end mark belong to the sentence before."""
    found: list[str] = []
    for start, end in sentence_spans(paragraph):
        sentence = paragraph[start:end]
        if found and (markers := _MARKERS.match(sentence)):
            found[-1] += markers[0]
            sentence = sentence[markers.end() :]
        if sentence.strip():
            found.append(sentence)
    return [sentence.strip() for sentence in found]


# -- its sources -------------------------------------------------------------------------------------------------------------


def _sources(answer: Answer, limit: int | None) -> Iterator[Part]:
    """An entry for each article under one heading, which stands with the first of them."""
    language = answer.language
    if answer.refused:
        entries = [_variants(["•"], hit, [], "", language) for hit in one_of_each(answer.passages)]
    else:
        entries = [_cited(list(some), answer) for some in _by_article(answer.citations)]
    heading, gap = message("nearest" if answer.refused else "sources", language) + "\n", "\n\n"
    for variants in entries:
        yield Part("", partial(str.__add__, fitting([heading + one for one in variants], limit)), gap)
        heading, gap = "", "\n"


def _by_article(citations: Sequence[Citation]) -> Iterator[Sequence[Citation]]:
    for _, of_article in groupby(citations, lambda citation: citation.article_id):
        some = list(of_article)
        yield from (some[at : at + _MARKERS_OF_AN_ENTRY] for at in range(0, len(some), _MARKERS_OF_AN_ENTRY))


def _cited(citations: Sequence[Citation], answer: Answer) -> list[str]:
    shown: list[str] = []
    if answer.mode == "generative":
        for one in citations:
            shown += [isolate(f"“{clean_line(one.quote)}”"), translation_line(one, answer.language)]
    markers = [marker(one.marker) for one in citations]
    return _variants(markers, citations[0], shown, also_line(citations[0], answer.language), answer.language)


def _variants(begin: Sequence[str], item: Citation | Hit, quotes: Sequence[str], also: str, language: Language) -> list[str]:
    """An entry of the list, whole and then with less and less, for the first that fits.

    The blank inside the isolate of an address keeps tools that link addresses from taking in what closes it.
    """
    url = isolate(clean_line(item.url) + " ") if item.url else ""
    long, brief = (" ".join([*begin, line]) for line in (source_line(item, language), source_line(_brief(item), language)))
    mark = RLM if language == "ar" else LRM
    lines = [[long, url, *quotes, also], [long, url, *quotes], [long, url], [brief, url], [brief]]
    return ["\n".join(mark + line for line in some if line) for some in lines]


def _brief(item: Citation | Hit) -> Citation | Hit:
    title, source = shortened(clean_line(item.title or ""), 40), shortened(clean_line(item.source or ""), 30)
    return replace(item, title=title, source=source)
