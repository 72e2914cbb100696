"""Stored thumbs as a dataset: thumbs up give questions with answers, thumbs down a list to fill in by hand."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.language.script import detect_language
from qa.evaluation.errors import DatasetError
from qa.feedback import Feedback


@dataclass(frozen=True, slots=True)
class Written:
    """How many questions went into which file."""

    questions: Path
    ready: int
    to_edit: Path
    waiting: int


def write_dataset(feedback: Iterable[Feedback], out: Path, *, force: bool = False) -> Written:
    """`out` gets a line for each thumb up, in the form `dalil eval` reads; `NAME.todo.jsonl` beside it the thumbs down.

    The same question liked twice is one line with the quotes of both. A thumb up without citations liked a refusal: it becomes
    an unanswerable question. A line of the second file has `answers` of `null`, which `dalil eval` does not accept until
    somebody has filled it in. Raises `DatasetError` where a file is there already, unless `force`.
    """
    to_edit = out.with_suffix(".todo.jsonl")
    for path in (out, to_edit):
        if path.exists() and not force:
            raise DatasetError("is there already; choose another name, or --force to replace it", file=path)
    ready: dict[str, dict[str, Any]] = {}
    waiting: list[dict[str, Any]] = []
    for item in feedback:
        if item.thumb == "up":
            _merge(ready.setdefault(item.question.strip(), _line(item)), item)
        else:
            waiting.append(
                {**_line(item), "answers": None, "given": item.answer, "comment": item.comment, "cited": _quotes(item)}
            )
    out.parent.mkdir(parents=True, exist_ok=True)
    _write(out, list(ready.values()))
    _write(to_edit, waiting)
    return Written(out, len(ready), to_edit, len(waiting))


def _line(item: Feedback) -> dict[str, Any]:
    first = item.citations[0] if item.citations else {}
    line = {"id": f"fb-{item.id}", "question": item.question.strip(), "lang": item.language or detect_language(item.question)}
    return {**line, "article_ids": [], "answers": [], "evidence": [], "source": first.get("source")}


def _merge(line: dict[str, Any], item: Feedback) -> None:
    for citation in item.citations:
        for name, value in (
            ("article_ids", citation["article_id"]),
            ("answers", citation["quote"]),
            ("evidence", citation["quote"]),
        ):
            if value not in line[name]:
                line[name].append(value)


def _quotes(item: Feedback) -> list[dict[str, Any]]:
    return [{"article_id": citation["article_id"], "quote": citation["quote"]} for citation in item.citations]


def _write(path: Path, lines: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
