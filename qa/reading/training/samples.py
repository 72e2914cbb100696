"""What the network is trained on, from questions as they were asked."""

from qa.reading.inputs import inputs_for
from qa.reading.ranker import Linear, rank
from qa.reading.reader import EVIDENCE_AT, READ_CLOSELY
from qa.reading.training.asking import Asked, gold_spans
from qa.reading.training.batches import Sample

_SHOWN = READ_CLOSELY
_FURTHER = 2  # right sentences beyond those shown
# How often a question is shown in a round, by what it is, and how much less without the sentences that answer it.
_WEIGHTS = {"crossed": 0.6, "cloze": 0.6, "swapped": 0.3, "otherwise": 0.3, "written": 2.0}
_WITHOUT = {"written": 0.3}
_ON_ARABIC = ("arcd", "arcd-en", "mlqa", "tydi-ar")
_PEOPLES = 3.0  # times as often, what people asked of Arabic articles: it is little, and what was written here is plainer


def sample_of(asked: Asked, first: Linear, vocabulary: dict[str, int]) -> Sample | None:
    """The sample of a question, or `None` where it has an answer that was not found as words."""
    example, pool = asked.example, asked.pool
    lacks = asked.case != "whole" or not example.answers
    if not pool or (not lacks and not asked.right.any()):
        return None
    place = {id(candidate): number for number, candidate in enumerate(pool)}
    order = [place[id(item.candidate)] for item in rank(pool, first)]
    chosen = order[:_SHOWN] + [number for number in order[_SHOWN:] if asked.right[number]][:_FURTHER]
    gold = [
        (at, *span)
        for at, number in enumerate(chosen)
        if asked.right[number]
        for span in gold_spans(example, pool[number].sentence.text)
    ]
    if not lacks and not gold:
        return None
    kind = example.source.rpartition("-")[2]
    weight = _WEIGHTS.get(kind, 1.0) * (1.0 if asked.case == "whole" else _WITHOUT.get(kind, 0.75))
    weight *= _PEOPLES if example.source.removesuffix("-crossed") in _ON_ARABIC else 1.0
    evidence = asked.features()[chosen][:, EVIDENCE_AT]
    return Sample.of(inputs_for(asked.query, pool, chosen), evidence, gold, weight, vocabulary, kind == "cloze")
