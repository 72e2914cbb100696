"""The questions as the page shows them: each passage once, the quote's place in it in the units that JavaScript counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from qa.evaluation.report.labels import RIGHT
from qa.evaluation.report.reading import Run, number
from qa.evaluation.results import Result

MOST_QUESTIONS = 10_000
"""Questions on one page; beyond it those that were not right come first."""
_LONGEST = 20_000
_PASSAGES_SHOWN = 10
_CITATIONS_SHOWN = 50


@dataclass
class Passages:
    """All passages of a page, each kept once however many questions found it."""

    listed: list[dict[str, Any]] = field(default_factory=list)
    _known: dict[tuple[object, ...], int] = field(default_factory=dict)

    def add(self, passage: Mapping[str, Any]) -> int:
        """The place of a passage in `listed`."""
        text = _text(passage.get("text"))[:_LONGEST]
        key = (passage.get("article_id"), passage.get("start"), passage.get("end"), text)
        if key not in self._known:
            self._known[key] = len(self.listed)
            about = {name: passage.get(name) for name in ("article_id", "title", "source", "date", "url")}
            self.listed.append({**{name: _text(value) for name, value in about.items() if value}, "text": text})
        return self._known[key]


def chosen(runs: Sequence[Run]) -> list[str]:
    """The ids on the page, in the order of the runs; all of them, up to a limit."""
    ids = list(dict.fromkeys(name for run in runs for name in run.rows))
    if len(ids) <= MOST_QUESTIONS:
        return ids
    rows = {name: [run.rows[name] for run in runs if name in run.rows] for name in ids}
    first = sorted(ids, key=lambda name: all(row.verdict in RIGHT for row in rows[name]))
    kept = set(first[:MOST_QUESTIONS])
    return [name for name in ids if name in kept]


def entry(runs: Sequence[Run], name: str, passages: Passages) -> dict[str, Any]:
    """One question and what each run made of it (`None` where a run does not have it)."""
    found = [run.rows.get(name) for run in runs]
    row = next(item for item in found if item is not None)
    return _without_empty(
        {
            "id": row.id,
            "question": row.question[:_LONGEST],
            "language": row.language,
            "type": row.type,
            "source": row.source,
            "conversation": row.conversation,
            "answerable": row.answerable,
            "gold": [_text(item)[:_LONGEST] for item in row.answers],
            "gold_other": [_text(item)[:_LONGEST] for item in row.answers_other],
            "evidence": [_text(item)[:_LONGEST] for item in row.evidence],
            "relevant": [_text(item) for item in row.relevant],
        }
    ) | {"runs": [None if item is None else _made(item, passages) for item in found]}


def _made(row: Result, passages: Passages) -> dict[str, Any]:
    answer = row.answer or {}
    listed = [item for item in answer.get("passages") or () if isinstance(item, Mapping)]
    titles = {hit.passage_id: hit.title for hit in row.retrieved}
    shown = [dict(item) | {"title": item.get("title") or titles.get(item.get("passage_id"))} for item in listed]
    if not listed:
        shown = [
            {
                "passage_id": hit.passage_id,
                "article_id": hit.article_id,
                "text": hit.text,
                "title": hit.title,
                "score": hit.score,
            }
            for hit in row.retrieved
        ]
    cited = [item for item in answer.get("citations") or () if isinstance(item, Mapping)]
    return _without_empty(
        {
            "verdict": row.verdict,
            "cause": row.cause,
            "answer": _text(answer.get("answer"))[:_LONGEST],
            "short": _text(answer.get("short"))[:_LONGEST],
            "refused": bool(answer.get("refused")),
            "confidence": number(answer.get("confidence")),
            "latency_ms": number(row.latency_ms),
            "error": _text(row.error)[:_LONGEST],
            "notes": [_text(note) for note in row.notes],
            "metrics": {key: number(value) for key, value in row.metrics.items() if value is not None},
            "citations": [_citation(item, at, listed, passages) for at, item in enumerate(cited[:_CITATIONS_SHOWN], 1)],
            "passages": [[passages.add(item), number(item.get("score"))] for item in shown[:_PASSAGES_SHOWN]],
        }
    )


def _citation(citation: Mapping[str, Any], at: int, listed: Sequence[Mapping[str, Any]], passages: Passages) -> dict[str, Any]:
    """A citation with its passage and the quote's place there, `at` being its number when it has no marker."""
    quote = _text(citation.get("quote"))
    about = {name: _text(citation.get(name)) for name in ("article_id", "title", "source", "date", "url")}
    placed = place(citation, quote, listed)
    where: dict[str, Any] = {}
    if placed is not None:
        passage, start, end = placed
        text = _text(passage.get("text"))
        if end <= _LONGEST:
            where = {"passage": passages.add({**about, **passage}), "start": _utf16(text, start), "end": _utf16(text, end)}
    marker = citation.get("marker")
    number_shown = marker if isinstance(marker, int) else at
    return _without_empty({"marker": number_shown, "quote": quote[:_LONGEST], **about}) | where


def place(
    citation: Mapping[str, Any], quote: str, listed: Sequence[Mapping[str, Any]]
) -> tuple[Mapping[str, Any], int, int] | None:
    """The passage that holds the quote, and its code points there: by offsets, else where its words stand first."""
    if not quote:
        return None
    start = citation.get("start")
    same = [item for item in listed if item.get("article_id") == citation.get("article_id")]
    same.sort(key=lambda item: item.get("passage_id") != citation.get("passage_id"))
    for passage in same:
        text, first = _text(passage.get("text")), passage.get("start")
        if isinstance(start, int) and isinstance(first, int):
            at = start - first
            if at >= 0 and text[at : at + len(quote)] == quote:
                return passage, at, at + len(quote)
    for passage in same:
        at = _text(passage.get("text")).find(quote)
        if at >= 0:
            return passage, at, at + len(quote)
    return None


def _utf16(text: str, offset: int) -> int:
    return len(text[:offset].encode("utf-16-le", "surrogatepass")) // 2


def _text(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def _without_empty(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if value is not None and value not in ("", [], {})}
