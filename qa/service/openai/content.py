"""An answer as the Markdown of a message, piece by piece as its claims are verified, with annotations that count in it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from index.article import Language
from index.hits import Hit
from prompts import message
from qa.answer import Answer, Citation, Claim, ClaimVerified, Event, Mode
from qa.links import article_address, quote_address, web_address
from qa.text import clean_line, is_rtl, isolate
from qa.wording import QUOTE_MARKS, lead, led, marker, one_of_each

Link = Callable[[Citation | Hit], str]

_JOINER = "\u2060"
# Images are fetched, links lead away and tags are markup: an article's own must be none of these in a client's page.
_ACTIVE = re.compile(r"(?<=\])(?=[(\[:])|(?<=!)(?=\[)|(?<=<)(?=[A-Za-z/!?])")


def inert(text: str) -> str:
    """Text of an article on one line, in which nothing is an image, a link or a tag for who reads Markdown.

    An invisible word joiner takes the meaning from what would be one; all else stays letter for letter.

    >>> inert("![a](b) <img>") == "!\\u2060[a]\\u2060(b) <\\u2060img>"
    True
    """
    return _ACTIVE.sub(_JOINER, clean_line(text))


def linker(base: str) -> Link:
    """The address of what is cited: the article's own where it has one on the web, else its place in the service at `base`."""
    return lambda item: web_address(item.url) or article_address(base, item.article_id)


@dataclass(slots=True)
class Writing:
    """Takes the events of one answer; `text` grows with each, and `feed` gives what was added.

    `annotations` are OpenAI's `url_citation`s: `text[start_index:end_index]` is the marker, in code points.
    """

    language: Language
    link: Link
    sources: bool = True
    text: str = ""
    annotations: list[dict[str, Any]] = field(default_factory=list)
    addresses: dict[int, str] = field(default_factory=dict)
    """of each marker that the text has"""
    answer: Answer | None = None
    _claims: int = 0
    _article: str | None = None
    _quoted: bool = False

    def feed(self, event: Event) -> str:
        """What one event adds to the text."""
        before = len(self.text)
        match event:
            case ClaimVerified():
                self._claim(event.claim, event.citations, event.mode)
            case Answer():
                self.answer = event
                self._end(event)
        return self.text[before:]

    def _claim(self, claim: Claim, citations: Sequence[Citation], mode: Mode) -> None:
        self._claims += 1
        quoted = mode == "extractive" and len(citations) == 1
        if self.text:
            self.text += "\n\n" if quoted or self._quoted else " "
        self._quoted = quoted
        if quoted:
            self._quote(citations[0])
        else:
            self.text += inert(claim.text)
        for citation in citations:
            self._marker(citation)

    def _quote(self, citation: Citation) -> None:
        """A quote in its marks, led in by its outlet and date; the lead apart when it reads in the other direction."""
        words = "" if citation.article_id == self._article else inert(lead(citation, self.language))
        self._article = citation.article_id
        opening, closing = QUOTE_MARKS[self.language]
        between = " " if is_rtl(words) == is_rtl(citation.quote) else "\n\n"
        self.text += (
            f"{led(words, inert(citation.source or ''))}{between if words else ''}{opening}{inert(citation.quote)}{closing}"
        )

    def _marker(self, citation: Citation) -> None:
        shown = f"[{citation.marker}]"
        self.text += f" {isolate(shown)}"
        end = len(self.text) - 1
        about = {
            "start_index": end - len(shown),
            "end_index": end,
            "url": self._address(citation),
            "title": clean_line(citation.title or "") or message("untitled", self.language),
            "content": citation.quote,
        }
        self.annotations.append({"type": "url_citation", "url_citation": about})

    def _address(self, citation: Citation) -> str:
        """The article's address; for its further quotes, an address that leads to the quote.

        Open WebUI numbers sources by their addresses, so two markers with one address would shift all numbers behind them.
        """
        if citation.marker not in self.addresses:
            address = self.link(citation)
            taken = address in self.addresses.values()
            self.addresses[citation.marker] = quote_address(address, citation.quote) if taken else address
        return self.addresses[citation.marker]

    def _end(self, answer: Answer) -> None:
        """What only the whole answer tells: claims that came with no event of their own, the short answer, notes, sources."""
        known = {citation.marker: citation for citation in answer.citations}
        for claim in answer.claims[self._claims :]:
            self._claim(claim, [known[number] for number in claim.citations], answer.mode)
        if answer.refused:
            near = answer.answer == message("refusal_near", answer.language) and not self.sources
            self._paragraph(message("refusal", answer.language) if near else inert(answer.answer))
        elif answer.short:
            self._paragraph(f"{message('short', self.language)}: {isolate(inert(answer.short))}")
        if answer.note:
            self._paragraph(inert(answer.note))
        if self.sources:
            self._sources(answer)

    def _paragraph(self, words: str) -> None:
        self.text += ("\n\n" if self.text else "") + words

    def _sources(self, answer: Answer) -> None:
        if answer.refused:
            lines = [f"- {self._source(hit, self.link(hit))}" for hit in one_of_each(answer.passages)]
        else:
            lines = [f"- {marker(one.marker)} {self._source(one, self._address(one))}" for one in answer.citations]
        if lines:
            self._paragraph(f"{_heading(answer.refused, self.language)}\n\n" + "\n".join(lines))

    def _source(self, item: Citation | Hit, address: str) -> str:
        title = re.sub(r"([\[\]\\])", r"\\\1", inert(item.title or "") or message("untitled", self.language))
        rest = [isolate(inert(part)) for part in (item.source, item.date) if part]
        return " · ".join([f"[{isolate(title)}](<{address}>)", *rest])


def _heading(refused: bool, language: Language) -> str:
    return f"**{message('nearest' if refused else 'sources', language)}**"


def without_sources(text: str) -> str:
    """The text of a message of ours without its list of sources, as a later question leans on it."""
    headings = (_heading(refused, language) for refused in (True, False) for language in ("ar", "en"))
    for heading in headings:
        text = text.partition(f"\n\n{heading}\n\n- ")[0]
    return text
