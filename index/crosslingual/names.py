"""Whether a name in Latin letters and one in Arabic letters are the same name."""

import re
from functools import lru_cache

from index.crosslingual.query import lexicon
from index.crosslingual.transliteration import bundled
from index.language.folding import fold
from index.language.stemming import stem, words

_ARTICLE = re.compile(r"\A(?:و?(?:ال|بال|كال|فال)|و?لل|[وفبلك](?=ال))(?=..)")
_PARTICLES = frozenset(("al", "el", "ul", "the", "of", "de", "van", "von", "bin", "ibn", "ben", "bint", "abu"))


def same_name(latin: str, arabic: str) -> float:
    """From 0 to 1, how sure it is that both spell one name; above 0.3 a chance meeting is rare (0 of 400 random pairs).

    Of a name of several words every Latin word must have its counterpart, in any order; particles such as "al" need not.

    >>> same_name("Glynn", "غلين") > 0.9, same_name("Gedney", "غلين") < 0.1
    (True, True)
    """
    names = words(fold(latin))
    wanted = [word for word in names if word not in _PARTICLES] or names
    offered = words(fold(arabic))
    if not wanted or not offered:
        return 0.0
    return min(max(_same_word(word, other) for other in offered) for word in wanted)


@lru_cache(maxsize=4096)
def _same_word(latin: str, arabic: str) -> float:
    if stem(arabic) in {term for term, _ in lexicon().of_name(latin) or lexicon().of_word(latin, stem(latin), "ar")}:
        return 1.0
    plain = _ARTICLE.sub("", arabic)
    return max(bundled().likeness(latin, form) for form in {arabic, plain})
