"""Claims out of what a model writes, while it writes.

Two forms are understood, whichever was asked for: one JSON document, and tags for models that write no good JSON. Both are
read by parsers that take a text for what it is worth: `pydantic_core.from_json` reads a document that is not complete yet,
`html.parser` tags that are not closed.
"""

from html.parser import HTMLParser
from typing import Any

from pydantic_core import from_json

from qa.gate import Draft

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "answered": {"type": "boolean"},
        "claims": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"passage": {"type": "integer"}, "quote": {"type": "string"}, "text": {"type": "string"}},
                "required": ["passage", "quote", "text"],
                "additionalProperties": False,
            },
        },
        "short": {"type": "string"},
    },
    "required": ["answered", "claims", "short"],
    "additionalProperties": False,
}
"""The JSON form. The quote stands before the claim, so that the claim is written with the quote in view."""

_TRIES = 20
_TAGS = ("<claim", "<none", "<short")


class ClaimReader:
    """Give it the pieces as they come; it gives back each claim once, as soon as it is complete.

    Nothing that a model writes makes it fail.
    """

    def __init__(self) -> None:
        self._before = ""
        self._form: _Json | _Tags | None = None
        self._given = 0

    def feed(self, piece: str) -> list[Draft]:
        """The claims that are complete now and were not before."""
        if self._form is None:
            self._before += piece
            self._form, piece = self._begin()
        if self._form is None:
            return []
        self._form.feed(piece)
        fresh = self._form.claims[self._given :]
        self._given += len(fresh)
        return fresh

    def finish(self) -> list[Draft]:
        """The claims that were complete but for the end of the text."""
        return self.feed("</claim>") if isinstance(self._form, _Tags) else []

    @property
    def understood(self) -> bool:
        """Whether anything of either form was there."""
        return self._form is not None and (self._given > 0 or self.declined or self._form.understood)

    @property
    def declined(self) -> bool:
        """Whether the model says that the passages do not answer."""
        return self._form is not None and self._form.declined

    @property
    def short(self) -> str | None:
        """The few words that the model gives as the answer."""
        return self._form.short if self._form else None

    def _begin(self) -> "tuple[_Json | _Tags | None, str]":
        """The form and the text from where it begins: behind a model's thoughts, and behind words of courtesy."""
        text = self._before
        if text.lstrip().startswith("<think>"):
            _, end, text = text.partition("</think>")
            if not end:
                return None, ""
        tags = [at for at in map(text.lower().find, _TAGS) if at >= 0]
        brace = text.find("{")
        if tags and (brace < 0 or min(tags) < brace):
            return _Tags(), text[min(tags) :]
        if brace < 0:
            return None, ""
        is_list = text[:brace].rstrip().endswith("[")
        return _Json(), "[" + text[brace:] if is_list else text[brace:]


class _Json:
    """One JSON document, or a list of claims, or a single claim."""

    def __init__(self) -> None:
        self.claims: list[Draft] = []
        self.declined = self.understood = False
        self.short: str | None = None
        self._text = ""
        self._ended = False

    def feed(self, piece: str) -> None:
        if self._ended:
            return
        self._text += piece
        try:
            found = from_json(self._text, allow_partial=True)
        except ValueError:  # words behind the document, or a mistake in it: what comes now cannot mend it
            self._ended = True
            found = _until_mistake(self._text)
        if isinstance(found, dict) and "claims" not in found and "quote" in found:
            found = [found]
        if isinstance(found, dict):
            self.understood = self.understood or "claims" in found
            self.declined = self.declined or found.get("answered") is False
            short = found.get("short")
            self.short = short.strip() or None if isinstance(short, str) else self.short
            found = found.get("claims")
        if isinstance(found, list):
            self._take(found)

    def _take(self, items: list[Any]) -> None:
        # A number at the very end may go on, so its claim waits.
        open_end = len(items) - 1 if self._text[-1:].isdigit() else len(items)
        drafts = [draft for item in items[:open_end] if (draft := _draft(item)) is not None]
        self.claims += drafts[len(self.claims) :]


def _until_mistake(text: str) -> Any:
    """The document as far as it is one."""
    ends = [at for at, char in enumerate(text, 1) if char == "}"]
    for end in reversed(ends[-_TRIES:]):
        try:
            return from_json(text[:end], allow_partial=True)
        except ValueError:
            continue
    return None


def _draft(item: Any) -> Draft | None:
    if not isinstance(item, dict):
        return None
    number, quote, text = _number(item.get("passage")), item.get("quote"), item.get("text", item.get("claim"))
    if number is None or not isinstance(quote, str) or not isinstance(text, str):
        return None
    return Draft(text.strip(), number, quote.strip())


def _number(value: Any) -> int | None:
    """A passage's number, also as `"2"`, `"[2]"` or `"٢"`."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    digits = "".join(filter(str.isdecimal, str(value)))
    return int(digits) if digits and len(digits) < 9 and isinstance(value, str) else None


class _Tags(HTMLParser):
    """`<claim passage="1"><quote>…</quote><text>…</text></claim>`, `<short>…</short>`, `<none/>`."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.claims: list[Draft] = []
        self.declined = self.understood = False
        self.short: str | None = None
        self._number: str | None = None
        self._fields: dict[str, str] = {}
        self._field: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.understood = self.understood or tag in ("claim", "none", "short")
        if tag == "claim":
            self._end()
            self._number = dict(attrs).get("passage") or ""
        elif tag == "none":
            self.declined = True
        elif tag in ("quote", "text", "short", "passage"):
            self._field = tag
            self._fields[tag] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "short":
            self.short = self._fields.pop("short", "").strip() or None
        if tag == "claim":
            self._end()
        self._field = None

    def handle_data(self, data: str) -> None:
        if self._field is not None:
            self._fields[self._field] += data

    def parse_html_declaration(self, i: int) -> int:
        """Passes over `<!…>`, which means nothing here; what `HTMLParser` makes of some of them is an `AssertionError`."""
        return self.rawdata.find(">", i) + 1 or -1

    def _end(self) -> None:
        number = _number(self._fields.get("passage", self._number))
        quote, text = self._fields.get("quote"), self._fields.get("text")
        if number is not None and quote is not None and text is not None:
            self.claims.append(Draft(text.strip(), number, quote.strip()))
        self._fields, self._field, self._number = {}, None, None
