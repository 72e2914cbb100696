"""The language of a text, by its script: enough to tell Arabic from English, also on short and mixed text."""

import re

from index.article import Language

ARABIC_LETTERS = r"\u0620-\u064a\u066e-\u06d3\u06fa-\u06ff\u0750-\u077f\u08a0-\u08c7\ufb50-\ufdfb\ufe70-\ufefc"
"""Letters as texts have them, presentation forms and ligatures too; for a class of a regular expression."""
_ARABIC = re.compile(f"[{ARABIC_LETTERS}]+")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]+")


def detect_language(text: str, default: Language = "ar") -> Language:
    """`"ar"` or `"en"`, whichever script has more words; `default` where there is neither.

    A Latin word has about as many letters as two Arabic ones say without vowels, so words are counted, not letters:
    «ما هي شركة Microsoft Corporation؟» is Arabic.
    """
    if _LATIN.search(text) is None:  # most texts are in one script; counting costs far more than looking
        return "ar" if _ARABIC.search(text) else default
    arabic = len(_ARABIC.findall(text))
    latin = len(_LATIN.findall(text))
    if arabic == latin:
        return default if not arabic else "ar"
    return "ar" if arabic > latin else "en"
