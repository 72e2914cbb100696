"""BM25 as tantivy computes it, for engines that leave the last word on scores to us."""

import math

K1, B = 1.2, 0.75
_EXACT = 40


def inverse_frequency(documents: int, frequency: int) -> float:
    """How much a term says that stands in `frequency` of `documents` passages."""
    return math.log(1 + (documents - frequency + 0.5) / (frequency + 0.5))


def kept_length(length: int) -> int:
    """The number of words as tantivy keeps it, in one byte: exact below 40, then to four significant bits.

    >>> kept_length(39), kept_length(41), kept_length(59), kept_length(203)
    (39, 40, 56, 200)
    """
    if length < _EXACT:
        return length
    beyond = length - 24
    shift = beyond.bit_length() - 4
    return 24 + (beyond >> shift << shift)


def saturation(count: int, length: int, average: float) -> float:
    """What a term's frequency in a field of `kept_length` words multiplies its weight by: at most `K1 + 1`."""
    return count * (K1 + 1) / (count + K1 * (1 - B + B * length / average))
