"""Context precision and recall: do the passages behind an answer hold what is needed, and do those that do come first?

Source: the definitions of the ragas documentation (Es et al. 2023 and its successors), without its code.

- `context_precision` = sum over k of (precision@k * v_k) / number of relevant passages among them, where v_k is 1 if the
  passage at rank k is relevant, and precision@k the share of relevant ones up to k. 0 when none is relevant.
- `context_recall` = share of the gold statements that can be attributed to the passages together.

A passage is relevant where it is from a gold article (where these are known) and holds a gold answer or a gold evidence
sentence. Gold statements are the evidence sentences, else the gold answers, of which one must be there.

Worked: three passages, the first and the third relevant: (1/1 + 2/3) / 2.

>>> round(context_precision([True, False, True]), 4)
0.8333
>>> context_precision([False])
0.0
>>> holds("وقع الهجوم في حلب أمس.", ["حلب"], []), holds("وقع الهجوم.", ["حلب"], ["وقع الهجوم"])
(True, True)
>>> context_recall(["انتهت الحرب أمس."], ["أمس"], ["انتهت الحرب أمس.", "ثم نزل المطر."])
0.5
"""

from collections.abc import Sequence

from index.language.folding import fold
from index.language.stemming import content_terms, terms, words
from qa.evaluation.metrics.contains_gold import contains_gold

_MOST_OF = 0.8


def context_precision(relevant: Sequence[bool]) -> float:
    """From the relevance of each passage, best ranked first."""
    total = hits = 0.0
    for rank, is_relevant in enumerate(relevant, 1):
        if is_relevant:
            hits += 1
            total += hits / rank
    return total / hits if hits else 0.0


def context_recall(passages: Sequence[str], answers: Sequence[str], evidence: Sequence[str]) -> float | None:
    """`None` where there is neither evidence nor a gold answer."""
    if evidence:
        return sum(any(holds_sentence(passage, sentence) for passage in passages) for sentence in evidence) / len(evidence)
    if answers:
        return float(any(contains_gold(passage, answers) for passage in passages))
    return None


def holds(text: str, answers: Sequence[str], evidence: Sequence[str]) -> bool:
    """Whether a passage holds a gold answer or an evidence sentence."""
    return bool(contains_gold(text, answers)) or any(holds_sentence(text, sentence) for sentence in evidence)


def holds_sentence(text: str, sentence: str) -> bool:
    """Whether the sentence stands there word for word after folding, or at least four fifths of its content words do."""
    wanted = " ".join(words(fold(sentence)))
    if not wanted:
        return False
    if f" {wanted} " in f" {' '.join(words(fold(text)))} ":
        return True
    content, there = set(content_terms(sentence)), set(terms(text))
    return bool(content) and len(content & there) >= _MOST_OF * len(content)
