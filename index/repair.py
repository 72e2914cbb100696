"""Arabic stems that differ by one letter from a stem that no article has: slips of the pen, and prefixes that stemming leaves.

What is found is often right (اظطراب for اضطراب, لمرض for مرض) and sometimes another word: it weighs less than the word itself.
"""

from collections.abc import Callable, Iterator

WEIGHT = 0.5
_MOST = 3
_SHORTEST, _LONGEST = 4, 16  # letters; shorter stems have too many neighbours
_LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمنهويءئؤ"


def near(term: str, document_frequency: Callable[[str], int]) -> tuple[tuple[str, float], ...]:
    """Up to three stems one letter away (left out, added, another, or two swapped) that articles have, the commonest first.

    Empty for a term in other letters, or too short or long. Some 400 look-ups, about 0.3 ms.
    """
    if not _SHORTEST <= len(term) <= _LONGEST or not set(term) <= set(_LETTERS):
        return ()
    found = ((-document_frequency(other), other) for other in set(_one_letter_away(term)) - {term})
    return tuple((other, WEIGHT) for frequency, other in sorted(found)[:_MOST] if frequency)


def _one_letter_away(term: str) -> Iterator[str]:
    for at in range(len(term) + 1):
        before, after = term[:at], term[at:]
        if after:
            yield before + after[1:]
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
        for letter in _LETTERS:
            yield before + letter + after
            if after:
                yield before + letter + after[1:]
