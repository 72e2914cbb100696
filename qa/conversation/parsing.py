"""A question in words, each as it stands and folded, with what its letters tell about it."""

import re
import unicodedata
from dataclasses import dataclass

from index.article import Language
from index.language import detect_language, fold
from index.language.stemming import is_stop_word, stem
from qa.conversation.words import (
    AUXILIARIES_EN,
    GENERIC,
    LEADS_AR,
    LEADS_EN,
    PREPOSITIONS_AR,
    QUESTION_AR,
    QUESTION_EN,
)

# Marks and tatweel go: they stand between the letters of a word, and a clitic is told by its letters.
_MARKS = re.compile(r"[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640]")
_WORD = re.compile(r"[^\W_]+(?:['’.,][^\W_]+)*")
_GLUED_AR = re.compile(r"[وف](?=.)")


@dataclass(frozen=True, slots=True)
class Word:
    """One word: `text` as it stands at `start`, and `folded`."""

    text: str
    folded: str
    start: int
    end: int

    @property
    def is_capital(self) -> bool:
        """Whether it is written as English writes names."""
        return self.text[0].isupper() and not (len(self.text) == 1 and self.text == "I")

    @property
    def is_definite(self) -> bool:
        """Whether it has the Arabic article."""
        return re.match(r"[وف]?(?:[بك]?ال|لل)..", self.folded) is not None


@dataclass(frozen=True, slots=True)
class Parsed:
    """A question without the words that only lead in to it (`led` tells that there were some).

    `text` is what is left, and the words' offsets count in it.
    """

    text: str
    words: tuple[Word, ...]
    language: Language
    led: bool

    @property
    def folded(self) -> tuple[str, ...]:
        """The folded words."""
        return tuple(word.folded for word in self.words)

    @property
    def content(self) -> tuple[Word, ...]:
        """The words that say what it is about."""
        return tuple(word for word in self.words if not is_stop_word(word.folded) and word.folded not in GENERIC)

    @property
    def names(self) -> tuple[tuple[int, int], ...]:
        """Runs of capitalised words, as spans of word numbers; in English alone, where capitals tell."""
        if self.language != "en" or self.text.isupper():
            return ()
        runs: list[tuple[int, int]] = []
        for at, word in enumerate(self.words):
            if not word.is_capital or (
                at == 0 and (is_stop_word(word.folded) or (len(self.words) > 1 and not _known_name(word)))
            ):
                continue
            if runs and runs[-1][1] == at and not self.between(at).strip():
                runs[-1] = (runs[-1][0], at + 1)
            else:
                runs.append((at, at + 1))
        return tuple(runs)

    def between(self, at: int) -> str:
        """What stands before word number `at`, from the end of the word before it."""
        return self.text[self.words[at - 1].end if at else 0 : self.words[at].start]

    def span(self, first: int, last: int) -> str:
        """The text from word number `first` up to `last`, which is left out."""
        return self.text[self.words[first].start : self.words[last - 1].end] if first < last else ""

    @property
    def stems(self) -> frozenset[str]:
        """The stems of its content words."""
        return frozenset(stem(word.folded) for word in self.content)


def _known_name(word: Word) -> bool:
    """A capitalised first word that is a name whatever stands first: "Obama's wife", "France"."""
    return word.folded.endswith("'s")


def plain(text: str) -> str:
    """`text` composed, on one line, without Arabic marks and tatweel."""
    return " ".join(_MARKS.sub("", unicodedata.normalize("NFC", text)).split())


def split(text: str) -> tuple[Word, ...]:
    """The words of a text."""
    return tuple(Word(found.group(), fold(found.group()), found.start(), found.end()) for found in _WORD.finditer(text))


def parse(question: str) -> Parsed:
    """The question without "and", "so", و and ف before it."""
    text = plain(question)
    language = detect_language(text)
    words = split(text)
    led = False
    while len(words) > 1 and words[0].folded in (LEADS_EN if language == "en" else LEADS_AR):
        if words[0].folded in ("now", "well") and words[1].folded not in QUESTION_EN:
            break
        text, led = text[words[1].start :], True
        words = split(text)
    if words and language == "ar" and _is_glued(words):
        text, led = text[words[0].start + 1 :], True
        words = split(text)
    return Parsed(text, words, language, led)


def _is_glued(words: tuple[Word, ...]) -> bool:
    """Whether the first word is "and" or "so" written together with a question word, a preposition, or all there is."""
    first = words[0].folded
    if _GLUED_AR.match(first) is None or len(first) < 3 or first in QUESTION_AR or first in PREPOSITIONS_AR:
        return first[:1] in "وف" and first[1:] in QUESTION_AR
    rest = first[1:]
    if rest in QUESTION_AR or rest in PREPOSITIONS_AR or rest.startswith("ال"):
        return True
    return len(words) <= 2 and not any(word.folded in QUESTION_AR for word in words)


def has_question_word(parsed: Parsed) -> bool:
    """Whether it asks by a word."""
    if parsed.language == "en":
        return any(word in QUESTION_EN or word in AUXILIARIES_EN for word in parsed.folded)
    return any(word in QUESTION_AR for word in parsed.folded)
