"""Whether a claim is in the language of the asker."""

import re
import unicodedata

from index.article import Language
from index.language import fold
from index.language.script import ARABIC_LETTERS
from index.language.stemming import words
from index.language.stopwords import ENGLISH_STOP_WORDS

_ARABIC = re.compile(f"[{ARABIC_LETTERS}]")
# Letters that Arabic does not have in its own words: Persian and Urdu.
_OTHER_ARABIC = re.compile("[ٹڈڑںےہھۀۂ]|\\b(?:است|است‌|که|می|برای|شد|اند)\\b")
_OTHER_LATIN = (
    frozenset(
        "le la les des du une est dans pour que qui avec sur el los las una del por con para se der die das und ist ein eine "
        "nicht mit "
        "auf von zu den im il lo gli di che non sono della het een van niet ve bir bu icin ile yang dan di dengan untuk".split()
    )
    - ENGLISH_STOP_WORDS
)
_MOST_OTHER = 0.3  # share of function words of another language


def is_written_in(language: Language, claim: str) -> bool:
    """Whether most words of a claim are of `language`; names, numbers and abbreviations alone are of both."""
    found = words(fold(claim))
    letters = [char for char in claim if char.isalpha()]
    known = sum(bool(_ARABIC.match(char)) or "LATIN" in unicodedata.name(char, "") for char in letters)
    if not letters or known < 0.8 * len(letters):
        return not letters
    arabic = sum(bool(_ARABIC.match(word)) for word in found)
    latin = sum(word[0].isalpha() for word in found) - arabic
    if language == "ar":
        return (arabic >= latin or (arabic == 0 and latin <= 3 and not _has_english(found))) and not _OTHER_ARABIC.search(claim)
    if arabic > latin:
        return False
    other = sum(word in _OTHER_LATIN for word in found)
    return latin < 4 or other < _MOST_OTHER * latin


def _has_english(found: list[str]) -> bool:
    """Small words of a sentence, which names do not have."""
    return any(word in ENGLISH_STOP_WORDS for word in found)
