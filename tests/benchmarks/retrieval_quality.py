"""How often the right passage comes first, and among the first five. Run by hand on the development data.

    python tests/benchmarks/retrieval_quality.py --data ../shared/data [--encoder PATH]

Sets: `arcd` (Arabic questions on Arabic paragraphs), `arcd-en` (English questions on them), both with the AQAD paragraphs as
distractors; `news-ar`, `news-en` (1,000 articles in passages of about 900 characters, scored by article); `tydi-en` (English on
English). Prints R@1 and R@5 in percent for every ranker and fusion.
"""

import gzip
import json
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from index.language.stemming import content_terms, terms

Scores = NDArray[np.float32]


@dataclass
class Task:
    """Passages, questions, and for each question the groups that count as right; `groups[i]` is the group of passage i."""

    name: str
    language: str
    passages: list[str]
    groups: list[str]
    questions: list[str]
    gold: list[set[str]]


class BM25:
    """Okapi BM25 over `terms` (k1 1.2, b 0.75, the constants of Lucene and tantivy)."""

    def __init__(self, passages: Sequence[str], k1: float = 1.2, b: float = 0.75) -> None:
        self.vocabulary: dict[str, int] = {}
        rows, columns, values, lengths = [], [], [], []
        for number, passage in enumerate(passages):
            counts = Counter(terms(passage))
            lengths.append(sum(counts.values()))
            for term, count in counts.items():
                rows.append(self.vocabulary.setdefault(term, len(self.vocabulary)))
                columns.append(number)
                values.append(count)
        tf = np.array(values, np.float32)
        norm = k1 * (1 - b + b * np.array(lengths, np.float32)[columns] / np.mean(lengths))
        self.size = len(passages)
        self.df = np.bincount(rows, minlength=len(self.vocabulary))
        self.idf = np.log(1 + (self.size - self.df + 0.5) / (self.df + 0.5)).astype(np.float32)
        shape = (len(self.vocabulary), self.size)
        self.matrix = csr_matrix((tf / (tf + norm), (rows, columns)), shape=shape)
        self.counts = csr_matrix((tf, (rows, columns)), shape=shape)

    def doc_freq(self, term: str) -> int:
        found = self.vocabulary.get(term)
        return 0 if found is None else int(self.df[found])

    def term(self, term: str) -> tuple[float, NDArray[np.int32], Scores]:
        """idf, the passages with the term, and their saturated frequencies."""
        found = self.vocabulary.get(term)
        if found is None:
            return 0.0, np.empty(0, np.int32), np.empty(0, np.float32)
        low, high = self.matrix.indptr[found : found + 2]
        return float(self.idf[found]), self.matrix.indices[low:high], self.matrix.data[low:high]

    def score(self, query: Sequence[str]) -> Scores:
        scores = np.zeros(self.size, np.float32)
        for term in query:
            idf, where, tf = self.term(term)
            scores[where] += idf * tf
        return scores


def cut(text: str, size: int = 900) -> list[str]:
    """Pieces of about `size` characters, cut after sentence ends."""
    pieces: list[str] = []
    for sentence in re.split(r"(?<=[.!?؟؛\n])\s+", text):
        if pieces and len(pieces[-1]) + len(sentence) <= size:
            pieces[-1] += " " + sentence
        else:
            pieces.append(sentence)
    return pieces


def _lines(path: Path) -> list[dict]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as handle:
        return [json.loads(line) for line in handle]


def arcd(data: Path, distractors: bool = True) -> list[Task]:
    paragraphs: list[str] = []
    questions, gold, by_id = [], [], {}
    for article in json.loads((data / "reading/arcd-train.json").read_text("utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            for qa in paragraph["qas"]:
                questions.append(qa["question"])
                gold.append({str(len(paragraphs))})
                by_id[str(qa["id"])] = len(questions) - 1
            paragraphs.append(paragraph["context"])
    for line in (data / "reading/arcd-train-en.also.tsv").read_text("utf-8").splitlines():
        key, _, also = line.split("\t")
        if key in by_id:
            gold[by_id[key]] |= set(also.split(","))
    english = _lines(data / "reading/arcd-train-en.jsonl")
    also = {
        line.split("\t")[0]: set(line.split("\t")[2].split(","))
        for line in (data / "reading/arcd-train-en.also.tsv").read_text("utf-8").splitlines()
    }
    passages = list(paragraphs)
    if distractors:
        passages += sorted({row["context"] for row in _lines(data / "reading/aqad-dev.jsonl.gz")} - set(paragraphs))
    groups = [str(i) for i in range(len(passages))]
    return [
        Task("arcd", "ar", passages, groups, questions, gold),
        Task(
            "arcd-en",
            "en",
            passages,
            groups,
            [row["question"] for row in english],
            [{str(row["paragraph"])} | also.get(str(row["id"]), set()) for row in english],
        ),
    ]


def news(data: Path) -> list[Task]:
    passages, groups = [], []
    for article in _lines(data / "news-dev/corpus.jsonl"):
        for piece in cut(article["text"]):
            passages.append(f"{article['title']}\n{piece}")
            groups.append(article["id"])
    rows = _lines(data / "news-dev/questions.jsonl")
    return [
        Task(
            f"news-{language}",
            language,
            passages,
            groups,
            [row["question"] for row in rows if row["lang"] == language],
            [{row["article_id"]} for row in rows if row["lang"] == language],
        )
        for language in ("ar", "en")
    ]


def tydi(data: Path) -> Task:
    rows = _lines(data / "reading/tydiqa_goldp_en.jsonl.gz")
    passages = sorted({row["context"] for row in rows})
    number = {passage: str(i) for i, passage in enumerate(passages)}
    kept = rows[::4]
    groups = [str(i) for i in range(len(passages))]
    return Task("tydi-en", "en", passages, groups, [r["question"] for r in kept], [{number[r["context"]]} for r in kept])


def all_tasks(data: Path) -> list[Task]:
    return [*arcd(data), *news(data), tydi(data)]


def ranks(task: Task, scores: Sequence[Scores]) -> list[float]:
    """For each question the rank (from 1) of the first right group, groups ranked by their best passage."""
    names = sorted(set(task.groups))
    number = {name: i for i, name in enumerate(names)}
    group_of = np.array([number[group] for group in task.groups])
    out = []
    for row, gold in zip(scores, task.gold, strict=True):
        best = np.full(len(names), -np.inf, np.float32)
        np.maximum.at(best, group_of, row)
        right = max(best[number[name]] for name in gold)
        out.append(math.inf if not np.isfinite(right) or right <= 0 else 1.0 + float(np.sum(best > right)))
    return out


def recall(found: Sequence[float], k: int) -> float:
    return 100.0 * sum(rank <= k for rank in found) / len(found)
