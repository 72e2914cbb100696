"""How often the right passage comes first, and among the first five. Run by hand on the development data.

    python tests/benchmarks/retrieval_quality.py --data ../shared/data [--encoder PATH]

Sets: `arcd` (Arabic questions on Arabic paragraphs), `arcd-en` (English questions on them), both with the AQAD paragraphs as
distractors; `news-ar`, `news-en` (1,000 articles in passages of about 900 characters, scored by article); `tydi-en` (English on
English). Prints R@1 and R@5 in percent for every ranker and fusion.
"""

import argparse
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

from index.crosslingual import translate_query
from index.embedding.encoder import BUNDLED_PATH
from index.embedding.static import StaticEncoder
from index.language import fold
from index.language.stemming import content_terms, is_stop_word, terms, words

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
        shape = (len(self.vocabulary), self.size)
        self.matrix = csr_matrix((tf / (tf + norm), (rows, columns)), shape=shape)

    def doc_freq(self, term: str) -> int:
        found = self.vocabulary.get(term)
        return 0 if found is None else int(self.df[found])

    def inverse_frequency(self, frequency: float) -> float:
        return math.log(1 + max(0.0, self.size - frequency + 0.5) / (frequency + 0.5))

    def term(self, term: str) -> tuple[NDArray[np.int32], Scores]:
        """The passages with the term, and their saturated frequencies."""
        found = self.vocabulary.get(term)
        if found is None:
            return np.empty(0, np.int32), np.empty(0, np.float32)
        low, high = self.matrix.indptr[found : found + 2]
        return self.matrix.indices[low:high], self.matrix.data[low:high]


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


def arcd(data: Path) -> list[Task]:
    also: dict[str, set[str]] = {}
    for line in (data / "reading/arcd-train-en.also.tsv").read_text("utf-8").splitlines():
        key, _, others = line.split("\t")
        also[key] = set(others.split(","))
    paragraphs: list[str] = []
    questions: list[str] = []
    gold: list[set[str]] = []
    for article in json.loads((data / "reading/arcd-train.json").read_text("utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            for qa in paragraph["qas"]:
                questions.append(qa["question"])
                gold.append({str(len(paragraphs))} | also.get(str(qa["id"]), set()))
            paragraphs.append(paragraph["context"])
    passages = paragraphs + sorted({row["context"] for row in _lines(data / "reading/aqad-dev.jsonl.gz")} - set(paragraphs))
    groups = [str(number) for number in range(len(passages))]
    rows = _lines(data / "reading/arcd-train-en.jsonl")
    english = [{str(row["paragraph"])} | also.get(str(row["id"]), set()) for row in rows]
    return [
        Task("arcd", "ar", passages, groups, questions, gold),
        Task("arcd-en", "en", passages, groups, [row["question"] for row in rows], english),
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


def ranks(task: Task, scores: Scores) -> list[float]:
    """For each question the rank (from 1) of the first right group, groups ranked by their best passage."""
    numbers = {name: i for i, name in enumerate(sorted(set(task.groups)))}
    group_of = np.array([numbers[group] for group in task.groups])
    out = []
    for row, gold in zip(scores, task.gold, strict=True):
        best = np.full(len(numbers), -np.inf, np.float32)
        np.maximum.at(best, group_of, row)
        right = max(best[numbers[name]] for name in gold)
        out.append(1.0 + float(np.sum(best >= right) - 1) if right > row.min() else np.inf)
    return out


def recall(found: Sequence[float], k: int) -> float:
    return 100.0 * sum(rank <= k for rank in found) / len(found)


def lexical(bm25: BM25, words: Sequence[Sequence[tuple[str, float]]]) -> Scores:
    """BM25 as a share of what the question could reach: the best option of each word counts, with one idf for the word."""
    scores, reachable = np.zeros(bm25.size, np.float32), 1e-6
    for options in words:
        idf = bm25.inverse_frequency(sum(weight * bm25.doc_freq(term) for term, weight in options))
        best = np.zeros(bm25.size, np.float32)
        for term, weight in options:
            where, saturated = bm25.term(term)
            best[where] = np.maximum(best[where], weight * idf * saturated)
        scores += best
        reachable += idf if options else 0.0
    return scores / np.float32(reachable)


def late(encoder: StaticEncoder, task: Task, number: int, candidates: NDArray[np.int64]) -> Scores:
    """For each candidate the mean over the question's words (rare ones count more) of the best cosine to a word of it."""
    asked = [word for word in dict.fromkeys(words(fold(task.questions[number]))) if not is_stop_word(word)]
    vectors = encoder.word_vectors(asked)
    norms = np.linalg.norm(vectors, axis=1)
    if not norms.sum():
        return np.zeros(len(candidates), np.float32)
    out = []
    for candidate in candidates:
        offered = encoder.word_vectors(sorted(set(words(fold(task.passages[candidate])))))
        offered /= np.maximum(np.linalg.norm(offered, axis=1, keepdims=True), 1e-9)
        cosines = (vectors / np.maximum(norms, 1e-9)[:, None]) @ offered.T
        out.append(float(norms @ cosines.max(axis=1) / norms.sum()))
    return np.array(out, np.float32)


def standard(scores: Scores) -> Scores:
    return (scores - scores.mean(axis=1, keepdims=True)) / np.maximum(scores.std(axis=1, keepdims=True), 1e-6)


def reciprocal(scores: Scores) -> Scores:
    return 1 / (60 + (-scores).argsort(axis=1).argsort(axis=1).astype(np.float32))


def rankings(task: Task, encoder: StaticEncoder, with_late: bool) -> dict[str, Scores]:
    """(questions, passages) scores of every ranker and fusion."""
    bm25 = BM25(task.passages)
    crossing = task.name in ("arcd-en", "news-en")
    plain = np.stack([lexical(bm25, [[(term, 1.0)] for term in content_terms(q)]) for q in task.questions])
    translated = [[term.options for term in translate_query(q, "ar", bm25.doc_freq)] for q in task.questions]
    words_ = np.stack([lexical(bm25, options) for options in translated]) if crossing else plain
    dense = encoder.encode_queries(task.questions) @ encoder.encode_passages(task.passages).T
    found = {"bm25": plain}
    if crossing:
        found["bm25 translated"] = words_
    found["static"] = dense
    found |= {f"lexical + {share} static": words_ + np.float32(share) * dense for share in (0.25, 0.5, 0.75, 1.0)}
    found["sum of z-scores"] = standard(words_) + standard(dense)
    found["reciprocal ranks"] = reciprocal(words_) + reciprocal(dense)
    if with_late:
        fused = words_ + np.float32(0.5) * dense
        for number, row in enumerate(fused.copy()):
            top = np.argsort(-row)[:100]
            fused[number, top] += np.float32(0.5) * late(encoder, task, number, top) + 1
        found["lexical + 0.5 static + 0.5 late"] = fused
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--encoder", type=Path, default=BUNDLED_PATH)
    parser.add_argument("--late", action="store_true", help="also rescore the first hundred by late interaction (slow)")
    arguments = parser.parse_args()
    encoder = StaticEncoder.load(arguments.encoder)
    for task in all_tasks(arguments.data):
        print(f"\n{task.name}: {len(task.questions)} questions, {len(set(task.groups))} of {len(task.passages)} passages")
        for name, scores in rankings(task, encoder, arguments.late).items():
            found = ranks(task, scores)
            print(f"  {name:32s} R@1 {recall(found, 1):5.1f}   R@5 {recall(found, 5):5.1f}")


if __name__ == "__main__":
    main()
