"""A question as weighted terms of the other language, so that BM25 can search articles it was not asked in."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from index.article import Language
from index.crosslingual.lexicon import Lexicon
from index.crosslingual.phrases import found_phrases, long_form, together, written_short
from index.crosslingual.transliteration import spellings
from index.language.folding import fold
from index.language.stemming import is_stop_word, stem, words

DocFreq = Callable[[str], int]
Options = dict[str, float]

MAX_OPTIONS = 8
FLATTEN = 0.5  # weights of the lexicon are raised to this power: the likeliest translation elsewhere may not be the one here
NAME_SHARE = 0.8  # of the best spelling of a capitalised word that the lexicon knows too
_CAPITAL = re.compile(r"[^\W\d_a-z][^\W_]*")
_ENDING = re.compile(r"(?<=[a-z]{3})(?:ids?|ians?|isms?|ists?|ites?|is|s)\Z")
_ARTICLE = re.compile(r"^(?:و?(?:ال|بال|كال|فال)|و?لل)(?=..)")


@dataclass(frozen=True, slots=True)
class QueryTerm:
    """One content word (or phrase) of a question, in the terms of the target language.

    `options` are stems with weights, best first; they share one budget: a passage that has two of them says no more than a
    passage that has the best. `weight` is how much the word counts in the question. `known` is false where nothing was found.
    """

    source: str
    weight: float
    options: tuple[tuple[str, float], ...]
    known: bool


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The shipped lexicon, read once."""
    return Lexicon.load(Path(__file__).parent / "model" / "lexicon.safetensors")


def translate_query(text: str, target: Language, doc_freq: DocFreq) -> list[QueryTerm]:
    """The content words of `text` as terms of `target`, in order; words already in its script pass through as themselves.

    An abbreviation is the words it stands for, which share its weight; of a phrase, each word is what it is in the phrase.

    `doc_freq` gives the number of passages with a term; translations and spellings that no passage has are left out.
    """
    capital = {fold(word) for word in _CAPITAL.findall(text)}
    short = written_short(text) if target == "ar" else frozenset()
    found: list[QueryTerm] = []
    for word in words(fold(text)):
        plain = word.removesuffix("'s").replace(".", "")
        slots = long_form(plain, doc_freq) if plain in short else []
        if any(slots):
            found += [_term(word, slot, 1 / len(slots)) for slot in slots]
        elif not is_stop_word(word) and not (word == "us" and (short or (capital and word not in capital))):
            found.append(_translate(word, target, doc_freq, word in capital))
    return _with_phrases(found, target, doc_freq)


def relatives(term: str, doc_freq: DocFreq) -> list[tuple[str, float]]:
    """Arabic stems of the collection that may stand where an Arabic one is asked for; weights below 1, best first."""
    return [(other, weight) for other, weight in lexicon().relatives(term) if doc_freq(other)]


def _with_phrases(found: list[QueryTerm], target: Language, doc_freq: DocFreq) -> list[QueryTerm]:
    """The terms, those of known phrases translated together."""
    for start, end, forms in found_phrases([stem(term.source) for term in found], target):
        forms = [(form, weight**FLATTEN) for form, weight in forms]
        options = together([dict(term.options) for term in found[start:end]], forms, doc_freq)
        found[start:end] = [_term(term.source, new, term.weight) for term, new in zip(found[start:end], options, strict=True)]
    return found


def _term(word: str, options: Options, weight: float = 1.0) -> QueryTerm:
    best = sorted(options.items(), key=lambda item: -item[1])[:MAX_OPTIONS]
    return QueryTerm(word, weight, tuple(best), bool(best))


def _translate(word: str, target: Language, doc_freq: DocFreq, capital: bool) -> QueryTerm:
    term, plain = stem(word), word.removesuffix("'s")
    if not word[0].isalpha() or (word[0] <= "z") == (target == "en"):
        return QueryTerm(word, 1.0, ((term, 1.0),), True)
    options = {other: weight**FLATTEN for other, weight in lexicon().of_word(plain, term, target) if doc_freq(other)}
    if (capital or not options) and doc_freq(term):
        options[term] = 1.0
    settled = {other: weight**FLATTEN for other, weight in lexicon().of_name(plain) if doc_freq(other)} if capital else {}
    if settled:
        options = settled | {other: max(weight, settled.get(other, 0.0)) for other, weight in options.items()}
    elif capital or not options:
        share = NAME_SHARE if options else 1.0
        for other, weight in name_options(word, target, doc_freq):
            options[other] = max(share * weight**FLATTEN, options.get(other, 0.0))
    return _term(word, options)


def name_options(word: str, target: Language, doc_freq: DocFreq) -> list[tuple[str, float]]:
    """Spellings of a folded word in the other script that stand in the index, as stems; the best of them weighs 1.

    Where the whole word has none, it is tried without its English ending: Fatimids as Fatim-, as Arabic stems have it.
    """
    if target == "en":
        return _spelled(_ARTICLE.sub("", word), target, doc_freq)
    name = word.removesuffix("'s").replace("'", "").replace(".", "")
    found = _spelled(name, target, doc_freq)
    if not found and (ending := _ENDING.search(name)):
        found = _spelled(name[: ending.start()], target, doc_freq)
    return found


def _spelled(name: str, target: Language, doc_freq: DocFreq) -> list[tuple[str, float]]:
    found: Options = {}
    for spelling, chance in spellings(name, target):
        term = stem(spelling)
        if doc_freq(term):
            found[term] = found.get(term, 0.0) + chance
    best = max(found.values(), default=1.0)
    return sorted(((term, chance / best) for term, chance in found.items()), key=lambda item: -item[1])
