"""Accuracy and precision as LitQA defines them: correct of all, and correct of those that were answered.

Source: Lala et al. 2023, "PaperQA"; Skarlinski et al. 2024, "Language agents achieve superhuman synthesis of scientific
knowledge" (LitQA2): a system may decline; accuracy counts all questions, precision only those it did not decline.

An answer is correct where `contains_gold` or `exact_match` is 1. LitQA has no unanswerable questions. Here, declining one is
the correct choice and counts in accuracy; answering one counts against both. A failure counts as answered wrongly in accuracy,
and does not appear in precision.

Worked: five questions, one of them unanswerable. Two right, one wrong, one declined, and the unanswerable one declined:
accuracy (2 + 1) / 5, precision 2 / 3, answered 3 / 5.

>>> verdicts = ["correct", "correct", "wrong", "refused_wrongly", "refused_rightly"]
>>> [point(statistic, 5) for statistic in (accuracy(verdicts), precision(verdicts), answered(verdicts))]
[0.6, 0.6666666666666666, 0.6]
"""

from collections.abc import Sequence

from qa.evaluation.intervals import Statistic, point, ratio
from qa.evaluation.results import Verdict

__all__ = ["accuracy", "answered", "point", "precision", "verdict"]

_ANSWERED = ("correct", "wrong", "answered_unanswerable")


def verdict(*, answerable: bool | None, refused: bool, correct: bool | None) -> Verdict:
    """The judgement on one question; `correct` is `None` where there is no gold answer to compare with."""
    if answerable is False:
        return "refused_rightly" if refused else "answered_unanswerable"
    if answerable is None or correct is None:
        return "ungraded"
    if refused:
        return "refused_wrongly"
    return "correct" if correct else "wrong"


def accuracy(verdicts: Sequence[str]) -> Statistic:
    """Correct of all that can be graded."""
    return ratio(_are(verdicts, "correct", "refused_rightly"), [float(item != "ungraded") for item in verdicts])


def precision(verdicts: Sequence[str]) -> Statistic:
    """Correct of answered."""
    return ratio(_are(verdicts, "correct"), _are(verdicts, *_ANSWERED))


def answered(verdicts: Sequence[str]) -> Statistic:
    """Answered of all that can be graded."""
    return ratio(_are(verdicts, *_ANSWERED), [float(item != "ungraded") for item in verdicts])


def _are(verdicts: Sequence[str], *names: str) -> list[float]:
    return [float(item in names) for item in verdicts]
