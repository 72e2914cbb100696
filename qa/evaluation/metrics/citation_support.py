"""Citation precision and recall: do the citations bear out what the answer says, and is each of them needed?

Source: Gao et al. 2023, "Enabling Large Language Models to Generate Text with Citations" (ALCE), section 3.3. For each
statement with citations C: it is recalled (1) where C is not empty and all of C together supports it. A citation c of C is
precise (1) where the statement is recalled and c is not irrelevant; irrelevant means that c alone does not support the
statement and C without c still does. Recall is the mean over statements, precision the mean over citations; an answer without
any citation has precision 0.

Support is decided by a judge. What a citation says is its quote. Two readings of markers out of range (a `[7]` of four
sources):

- `precision`, `recall`: such a marker is one more wrong citation, and its statement is not recalled;
- `precision_alce`, `recall_alce`: exactly as ALCE's own program: the statement is not recalled, none of its citations counts,
  only the first three citations of a statement are looked at, and a marker that stands twice is two citations (one in ours).

Worked: the sources are [1] "the war ended", [2] "in 2018", [3] "rain fell". Of three statements, "the war ended in 2018" cites
[1][2][3]: together they support it; [1] and [2] are each needed, [3] is irrelevant. "Rain fell" cites [3]: precise. "Prices
rose" cites [7]: out of range. Recall is 2/3. Precision is 3/5 with the marker that does not exist, 3/4 without it (as ALCE).

>>> class Words:
...     name = "all words"
...     def supports(self, premise, hypothesis):
...         return float(set(hypothesis.lower().split()) <= set(premise.lower().split()))
...     def usage(self):
...         return {}
>>> said = [Statement("the war ended in 2018", (1, 2, 3)), Statement("Rain fell", (3,)), Statement("Prices rose", (7,))]
>>> support = citation_support(said, {1: "the war ended", 2: "in 2018", 3: "rain fell"}, Words())
>>> [round(value, 4) for value in (support.precision, support.recall, support.precision_alce, support.recall_alce)]
[0.6, 0.6667, 0.75, 0.6667]
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qa.evaluation.answers import Statement
from qa.judges import Judge, agrees

_ALCE_MOST = 3


@dataclass(frozen=True, slots=True)
class Support:
    """The four figures of one answer."""

    precision: float
    recall: float
    precision_alce: float
    recall_alce: float


def citation_support(said: Sequence[Statement], sources: Mapping[int, str], judge: Judge) -> Support | None:
    """The figures for an answer that says `said`; `None` when it says nothing."""
    if not said:
        return None
    recalled = precise = cited = 0
    recalled_alce = precise_alce = cited_alce = 0
    for statement in said:
        markers = list(dict.fromkeys(statement.markers))
        known = [marker for marker in markers if marker in sources]
        supported, needed = _judge(statement.text, known, sources, judge)
        cited += len(markers)
        precise += needed
        recalled += supported and len(known) == len(markers)
        if len(known) < len(markers):
            continue
        first = list(statement.markers[:_ALCE_MOST])
        if first != known:
            supported, needed = _judge(statement.text, first, sources, judge)
        cited_alce += len(first)
        precise_alce += needed
        recalled_alce += supported
    return Support(
        precise / cited if cited else 0.0,
        recalled / len(said),
        precise_alce / cited_alce if cited_alce else 0.0,
        recalled_alce / len(said),
    )


def _judge(text: str, markers: Sequence[int], sources: Mapping[int, str], judge: Judge) -> tuple[bool, int]:
    """Whether the sources together support the text, and how many of them are not irrelevant to it."""
    if not markers or not agrees(judge, _joined(markers, sources), text):
        return False, 0
    if len(markers) == 1:
        return True, 1
    needed = 0
    for marker in markers:
        rest = list(markers)
        rest.remove(marker)
        needed += agrees(judge, sources[marker], text) or not agrees(judge, _joined(rest, sources), text)
    return True, needed


def _joined(markers: Sequence[int], sources: Mapping[int, str]) -> str:
    return "\n".join(sources[marker] for marker in markers)
