"""What the network is trained on, from questions as they were asked."""

from qa.reading.inputs import inputs_for
from qa.reading.ranker import Linear, rank
from qa.reading.reader import EVIDENCE_AT
from qa.reading.training.asking import Asked, gold_spans
from qa.reading.training.batches import Sample

_SHOWN = 10
_FURTHER = 2  # right sentences beyond those shown
_WEIGHTS = {"whole": 1.0, "without": 0.5, "crossed": 0.6, "cloze": 0.6}


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
    weight, fades = _WEIGHTS[kind if kind in ("crossed", "cloze") else asked.case], kind == "cloze"
    evidence = asked.features()[chosen][:, EVIDENCE_AT]
    return Sample.of(inputs_for(asked.query, pool, chosen), evidence, gold, weight, vocabulary, fades)
