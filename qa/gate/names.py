"""Names of a claim that stand neither in its quote nor in the passage around it nor in the title, in either script."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache

from index.crosslingual import same_name
from index.crosslingual.query import lexicon
from index.crosslingual.transliteration import bundled
from index.language import fold
from index.language.stemming import is_stop_word, stem, words
from qa.figures import figures
from qa.gate.vocabulary import GENERIC, KNOWN_AS
from qa.judges.alignment import Counterparts, vectors

_CAPITALISED = re.compile(r"(?<![^\W_])[A-Z][^\W\d_]*(?:['’-][^\W\d_]+)*|(?<![^\W_])(?:[A-Z]\.){2,}")
_FIRST = re.compile(r"[.!?:؟]\s*[\"'“«(]*\Z|\A\W*\Z")
_CLITIC = re.compile(r"\A[وف]?[بلك]?(?:ال|ل(?=ل))?(?=...)")
_ARABIC = re.compile(r"[\u0620-\u06ff]")
_SAME = 0.3  # `same_name` above which a chance meeting is rare
_FITS = 0.4  # score of an ordinary counterpart
_RARE = 0.9  # length of the vector of a word that is hardly ever an ordinary one
_COMMON = 0.85  # and of one that is ordinary even with a capital
_SOUNDS = 0.25  # share of a word's translations that sound like it: so much, and it is a name
_SPELLED = 0.75  # likeness of two spellings of one name in one script
_LETTERS = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyz",
        "اي|بي|سي|دي|اي|اف|جي|اتش|اي|جيه|كيه|ال|ام|ان|او|بي|كيو|ار|اس|تي|يو|في|دبليو|اكس|واي|زد".split("|"),
        strict=True,
    )
)


def unknown_names(claim: str, known: str) -> list[str]:
    """The names in `claim` that `known` has in no spelling: the quote, the text around it, and the title together.

    In Latin letters a name is told by its capital. Arabic has none: there a name is a rare word whose counterparts in the
    other language sound like it, or that neither the lexicon nor the encoder has ever seen.
    """
    context = _Known(known)
    if len(_ARABIC.findall(claim)) > len(claim) / 3:
        latin = [name for name in _latin_names(claim) if not context.has_latin(name)]
        rare = [word for word in _arabic_words(claim) if _is_rare(word)]  # the cheap question first
        return latin + [name for name in rare if not context.has_arabic(name) and _is_arabic_name(name)]
    return [name for name in _latin_names(claim) if not context.has_latin(name)]


def _latin_names(text: str) -> Iterator[str]:
    for match in _CAPITALISED.finditer(text):
        name = fold(match.group()).removesuffix("'s").strip("-'")
        first = _FIRST.search(text[: match.start()]) is not None
        if name in GENERIC or (is_stop_word(name) and name not in KNOWN_AS) or len(name) < 2:
            continue
        if first and not _is_latin_name(name):
            continue  # the capital of a sentence says nothing
        if figures(name).numbers or figures(name).months or figures(name).weekdays:
            continue
        yield from (part for part in name.split("-") if len(part) > 1 and part not in GENERIC and not _is_common(part))


def _arabic_words(text: str) -> Iterator[str]:
    return (word for word in words(fold(text)) if len(word) > 3 and _ARABIC.match(word) and not is_stop_word(word))


@lru_cache(maxsize=8192)
def _is_rare(word: str) -> bool:
    length = float(vectors([word])[1][0])
    return length == 0 or length >= _RARE


@lru_cache(maxsize=8192)
def _is_common(word: str) -> bool:
    """Words of headlines and of long names: "Medical", "Citizens"."""
    return 0 < float(vectors([word])[1][0]) < _COMMON and word not in KNOWN_AS


@lru_cache(maxsize=8192)
def _is_latin_name(word: str) -> bool:
    """Whether a word with a capital is a name even at the beginning of a sentence: its translations sound like it."""
    options = lexicon().of_name(word) or lexicon().of_word(word, stem(word), "ar")
    if not options:
        return _is_rare(word)
    sounding = sum(weight for arabic, weight in options if _likeness(word, arabic) > _FITS)
    return sounding > _SOUNDS * sum(weight for _, weight in options)


@lru_cache(maxsize=8192)
def _is_arabic_name(word: str) -> bool:
    """Whether an Arabic word is a name rather than an ordinary word."""
    if figures(word).months or figures(word).weekdays or not _is_rare(word):
        return False
    forms = _forms(word)
    share = 0.0
    known = float(vectors([word])[1][0]) > 0
    for form in forms:
        options = lexicon().translations(stem(form), "en")
        if options:
            known = True
            sounding = sum(weight for latin, weight in options if latin.isalpha() and _sounds_like(latin, forms))
            share = max(share, sounding / sum(weight for _, weight in options))
    return share > _SOUNDS or not known


def _sounds_like(latin: str, forms: Sequence[str]) -> bool:
    # Stems have lost their -s and -y: "james" is "jame".
    return any(_likeness(spelled, form) > _FITS for spelled in (latin, f"{latin}s") for form in forms)


@lru_cache(maxsize=16384)
def _likeness(latin: str, arabic: str) -> float:
    return bundled().likeness(latin, arabic)


@lru_cache(maxsize=8192)
def _is_settled(name: str) -> bool:
    """Whether the Arabic of a name is known, and is a name too: it sounds like it, or means nothing else (Damascus, Cairo)."""
    found = [arabic for arabic, _ in lexicon().of_name(name)]
    return bool(found) and all(_likeness(name, arabic) > _FITS or _first_meaning(arabic) == stem(name) for arabic in found)


def _first_meaning(arabic: str) -> str:
    return next((english for english, _ in lexicon().translations(arabic, "en")), "")


def _forms(word: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((word, stem(word), _CLITIC.sub("", word))))


class _Known:
    """The words that names are looked for in."""

    def __init__(self, text: str) -> None:
        self._found = Counterparts(text)
        folded = fold(text)
        every = list(dict.fromkeys(words(folded)))
        self._latin = [word.removesuffix("'s") for word in every if word[0].isascii() and word[0].isalpha()]
        self._arabic = [word for word in every if _ARABIC.match(word)]
        self._forms = tuple(dict.fromkeys(form for word in self._arabic for form in _forms(word)))
        self._text = f" {' '.join(words(folded))} "
        self._solid = self._text.replace(" ", "")

    def has_latin(self, name: str) -> bool:
        """Whether a folded Latin name stands there, in its own or in Arabic letters."""
        if name in self._latin or _alike(name, self._latin):
            return True
        if not self._arabic:
            return False
        if (spelled_out := KNOWN_AS.get(name)) and spelled_out in self._text:
            return True
        letters = name.replace(".", "")
        if len(letters) <= 5 and "".join(_LETTERS.get(char, char) for char in letters) in self._solid:
            return True
        # Where the Arabic of a name is settled nothing else is a counterpart: Beirut is not Cairo, though vectors are near.
        if not _is_settled(name) and float(self._found.scores([name])[0]) > _FITS:
            return True
        return any(same_name(name, form) > _SAME for form in self._forms if _may_sound_like(name, form))

    def has_arabic(self, word: str) -> bool:
        """Whether a folded Arabic word, name or not, has a counterpart there."""
        if float(self._found.scores([word])[0]) > _FITS:
            return True
        forms = _forms(word)
        if any(form in self._arabic or _alike(form, self._arabic) for form in forms):
            return True
        return any(same_name(latin, form) > _SAME for latin in self._latin for form in forms if _may_sound_like(latin, form))


_CONSONANTS = {
    letter: latin
    for latin, letters in {
        "b": "بپpv", "t": "تط", "s": "سصثشزظcxzذ",
        "j": "جغچژg", "k": "قكخqحگ", "d": "دضذ", "r": "ر", "f": "فڤv", "l": "ل", "m": "م",
        "n": "ن", "w": "", "h": "ه", "": "اويىءةئؤعaeiou'",
    }.items()
    for letter in letters
}  # fmt: skip


@lru_cache(maxsize=65536)
def _may_sound_like(latin: str, arabic: str) -> bool:
    """A quick look at the consonants before the real comparison."""
    one, other = (
        {_CONSONANTS.get(letter, letter) for letter in word} - {"", "h", "w", "y"} for word in (latin, _CLITIC.sub("", arabic))
    )
    return len(one & other) * 2 >= min(len(one), len(other))


def _alike(name: str, others: Sequence[str]) -> bool:
    """Another spelling of the same script: Mohammed and Muhammad, «جيدني» and «غيدني»."""
    plain = _skeleton(name)
    return len(name) > 3 and any(
        plain == _skeleton(other) or SequenceMatcher(None, plain, _skeleton(other)).ratio() > 0.9
        for other in others
        if abs(len(other) - len(name)) <= 2 and len(other) > 3
    )


_SOUNDS_ALIKE = str.maketrans(
    {"غ": "ج", "ق": "ج", "ك": "ج", "ڤ": "ف", "ط": "ت", "ذ": "د", "ض": "د", "ص": "س", "ث": "ت", "ظ": "ز"}
)


@lru_cache(maxsize=16384)
def _skeleton(name: str) -> str:
    """A name without what spellings differ in: vowels after the first letter, doubled letters."""
    if name[0].isascii():
        plain = name[0] + re.sub(r"[aeiouyh']", "", name[1:]).replace("q", "k").replace("c", "k")
    else:
        bare = _CLITIC.sub("", name).translate(_SOUNDS_ALIKE)
        plain = bare[0] + re.sub("[اويهء]", "", bare[1:])
    return re.sub(r"(.)\1+", r"\1", plain)
