"""Whether what a machine wrote can be shown as the translation of a quote: as little is believed of it as of a claim."""

import re

from index.article import Language
from qa.figures import figures, missing_figure
from qa.gate.gate import unlike
from qa.gate.languages import is_written_in
from qa.gate.names import unknown_names
from qa.gate.safety import unsafe
from qa.judges import Judge

_LABEL = re.compile(
    r"\A(?:(?:english |arabic )?translation|الترجمة(?: (?:العربية|الإنجليزية))?|ترجمة)\s*[:：]\s*", re.IGNORECASE
)
_AROUND = "\"'“”«»„‘’ "
_LONGER, _SHORTER, _SPARE = 3, 4, 40  # times as long, the same part as long, and characters that short quotes may have beyond


def checked(written: str, quote: str, target: Language, judge: Judge) -> str | None:
    """The translation in what was written, on one line; `None` where it is none or fails a check.

    It is in the language asked for, about as long as the quote, plain text without links, markup, hidden characters or orders;
    its numbers, dates, units and names are those of the quote, all of them, and it passes what a claim on this quote has to.
    """
    text = _LABEL.sub("", " ".join(written.split()))
    text = text.strip(_AROUND) if text[:1] in _AROUND else text
    if not any(map(str.isalnum, text)) or not is_written_in(target, text) or unsafe(text):
        return None
    if not len(quote) / _SHORTER - _SPARE <= len(text) <= _LONGER * len(quote) + _SPARE:
        return None
    # What the quote has must be there too: a claim may say less than its quote, a translation may not.
    if missing_figure(figures(quote, sure=True), figures(text)) or unknown_names(quote, text):
        return None
    return None if unlike(text, quote, quote, judge) else text
