"""Faithfulness: the share of an answer's statements that the retrieved passages support, cited or not.

Source: Es et al. 2023, "RAGAS: Automated Evaluation of Retrieval Augmented Generation", section 3: F = |V| / |S|, where S are
the statements of the answer and V those that can be inferred from the context. Statements are the answer's claims (its
sentences where it has none); a statement counts where a judge finds support in one passage, or in the cited quotes together.

>>> from qa.judges.bundled import BundledJudge
>>> said = [Statement("انتهت الحرب", ()), Statement("ارتفعت الأسعار", ())]
>>> faithfulness(said, ["قال إن الحرب انتهت.", "نزل المطر."], [], BundledJudge())
0.5
"""

from collections.abc import Sequence

from qa.evaluation.answers import Statement
from qa.judges import Judge, agrees


def faithfulness(said: Sequence[Statement], passages: Sequence[str], quotes: Sequence[str], judge: Judge) -> float | None:
    """The share; `None` when nothing is said or nothing was retrieved."""
    if not said or not (passages or quotes):
        return None
    contexts = (["\n".join(quotes)] if quotes else []) + list(passages)
    supported = sum(any(agrees(judge, context, statement.text) for context in contexts) for statement in said)
    return supported / len(said)
