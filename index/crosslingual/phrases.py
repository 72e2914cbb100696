"""Words that are translated together: abbreviations such as WHO, and phrases such as "Champions League"."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from index.article import Language
from index.crosslingual.lexicon import Lexicon
from index.language.folding import fold
from index.language.stemming import content_terms

Options = dict[str, float]
LONGEST = 4  # words of a phrase
APART = 0.5  # what the translations of a word alone still weigh where its phrase is known
_CAPITALS = re.compile(r"(?<![^\W_])(?:[A-Z]\.(?:[A-Z]\.?)+|[A-Z]{2,6}(?='|’|(?![^\W_])))")
_SMALL = re.compile(r"[a-z]")


@lru_cache(maxsize=1)
def _abbreviations() -> dict[str, list[list[str]]]:
    lines = (Path(__file__).parent / "abbreviations.tsv").read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in lines)
    return {short.lower(): [content_terms(form) for form in forms.split("|")] for short, forms in rows}


@lru_cache(maxsize=1)
def _phrases() -> Lexicon:
    return Lexicon.load(Path(__file__).parent / "model" / "phrases.safetensors")


def written_short(text: str) -> frozenset[str]:
    """The abbreviations in `text`, folded and without dots; none where everything is in capitals.

    >>> sorted(written_short("Did the WHO tell us of U.S. aid?")), written_short("WHO IS IT?")
    (['us', 'who'], frozenset())
    """
    if not _SMALL.search(text):
        return frozenset()
    return frozenset(fold(found).replace(".", "") for found in _CAPITALS.findall(text))


def long_form(short: str, doc_freq: Callable[[str], int]) -> list[Options]:
    """For each Arabic word that `short` (folded, without dots) stands for, the stems it may be; empty where it is not known.

    Forms of fewer words stand for several at once: of "US", `الولايات` and `المتحدة` may both be `أمريكا`.
    """
    forms = _abbreviations().get(short, [])
    slots: list[Options] = [{} for _ in range(max(map(len, forms), default=0))]
    for form in forms:
        for at, slot in enumerate(slots):
            term = form[at * len(form) // len(slots)]
            if doc_freq(term):
                slot[term] = 1.0
    return slots


def found_phrases(words: Sequence[str], target: Language) -> Iterator[tuple[int, int, list[tuple[list[str], float]]]]:
    """`(start, end, forms)` of the known phrases among the stems of a question, the longest first, none within another."""
    at = 0
    while at < len(words) - 1:
        for end in range(min(len(words), at + LONGEST), at + 1, -1):
            if forms := _phrases().translations(" ".join(words[at:end]), target):
                yield at, end, [(form.split(), weight) for form, weight in forms]
                at = end - 1
                break
        at += 1


def together(alone: list[Options], forms: Sequence[tuple[list[str], float]], doc_freq: Callable[[str], int]) -> list[Options]:
    """The options of a phrase's words (`alone`), the phrase being known to stand for one of `forms`.

    Each stem of a form goes to the word that it translates, or to those that nothing in the form translates.
    """
    chosen: list[Options] = [{} for _ in alone]
    for form, weight in forms:
        if not all(map(doc_freq, form)):
            continue
        left = set(range(len(alone)))
        homeless = []
        for term in form:
            at = max(range(len(alone)), key=lambda number: alone[number].get(term, 0.0))
            if term in alone[at]:
                chosen[at][term] = max(weight, chosen[at].get(term, 0.0))
                left.discard(at)
            else:
                homeless.append(term)
        for term in homeless:
            for at in left:
                chosen[at][term] = max(weight, chosen[at].get(term, 0.0))
    for options, found in zip(alone, chosen, strict=True):
        if found:
            for term, weight in options.items():
                found[term] = max(APART * weight, found.get(term, 0.0))
    return [found or options for options, found in zip(alone, chosen, strict=True)]
