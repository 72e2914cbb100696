"""The parts that an answer is shown in, for a terminal as for a message: quotes with their markers, and lines about sources."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.article import Language
from index.hits import Hit
from prompts import message
from qa.answer import Answer, Citation
from qa.text import clean, clean_line, is_rtl, isolate, isolate_runs

QUOTE_MARKS: dict[Language, tuple[str, str]] = {"ar": ("«", "»"), "en": ("“", "”")}


@dataclass(frozen=True, slots=True)
class Quoted:
    """A piece of an answer that ends with a marker: `lead`, then `opening`, the `quote` and `closing`, then the marker.

    A piece without a marker (`number` is `None`) is what stands after the last one, all of it in `lead`.
    """

    lead: str
    opening: str = ""
    quote: str = ""
    closing: str = ""
    number: int | None = None

    @property
    def leads_on(self) -> bool:
        """Whether the lead and the quote read in one direction, so that they may share a line."""
        return bool(self.lead) and is_rtl(self.lead) == is_rtl(self.quote)


def quoted(answer: Answer) -> Iterator[Quoted]:
    """The pieces of an answer in the articles' own words, cleaned.

    The text is cut at the quotes themselves: an article may hold a `[1]` or a `«` of its own.
    """
    rest = answer.answer
    for citation in answer.citations:
        found = re.search(rf"([«“]?){re.escape(citation.quote)}([»”]?)\s*\[{citation.marker}\]", rest)
        if not found:
            break
        yield Quoted(clean_line(rest[: found.start()]), found[1], clean(citation.quote), found[2], citation.marker)
        rest = rest[found.end() :]
    if rest.strip():
        yield Quoted(clean(rest))


def marker(number: int) -> str:
    """`[1]`, in its own direction."""
    return isolate(f"[{number}]")


def source_line(item: Citation | Hit, language: Language) -> str:
    """Title, outlet and date on one line, each in its own direction."""
    title = clean_line(item.title or "") or message("untitled", language)
    source = clean_line(item.source or "")
    date = clean_line(item.date or "")
    return " · ".join(isolate(part) for part in (title, source, date) if part)


def lead(citation: Citation, language: Language) -> str:
    """What leads in to a quote: its outlet and date, as far as they are known."""
    if not citation.source:
        return ""
    if citation.date:
        return message("according_to_dated", language, source=citation.source, date=citation.date) + ":"
    return message("according_to", language, source=citation.source) + ":"


def led(words: str, source: str | None) -> str:
    """A lead that reads right: the outlet isolated as a whole, so that a date behind it stays there, and what else turns.

    >>> led("According to صحيفة (2021):", "صحيفة") == "According to \u2068صحيفة\u2069 (2021):"
    True
    """
    rtl, outlet = is_rtl(words), clean_line(source or "")
    before, name, after = words.partition(outlet) if outlet else (words, "", "")
    return isolate_runs(before, rtl=rtl) + isolate(name) + isolate_runs(after, rtl=rtl)


def one_of_each(hits: Sequence[Hit]) -> list[Hit]:
    """The best passage of each article, in order."""
    return list({hit.article_id: hit for hit in reversed(hits)}.values())[::-1]


def also_line(citation: Citation, language: Language) -> str:
    """Who else carried the story, or nothing."""
    others = [clean_line(other.get("source") or other.get("url") or other.get("article_id") or "") for other in citation.also]
    comma = "، " if language == "ar" else ", "
    names = comma.join(isolate(name) for name in others if name)
    return f"{message('also', language)}: {names}" if names else ""


def translation_line(citation: Citation, language: Language) -> str:
    """What a machine makes of a quote in the reader's language, said to be that, or nothing."""
    if (made := citation.translation) is None or not clean_line(made.text):
        return ""
    by = message("translated_by", language, by=isolate(clean_line(made.by)))
    return f"{by}: {isolate(clean_line(made.text))}"
