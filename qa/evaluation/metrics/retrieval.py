"""Retrieval: recall@k, MRR@10, nDCG@10 and MAP, through ir-measures (MacAvaney et al. 2022), that is, by trec_eval's own code.

- `recall@k`: share of the relevant articles among the first k (with one relevant article: is it there);
- `mrr@10`: 1 / rank of the first relevant one, 0 beyond 10 (Craswell 2009, "Mean reciprocal rank");
- `ndcg@10`: gains discounted by log2(rank + 1), over the best possible (Järvelin and Kekäläinen 2002);
- `map`: mean over relevant articles of the precision at their rank (Buckley and Voorhees 2005).

A ranking of articles is the ranking of passages with each article at its best passage. The passage level asks for evidence: the
items to find are the gold evidence sentences, and the first passage that holds one stands for it; later passages that hold only
evidence which has been found are left out of the ranking, since they bring nothing new.

Worked: the relevant article is second of three: recall@1 0, recall@5 1, MRR 1/2, nDCG 1/log2(3) = 0.63.

>>> values = retrieval_metrics(["b", "a", "c"], {"a": 1})
>>> {name: round(value, 2) for name, value in values.items() if name in ("recall@1", "recall@5", "mrr@10", "ndcg@10", "map")}
{'recall@1': 0.0, 'recall@5': 1.0, 'mrr@10': 0.5, 'ndcg@10': 0.63, 'map': 0.5}
>>> article_ranking(["b", "b", "a"])
['b', 'a']
"""

from collections.abc import Iterable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from index.errors import MissingExtra

CUTOFFS = (1, 5, 10)
_QUERY = "q"


def require() -> None:
    """Raise `MissingExtra` where ir-measures is not installed, before any question is asked."""
    if find_spec("ir_measures") is None:
        raise MissingExtra("retrieval is measured with ir-measures, which is not installed: pip install ir-measures")


def article_ranking(articles: Iterable[str]) -> list[str]:
    """Articles in the order of their best passage, from the article of each passage, best first."""
    return list(dict.fromkeys(articles))


def evidence_ranking(names: Sequence[str], held: Sequence[Sequence[int]]) -> list[str]:
    """Passages in order, those that first hold an evidence sentence under its name (`evidence-0`); see the module.

    >>> evidence_ranking(["p1", "p2", "p3", "p4"], [[], [0], [0], [1]])
    ['p1', 'evidence-0', 'evidence-1']
    """
    found: dict[str, None] = {}
    for name, numbers in zip(names, held, strict=True):
        for item in [f"evidence-{number}" for number in numbers] or [name]:
            found.setdefault(item)
    return list(found)


def retrieval_metrics(
    ranking: Sequence[str], relevant: Mapping[str, int], cutoffs: Iterable[int] = CUTOFFS, *, prefix: str = ""
) -> dict[str, float]:
    """The values for one question; `relevant` maps ids to grades above 0."""
    from ir_measures import Qrel, ScoredDoc, iter_calc

    measures = _measures(cutoffs)
    qrels = [Qrel(_QUERY, name, grade) for name, grade in relevant.items()]
    run = [ScoredDoc(_QUERY, name, float(len(ranking) - rank)) for rank, name in enumerate(ranking)]
    values = dict.fromkeys(measures.values(), 0.0)
    if run:
        for metric in iter_calc(list(measures), qrels, run):
            values[measures[metric.measure]] = float(metric.value)
    return {prefix + name: value for name, value in values.items()}


def write_trec(
    folder: Path, name: str, rankings: Mapping[str, Sequence[str]], relevant: Mapping[str, Mapping[str, int]], tag: str
) -> None:
    """`NAME.run.trec` and `NAME.qrels.trec`. Scores are made from ranks, so that every tool reads the same order.

    Blanks in ids, which the format has no way to write, become underscores.
    """
    with (folder / f"{name}.run.trec").open("w", encoding="utf-8") as run:
        for query, ranking in rankings.items():
            for rank, item in enumerate(ranking, 1):
                run.write(f"{_word(query)} Q0 {_word(item)} {rank} {len(ranking) - rank + 1} {_word(tag)}\n")
    with (folder / f"{name}.qrels.trec").open("w", encoding="utf-8") as qrels:
        for query, grades in relevant.items():
            for item, grade in grades.items():
                qrels.write(f"{_word(query)} 0 {_word(item)} {grade}\n")


def _measures(cutoffs: Iterable[int]) -> dict[Any, str]:
    from ir_measures import AP, RR, R, nDCG

    recalls = {R @ cutoff: f"recall@{cutoff}" for cutoff in sorted({*CUTOFFS, *cutoffs})}
    return {**recalls, RR @ 10: "mrr@10", nDCG @ 10: "ndcg@10", AP: "map"}


def _word(text: str) -> str:
    return "_".join(text.split()) or "_"
