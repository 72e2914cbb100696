"""The judgement on one question: every metric that applies to it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from index.language.script import detect_language
from qa.evaluation.answers import prediction, sources, statements
from qa.evaluation.datasets import Dataset, Question
from qa.evaluation.metrics.accuracy import verdict
from qa.evaluation.metrics.citation_support import citation_support
from qa.evaluation.metrics.citation_validity import citation_validity
from qa.evaluation.metrics.contains_gold import contains_gold
from qa.evaluation.metrics.context import context_precision, context_recall, holds, holds_sentence
from qa.evaluation.metrics.exact_match import exact_match
from qa.evaluation.metrics.f1 import f1
from qa.evaluation.metrics.faithfulness import faithfulness
from qa.evaluation.metrics.normalise import without_markers
from qa.evaluation.metrics.retrieval import article_ranking, evidence_ranking, retrieval_metrics
from qa.evaluation.results import Cause, Result, Retrieved
from qa.evaluation.systems import System
from qa.judges import Judge

Values = dict[str, float | None]

LONG_ANSWER = 60
"""Words; the acceptance figure for contains-gold is of answers up to this length."""
_TEXTS_KEPT = 5


class Scorer:
    """Scores the questions of one run. `k` is one more cutoff for recall."""

    def __init__(self, dataset: Dataset, system: System, judge: Judge, *, k: int, retrieval_only: bool) -> None:
        self._system, self._judge = system, judge
        self._cutoffs = (k,)
        self._retrieval_only = retrieval_only
        self._languages = {article.id: article.language for article in dataset.articles}
        self._sources = {article.id: article.source for article in dataset.articles}

    def failed(self, question: Question, error: str) -> Result:
        """A failure: everything that applies to the question counts as missed."""
        row = self._row(question, None, None, None)
        missed = dict.fromkeys(self._retrieval(question, row, ()), 0.0) if question.relevant else {}
        said = self._gold_values(question, "", refused=True) if not self._retrieval_only else {}
        return replace(row, error=error, verdict="failed", metrics={**missed, **said})

    def score(
        self, question: Question, answer: dict[str, Any] | None, retrieved: Sequence[Retrieved] | None, latency_ms: float
    ) -> Result:
        """The row for an answer (`None` when only retrieving) and what was retrieved (`None` where that is not known)."""
        row = self._row(question, answer, retrieved, latency_ms)
        metrics: Values = {}
        if question.relevant and retrieved is not None:
            metrics |= self._retrieval(question, row, row.retrieved)
        if answer is None:
            return replace(row, metrics=metrics, retrieved=_with_few_texts(row.retrieved))
        gold = self._gold_values(question, answer["answer"], refused=answer["refused"], given=prediction(answer))
        said, notes = self._cited_values(answer)
        metrics |= gold | said | self._context_values(row, answer)
        correct = None if not gold else bool(gold["contains_gold"] or gold["exact_match"])
        judged = verdict(answerable=question.answerable, refused=answer["refused"], correct=correct)
        cause = self._cause(row, answer, retrieved) if judged in ("wrong", "refused_wrongly") else None
        shown = tuple(replace(hit, text=None) for hit in row.retrieved)
        return replace(row, metrics=metrics, retrieved=shown, verdict=judged, cause=cause, notes=tuple(notes))

    def _row(
        self,
        question: Question,
        answer: dict[str, Any] | None,
        retrieved: Sequence[Retrieved] | None,
        latency_ms: float | None,
    ) -> Result:
        relevant = tuple(dict.fromkeys(self._system.known_as(name) for name in question.relevant))
        return Result(
            id=question.id,
            question=question.text,
            language=question.language,
            type=question.type,
            source=question.source or next((self._sources[name] for name in relevant if self._sources.get(name)), None),
            answerable=question.answerable,
            relevant=relevant,
            grades=question.grades if len(question.grades) == len(relevant) else (),
            answers=question.answers,
            answers_other=question.answers_other,
            evidence=question.evidence,
            conversation=question.conversation,
            answer=answer,
            retrieved=_with_evidence(question, relevant, retrieved or ()),
            latency_ms=latency_ms,
        )

    def _retrieval(self, question: Question, row: Result, retrieved: Sequence[Retrieved]) -> Values:
        values: Values = {**retrieval_metrics(articles_ranked(retrieved), articles_wanted(row), self._cutoffs)}
        if question.evidence and all(hit.holds is not None for hit in retrieved):
            values |= retrieval_metrics(passages_ranked(retrieved), evidence_wanted(row), self._cutoffs, prefix="passages.")
        return values

    def _gold_values(self, question: Question, text: str, *, refused: bool, given: str = "") -> Values:
        """Exact match, F1 and contains-gold of an answerable question; a refusal has none of the answer."""
        if not question.answerable:
            return {}
        text = "" if refused else without_markers(text)
        language = next((self._languages[name] for name in question.relevant if name in self._languages), None)
        golds = [(gold, language or detect_language(gold)) for gold in question.answers]
        golds += [(gold, detect_language(gold)) for gold in question.answers_other]
        contained = contains_gold(text, question.answers, question.answers_other)
        values: Values = {
            "contains_gold": contained,
            f"contains_gold_{LONG_ANSWER}": contained * float(len(text.split()) <= LONG_ANSWER),
        }
        for name, metric in (("exact_match", exact_match), ("f1", f1)):
            for suffix, folded in (("", False), ("_folded", True)):
                scores = [metric(given, [gold], code, folded=folded) for gold, code in golds] if given else []
                values[name + suffix] = max(scores, default=0.0)
        return values

    def _cited_values(self, answer: Mapping[str, Any]) -> tuple[Values, list[str]]:
        if answer["refused"]:
            return {}, []
        values: Values = {"words": float(len(without_markers(answer["answer"]).split()))}
        notes: list[str] = []
        said, cited = statements(answer), answer["citations"]
        if cited is not None:
            values["citation_validity"], notes = citation_validity(cited, self._system.article_text)
            if support := citation_support(said, sources(answer), self._judge):
                values |= {
                    "citation_precision": support.precision,
                    "citation_recall": support.recall,
                    "citation_precision_alce": support.precision_alce,
                    "citation_recall_alce": support.recall_alce,
                }
        texts = [passage.get("text") or "" for passage in answer["passages"] or ()]
        values["faithfulness"] = faithfulness(said, texts, list(sources(answer).values()), self._judge)
        return values, notes

    def _context_values(self, row: Result, answer: Mapping[str, Any]) -> Values:
        passages = answer["passages"]
        if not row.answerable or passages is None or any("text" not in passage for passage in passages):
            return {}
        held = [
            (not row.relevant or passage["article_id"] in row.relevant) and holds(passage["text"], row.answers, row.evidence)
            for passage in passages
        ]
        texts = [passage["text"] for passage in passages]
        return {
            "context_precision": context_precision(held),
            "context_recall": context_recall(texts, row.answers, row.evidence),
        }

    def _cause(self, row: Result, answer: Mapping[str, Any], retrieved: Sequence[Retrieved] | None) -> Cause | None:
        if retrieved is None or not row.relevant:
            return None
        shown = {passage.get("article_id") for passage in answer["passages"] or ()}
        if not shown & set(row.relevant):
            return "article_missed"
        texts = [passage.get("text", "") for passage in answer["passages"] if passage.get("article_id") in row.relevant]
        if not any(holds(text, row.answers, row.evidence) for text in texts):
            return "passage_missed"
        if not answer["refused"] and any(contains_gold(quote, row.answers) for quote in sources(answer).values()):
            return "not_said"
        return "not_selected"


def articles_ranked(retrieved: Sequence[Retrieved]) -> list[str]:
    """Article ids by their best passage."""
    return article_ranking(hit.article_id for hit in retrieved)


def articles_wanted(row: Result) -> dict[str, int]:
    """Gold articles with their grades."""
    return dict(zip(row.relevant, row.grades or (1,) * len(row.relevant), strict=True))


def passages_ranked(retrieved: Sequence[Retrieved]) -> list[str]:
    """Passage ids, with those that first hold an evidence sentence under its name."""
    names = [hit.passage_id or f"{hit.article_id}#{rank}" for rank, hit in enumerate(retrieved)]
    return evidence_ranking(names, [hit.holds or () for hit in retrieved])


def evidence_wanted(row: Result) -> dict[str, int]:
    """The names of the evidence sentences, as `passages_ranked` has them."""
    return {f"evidence-{number}": 1 for number in range(len(row.evidence))}


def _with_evidence(question: Question, relevant: Sequence[str], retrieved: Sequence[Retrieved]) -> tuple[Retrieved, ...]:
    """Each passage with the evidence sentences it holds; evidence counts in gold articles only, where these are known."""
    if not question.evidence or any(hit.text is None for hit in retrieved):
        return tuple(retrieved)
    return tuple(replace(hit, holds=_held(question, relevant, hit)) for hit in retrieved)


def _held(question: Question, relevant: Sequence[str], hit: Retrieved) -> tuple[int, ...]:
    if relevant and hit.article_id not in relevant:
        return ()
    return tuple(number for number, sentence in enumerate(question.evidence) if holds_sentence(hit.text or "", sentence))


def _with_few_texts(retrieved: Sequence[Retrieved]) -> tuple[Retrieved, ...]:
    return tuple(hit if rank < _TEXTS_KEPT else replace(hit, text=None) for rank, hit in enumerate(retrieved))
