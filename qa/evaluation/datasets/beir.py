"""Folders as BEIR has them (Thakur et al. 2021): `corpus.jsonl`, `queries.jsonl`, `qrels/*.tsv`."""

from dataclasses import replace
from pathlib import Path

from index.article import Article
from index.language.script import detect_language
from qa.evaluation.datasets.model import Dataset, Question
from qa.evaluation.datasets.reading import json_rows, read_text
from qa.evaluation.errors import DatasetError

_SPLITS = ("test", "dev", "train")


def is_beir(folder: Path) -> bool:
    """Whether `folder` has the three parts."""
    return all((folder / name).exists() for name in ("corpus.jsonl", "queries.jsonl", "qrels"))


def load_beir(folder: Path) -> Dataset:
    """The dataset in `folder`, with the judgements of `qrels/test.tsv`, else `dev`, else `train`, else the only file there.

    Queries without a relevant document are left out, as BEIR does. Graded judgements are kept.
    """
    articles: list[Article] = []
    for row in json_rows(read_text(folder / "corpus.jsonl"), folder / "corpus.jsonl"):
        title, text = row.optional("title"), row.optional("text") or row.optional("title")
        if text is None:
            raise row.error("text", "is empty, and so is the title")
        articles.append(Article(row.identifier("_id"), text, title=title, language=detect_language(text)))
    grades = _judgements(_qrels(folder), {article.id for article in articles})
    questions: list[Question] = []
    left_out = 0
    for row in json_rows(read_text(folder / "queries.jsonl"), folder / "queries.jsonl"):
        question = Question(row.identifier("_id"), row.text("text"))
        judged = grades.get(question.id)
        left_out += judged is None
        if judged:
            questions.append(replace(question, relevant=tuple(judged), grades=tuple(judged.values())))
    if not questions:
        raise DatasetError("no query has a relevant document", file=folder)
    notes = (f"{left_out} queries without judgement were left out",) if left_out else ()
    return Dataset(folder.resolve().name, tuple(questions), tuple(articles), notes=notes)


def _qrels(folder: Path) -> Path:
    files = {path.stem: path for path in sorted((folder / "qrels").glob("*.tsv"))}
    for split in _SPLITS:
        if split in files:
            return files[split]
    if len(files) == 1:
        return next(iter(files.values()))
    raise DatasetError("needs test.tsv, dev.tsv or train.tsv", file=folder / "qrels")


def _judgements(file: Path, articles: set[str]) -> dict[str, dict[str, int]]:
    out: dict[str, dict[str, int]] = {}
    for number, line in enumerate(read_text(file).splitlines(), 1):
        parts = line.split("\t")
        if not line.strip() or (number == 1 and parts[-1].strip() == "score"):
            continue
        if len(parts) == 4:  # TREC's own form has an iteration in the second column
            parts = [parts[0], *parts[2:]]
        if len(parts) != 3:
            raise DatasetError(f"must have 3 columns (query-id, corpus-id, score), has {len(parts)}", file=file, line=number)
        query, article, score = (part.strip() for part in parts)
        try:
            grade = int(score)
        except ValueError:
            raise DatasetError(f"must be a whole number, got {score!r}", file=file, line=number, field="score") from None
        if article not in articles:
            raise DatasetError(f"there is no document {article!r} in the corpus", file=file, line=number, field="corpus-id")
        if grade > 0:
            out.setdefault(query, {})[article] = grade
    return out
