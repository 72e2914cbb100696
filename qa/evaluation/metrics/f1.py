"""F1 of words: precision and recall of the prediction's words (as a bag) against a gold answer; the best over gold answers.

Source: Rajpurkar et al. 2016 (SQuAD v1.1) for English, Lewis et al. 2019 (MLQA) for Arabic; see `normalise`.

Worked: "in the green park" gives three words (`the` goes), the gold "green park" two; both of them match, so precision is 2/3,
recall 2/2, and F1 = 2 * 2/3 * 1 / (2/3 + 1) = 0.8.

>>> round(f1("in the green park", ["green park"], "en"), 4)
0.8
>>> round(f1("في مدينة حلب السورية", ["مدينة حلب"], "ar"), 4)
0.6667
>>> f1("", ["حلب"], "ar")
0.0
"""

from collections import Counter
from collections.abc import Iterable

from qa.evaluation.metrics.normalise import normalise


def f1(prediction: str, golds: Iterable[str], language: str, *, folded: bool = False) -> float:
    """0.0 to 1.0; `language` is that of the gold answers."""
    words = normalise(prediction, language, folded=folded).split()
    return max((_one(words, normalise(gold, language, folded=folded).split()) for gold in golds), default=0.0)


def _one(prediction: list[str], gold: list[str]) -> float:
    same = sum((Counter(prediction) & Counter(gold)).values())
    if same == 0:
        return 0.0
    precision, recall = same / len(prediction), same / len(gold)
    return (2 * precision * recall) / (precision + recall)
