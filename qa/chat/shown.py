"""The parts of an answer that chat tools show apart from its text: who is cited, where it can be read, what it says there."""

from collections.abc import Sequence
from dataclasses import dataclass

from index.article import Language
from index.hits import Hit
from prompts import message
from qa.answer import Answer, Citation
from qa.chat.packing import shortened
from qa.chat.plain import plain_answer, plain_line, short_translation
from qa.links import article_address, web_address
from qa.text import clean_line, isolate
from qa.wording import marker, one_of_each

_LONGEST_TITLE, _LONGEST_OUTLET, _LONGEST_QUOTE, _LONGEST_TRANSLATION = 150, 60, 400, 250


@dataclass(frozen=True, slots=True)
class Shown:
    """A quote, and under it what a machine makes of it, said to be that; `translation` has its isolates and stays whole."""

    quote: str
    translation: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """An article that is cited, or near: nothing here is escaped for any tool yet.

    `markers` are isolated; `about` is outlet and date; `url` is safe to link to.
    """

    markers: str
    title: str
    about: str
    url: str | None
    quotes: tuple[Shown, ...] = ()


def said(answer: Answer, limit: int) -> list[str]:
    """What is said, without its sources, in texts of at most `limit` UTF-16 units."""
    texts = plain_answer(answer, sources=False, limit=limit)
    if answer.standalone and answer.standalone != answer.question:
        words = shortened(clean_line(answer.standalone), limit // 2)
        first = plain_line(message("terminal.chat_understood", answer.language, question=isolate(words)), answer.language)
        if len((first + texts[0]).encode("utf-16-le")) // 2 + 2 <= limit:
            return [f"{first}\n\n{texts[0]}", *texts[1:]]
        return [first, *texts]
    return texts


def heading(answer: Answer) -> str:
    """What stands over the sources."""
    return message("nearest" if answer.refused else "sources", answer.language)


def sources(answer: Answer, base: str | None, most: int) -> list[Source]:
    """One for each article cited, or the nearest ones of a refusal; `base` is where the service shows articles."""
    if answer.refused:
        return [_source("•", [hit], answer, base) for hit in one_of_each(answer.passages)[: min(3, most)]]
    by_article: dict[str, list[Citation]] = {}
    for citation in answer.citations:
        by_article.setdefault(citation.article_id, []).append(citation)
    return [_source(" ".join(marker(one.marker) for one in some), some, answer, base) for some in by_article.values()][:most]


def _source(markers: str, items: Sequence[Citation | Hit], answer: Answer, base: str | None) -> Source:
    first = items[0]
    title = shortened(clean_line(first.title or ""), _LONGEST_TITLE) or message("untitled", answer.language)
    outlet = shortened(clean_line(first.source or ""), _LONGEST_OUTLET)
    about = " · ".join(isolate(part) for part in (outlet, clean_line(first.date or "")) if part)
    quotes = tuple(_quote(one, answer.language) for one in items)
    url = web_address(first.url) or (article_address(base, first.article_id) if base else None)
    return Source(markers, title, about, url, quotes)


def _quote(item: Citation | Hit, language: Language) -> Shown:
    if not isinstance(item, Citation):
        return Shown(shortened(clean_line(item.text), _LONGEST_QUOTE))
    made = item.translation
    words = shortened(clean_line(made.text), _LONGEST_TRANSLATION) if made else ""
    return Shown(shortened(clean_line(item.quote), _LONGEST_QUOTE), short_translation(item, language, words))
