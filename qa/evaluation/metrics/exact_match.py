"""Exact match: 1 where the prediction equals a gold answer after normalisation, else 0; the best over all gold answers.

Source: Rajpurkar et al. 2016 (SQuAD v1.1) for English, Lewis et al. 2019 (MLQA) for Arabic; see `normalise`.

>>> exact_match("the White House", ["White House", "Washington"], "en")
1.0
>>> exact_match("في القاهرة", ["القاهرة"], "ar")
0.0
>>> exact_match("القَاهرة", ["القاهرة"], "ar"), exact_match("القَاهرة", ["القاهرة"], "ar", folded=True)
(0.0, 1.0)
"""

from collections.abc import Iterable

from qa.evaluation.metrics.normalise import normalise


def exact_match(prediction: str, golds: Iterable[str], language: str, *, folded: bool = False) -> float:
    """1.0 or 0.0; `language` is that of the gold answers."""
    given = normalise(prediction, language, folded=folded)
    return float(any(given == normalise(gold, language, folded=folded) for gold in golds))
