"""Claims that say the contrary of their quote: a "not" on one side only, and pairs such as rose and fell."""

from collections.abc import Iterator, Sequence

from index.language import fold
from index.language.stemming import is_stop_word, stem, words
from qa.gate.vocabulary import NEAR_NOT, NOT, POLES
from qa.judges.alignment import Counterparts

_NOT_END = "n't"
_REACH = 3  # content words after a "not" that it may speak about
_ALIGNED = 0.35


def is_negated_otherwise(claim: str, quote: str) -> bool:
    """Whether a negation stands in one of the two only, where it matters to the claim."""
    said, there = words(fold(claim)), words(fold(quote))
    said_not, there_not = _count(said), _count(there)
    if said_not > there_not and not _excused(said, there):
        return True
    if there_not <= said_not + _excuses(said):
        return False
    reach = [reached for at in _places(there) for reached in [_reached(there, at)] if reached]
    found = Counterparts(claim)
    return any(float(found.scores(reached).max()) > _ALIGNED for reached in reach)


def _excused(said: Sequence[str], there: Sequence[str]) -> bool:
    """Whether what each "not" of the claim speaks about stands beside something like a negation in the quote."""
    beside = [at for at, word in enumerate(there) if _is_not(word) or _is_near(word)]
    if not beside:
        return False
    windows = Counterparts(" ".join(word for at in beside for word in there[max(at - 2, 0) : at + 5]))
    reached = [_reached(said, at) for at in _places(said)]
    return all(not words or float(windows.scores(words).max()) > _ALIGNED for words in reached)


def _is_not(word: str) -> bool:
    return word in NOT or word.endswith(_NOT_END) or (len(word) > 2 and word[0] in "وف" and word[1:] in NOT)


def _places(found: Sequence[str]) -> Iterator[int]:
    return (at for at, word in enumerate(found) if _is_not(word))


def _count(found: Sequence[str]) -> int:
    return sum(1 for _ in _places(found))


def _excuses(found: Sequence[str]) -> int:
    return sum(not _is_not(word) and _is_near(word) for word in found)


def _is_near(word: str) -> bool:
    return word in NEAR_NOT or word.endswith("less") or (word[0] in "وفبل" and word[1:] in NEAR_NOT)


def _reached(found: Sequence[str], at: int) -> list[str]:
    return [word for word in found[at + 1 : at + 6] if not is_stop_word(word)][:_REACH]


def is_opposite(claim: str, quote: str) -> bool:
    """Whether the claim has one word of a pair such as rose and fell, and the quote only the other."""
    said = {stem(word) for word in words(fold(claim))}
    there = {stem(word) for word in words(fold(quote))}
    return any(
        said & one and not said & other and there & other and not there & one
        for pole in POLES
        for one, other in (pole, pole[::-1])
    )
