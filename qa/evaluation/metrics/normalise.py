"""What exact match and F1 call the same words.

**English**: as the SQuAD v1.1 scorer (Rajpurkar et al. 2016, "SQuAD: 100,000+ Questions for Machine Comprehension of Text"):
lower case, without ASCII punctuation, without *a*, *an*, *the*, runs of blanks as one.

**Arabic**: as the MLQA scorer (Lewis et al. 2019, "MLQA: Evaluating Cross-lingual Extractive Question Answering"): without the
punctuation of any script, and every `ال` becomes a blank, wherever it stands in a word. That is how the published figures were
made, so that is what ours can be compared with.

**Folded**: the published ways leave vowel marks, alef forms and digits apart, so that a right answer can score 0. After `fold`
they are one; figures named `_folded` use it.

>>> normalise("The  U.S. Army!", "en"), normalise("في المدينة،", "ar")
('us army', 'في مدينة')
>>> normalise("مُحمّد ٥", "ar", folded=True) == normalise("محمد 5", "ar", folded=True)
True
"""

import re
import string
import unicodedata

from index.language.folding import fold

_ASCII_PUNCTUATION = frozenset(string.punctuation)
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_MARKER = re.compile(r"(?<![\u2066-\u2069\u200e\u200f])[\u2066-\u2069\u200e\u200f]*\[\d+\][\u2066-\u2069\u200e\u200f]*")


def normalise(text: str, language: str, *, folded: bool = False) -> str:
    """`text` as the scorer of `language` (`ar`, or anything else for English) compares it."""
    if folded:
        text = fold(text)
    lowered = text.lower()
    if language == "ar":
        kept = "".join(char for char in lowered if not _is_punctuation(char)).replace("ال", " ")
    else:
        kept = _ARTICLES.sub(" ", "".join(char for char in lowered if char not in _ASCII_PUNCTUATION))
    return " ".join(kept.split())


def without_markers(text: str) -> str:
    """`text` without citation markers and the direction marks around them.

    >>> without_markers("It ended. [1][2]")
    'It ended.'
    """
    return _MARKER.sub("", text).strip()


def _is_punctuation(char: str) -> bool:
    return char in _ASCII_PUNCTUATION or unicodedata.category(char).startswith("P")
