"""Text from articles made safe and readable where it is shown plain, in a terminal or a message.

Nothing from an article can move the cursor, change colours or reorder the words around it; the words stay as they are.
"""

import re
import unicodedata

FSI, PDI, LRM, RLM = "\u2068", "\u2069", "\u200e", "\u200f"

BIDI_CONTROLS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_INVISIBLE = dict.fromkeys([*BIDI_CONTROLS, 0x200E, 0x200F])
_CONTROLS = {code: " " for code in [*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029] if chr(code) != "\n"}
_SURROGATES = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
# Only sequences that are complete go as a whole: a stray byte must not take the rest of the article with it.
_ESCAPE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)|\x1b[ -/]*[0-~]")
_LATIN = "A-Za-z\u00c0-\u024f"
_ARABIC = "\u0600-\u061b\u061d-\u065f\u066e-\u06ff\u0750-\u077f\u0870-\u08ff\ufb50-\ufdff\ufe70-\ufefc"
_UNIT = r"\[\d+\]|(?P<quote>«[^«»\n]*»|“[^“”\n]*”)"


def _run(letters: str, others: str) -> re.Pattern[str]:
    """A stretch of one direction, with the punctuation inside it; parentheses only as pairs."""
    within = rf"[^{others}\n\[\]«»“”()]"
    pair = rf"\({within}*\)"
    return re.compile(rf"{_UNIT}|[{letters}](?:(?:{within}|{pair})*(?:[{letters}%/]|{pair}))?")


_LTR_RUN, _RTL_RUN = _run(f"{_LATIN}0-9", _ARABIC), _run(_ARABIC, _LATIN)


def bare(text: str) -> str:
    """Text without the invisible characters that steer the direction of writing: for programs, which see no direction."""
    return text.translate(_INVISIBLE)


def clean(text: str) -> str:
    """Text without escape sequences, control characters (newlines stay), lone surrogates and bidi overrides.

    >>> clean("a\\x1b[31mb\\u202ec")
    'abc'
    """
    text = _ESCAPE.sub("", text.replace("\r\n", "\n"))
    return text.translate(BIDI_CONTROLS).translate(_CONTROLS).translate(_SURROGATES)


def clean_line(text: str) -> str:
    """The same on one line, with runs of white space as one space."""
    return " ".join(clean(text).split())


def is_rtl(text: str) -> bool:
    """Whether a paragraph reads right to left: the direction of its first letter, as `dir=auto` does."""
    for char in text:
        kind = unicodedata.bidirectional(char)
        if kind in ("R", "AL"):
            return True
        if kind == "L":
            return False
    return False


def isolate(text: str) -> str:
    """Text that keeps its own direction inside a line of any direction."""
    return f"{FSI}{text}{PDI}" if text else ""


def isolate_runs(line: str, *, rtl: bool) -> str:
    """A line in which names, numbers and addresses of the other direction are isolated.

    >>> isolate_runs("قالت BBC News أمس", rtl=True) == "قالت \\u2068BBC News\\u2069 أمس"
    True
    """

    def one(found: re.Match[str]) -> str:
        quoted = found["quote"]
        if quoted and is_rtl(quoted) == rtl:
            return quoted[0] + isolate_runs(quoted[1:-1], rtl=rtl) + quoted[-1]
        return isolate(found.group())

    return (_LTR_RUN if rtl else _RTL_RUN).sub(one, line)
