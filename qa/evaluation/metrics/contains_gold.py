"""Contains gold: 1 where a gold answer stands in the answer's text, else 0.

Source: answer accuracy by string presence, as "str-em" of ALCE (Gao et al. 2023) has it, made right for Arabic: both sides are
folded, words must match whole (a gold `5` does not stand in `15`), and the first and last word of the gold may carry the
clitics that Arabic writes onto words: conjunction, preposition and article before, pronoun or accusative alef after. English
articles do not count. A gold in another language than the articles' is compared loosely: all its content words are there, in
any order.

>>> contains_gold("اجتمع الوفدُ بالقاهرة ووقّع ١٥ اتفاقا.", ["القاهرة"])
1.0
>>> contains_gold("ووصل إلى مدينتهم", ["مدينة"]), contains_gold("في 15 مايو", ["5 مايو"])
(1.0, 0.0)
>>> contains_gold("Figures in the media and a Saudi journalist", [], ["a Saudi journalist and media figure"])
1.0
"""

import re
from collections.abc import Iterable, Sequence

from index.language.folding import fold
from index.language.stemming import content_terms, stem, words

_BEFORE = r"[وف]?(?:ال|[بك]ال|لل|[بكلس])?"
_AFTER = r"(?:ها|هما|هم|هن|ه|كم|كن|ك|نا|ي|ا)?"
_ARABIC = re.compile(r"[\u0620-\u064a]")
_ENGLISH_ARTICLES = frozenset(("a", "an", "the"))
_SHORTEST_WITH_ENDING = 3


def contains_gold(text: str, golds: Iterable[str], golds_other: Iterable[str] = ()) -> float:
    """1.0 or 0.0. `golds` are in the articles' words, `golds_other` in another language."""
    tokens = _tokens(text)
    if any(_stands_in(tokens, gold) for gold in golds):
        return 1.0
    bag = frozenset(content_terms(text))
    for gold in golds_other:
        wanted = frozenset(content_terms(gold))
        if _stands_in(tokens, gold) or (wanted and wanted <= bag):
            return 1.0
    return 0.0


def _tokens(text: str) -> list[str]:
    return [stem(word) if word[0].isdigit() else word for word in words(fold(text)) if word not in _ENGLISH_ARTICLES]


def _stands_in(tokens: Sequence[str], gold: str) -> bool:
    wanted = _tokens(gold)
    if not wanted:
        return False
    last = len(wanted) - 1
    patterns = [_word(word, first=at == 0, last=at == last) for at, word in enumerate(wanted)]
    return any(
        all(pattern.fullmatch(token) for pattern, token in zip(patterns, tokens[at : at + len(patterns)], strict=True))
        for at in range(len(tokens) - last)
    )


def _word(word: str, *, first: bool, last: bool) -> re.Pattern[str]:
    """What a word of the gold may look like in the text; `re` keeps the patterns."""
    if not _ARABIC.search(word):
        return re.compile(re.escape(word))
    body = re.escape(word)
    if last and len(word) >= _SHORTEST_WITH_ENDING:
        joined = f"|{re.escape(word[:-1])}ت{_AFTER}" if word.endswith("ه") else ""
        body = f"(?:{body}{_AFTER}{joined})"
    if not first:
        return re.compile(body)
    # The article melts into the preposition: ل + المدينة is للمدينة.
    melted = f"|[وف]?لل{re.escape(word[2:])}" if word.startswith("ال") and len(word) > 3 else ""
    return re.compile(f"{_BEFORE}{body}{melted}")
