"""A dataset from a file or folder, whose kind is found by its content."""

import json
from dataclasses import replace
from pathlib import Path

from qa.evaluation.datasets.beir import is_beir, load_beir
from qa.evaluation.datasets.jsonl import load_conversations, load_corpus, load_flat, load_questions
from qa.evaluation.datasets.model import Dataset
from qa.evaluation.datasets.reading import Row, json_document, json_rows, read_text
from qa.evaluation.datasets.second_language import with_questions
from qa.evaluation.datasets.squad import load_squad
from qa.evaluation.errors import DatasetError

_KINDS = (
    "known are SQuAD JSON (`data`), lines with `question` and `article_id` or `answers`, lines with `question` and `context`, "
    "lines with `turns`, and BEIR folders (corpus.jsonl, queries.jsonl, qrels/)"
)


def load_dataset(path: str | Path, *, articles: str | Path | None = None, questions: str | Path | None = None) -> Dataset:
    """The dataset at `path`, with `articles` from a second file and `questions` in another language from a third.

    `articles` is a corpus of JSON lines, a dataset that has articles of its own, or anything `dalil index` reads.
    A folder with `corpus.jsonl` and `questions.jsonl` (and `unanswerable.jsonl`) is one dataset. Raises `DatasetError`.
    """
    path = Path(path)
    corpus = load_articles(Path(articles)) if articles is not None else None
    dataset = _folder(path, corpus) if path.is_dir() else _file(path, corpus)
    if not dataset.questions:
        raise DatasetError("holds no questions", file=path)
    return dataset if questions is None else with_questions(dataset, Path(questions))


def load_datasets(paths: list[Path], *, articles: Path | None = None, questions: Path | None = None) -> Dataset:
    """Several datasets over the same articles as one. Raises `DatasetError` where two questions share an id."""
    parts = [load_dataset(path, articles=articles, questions=questions) for path in paths]
    if len(parts) == 1:
        return parts[0]
    seen: dict[str, str] = {}
    for part in parts:
        for question in part.questions:
            if seen.setdefault(question.id, part.name) != part.name:
                raise DatasetError(f"question {question.id!r} is in {seen[question.id]} and in {part.name}")
    known = {article.id: article for part in parts for article in part.articles}
    return Dataset(
        "+".join(part.name for part in parts),
        tuple(question for part in parts for question in part.questions),
        tuple(known.values()),
        sources=tuple(dict.fromkeys(source for part in parts for source in part.sources)),
        notes=tuple(note for part in parts for note in part.notes),
    )


def load_articles(path: Path) -> Dataset:
    """The articles at `path`, as a dataset without questions. What is no JSON is left to `dalil index` to read."""
    if path.is_dir() or path.suffix.lower().removeprefix(".") not in ("json", "jsonl", "gz"):
        if not path.exists():
            raise DatasetError("no such file or folder", file=path)
        return replace(load_beir(path), questions=()) if is_beir(path) else Dataset(path.name, (), sources=(path,))
    text = read_text(path)
    first = _first_object(text, path)
    if "text" in first and "question" not in first:
        return load_corpus(json_rows(text, path), path)
    return replace(_file(path, None), questions=())


def _folder(path: Path, corpus: Dataset | None) -> Dataset:
    if is_beir(path):
        return load_beir(path)
    if not (path / "questions.jsonl").exists():
        raise DatasetError(f"a folder must be a BEIR folder or hold corpus.jsonl and questions.jsonl; {_KINDS}", file=path)
    if corpus is None and (path / "corpus.jsonl").exists():
        corpus = load_articles(path / "corpus.jsonl")
    parts = [_file(path / name, corpus) for name in ("questions.jsonl", "unanswerable.jsonl") if (path / name).exists()]
    return replace(parts[0], name=path.resolve().name, questions=tuple(item for part in parts for item in part.questions))


def _file(path: Path, corpus: Dataset | None) -> Dataset:
    text = read_text(path)
    first = _first_object(text, path)
    if "data" in first:
        return _own_articles(load_squad(json_document(text, path), path), corpus)
    if "turns" in first:
        return load_conversations(json_rows(text, path), path, corpus)
    if "context" in first:
        return _own_articles(load_flat(json_rows(text, path), path), corpus)
    if "question" in first:
        return load_questions(json_rows(text, path), path, corpus)
    raise DatasetError(
        f"no known kind of dataset: its first object has {', '.join(map(repr, first)) or 'no fields'}; {_KINDS}", file=path
    )


def _own_articles(dataset: Dataset, corpus: Dataset | None) -> Dataset:
    """With a corpus beside it, a dataset that brings its articles gets the corpus as distractors."""
    if corpus is None:
        return dataset
    if not corpus.articles:
        return replace(dataset, sources=corpus.sources)
    own = {article.id for article in dataset.articles}
    more = tuple(article for article in corpus.articles if article.id not in own)
    return replace(dataset, articles=dataset.articles + more)


def _first_object(text: str, path: Path) -> dict[str, object]:
    """What tells the kind: the whole document where it is one object, else its first row."""
    stripped = text.strip()
    if not stripped:
        raise DatasetError("is empty", file=path)
    if stripped.startswith("{"):
        try:
            first = json.loads(stripped.split("\n", 1)[0])
        except (ValueError, RecursionError):
            whole = stripped.startswith("{\n") or stripped.startswith("{\r") or "\n" not in stripped
            first = json_document(text, path) if whole else next(json_rows(text, path)).values
        return first if isinstance(first, dict) else {}
    return next(json_rows(text, path), Row({}, path)).values
