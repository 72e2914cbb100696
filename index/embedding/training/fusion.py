"""The weights of `index.rescoring`, learned from questions with known answers that trained nothing else.

Listwise: the chance of a right passage among all candidates of a question is the softmax of their scores; its log-likelihood is
as large as it can be with weights that are not negative. Paragraphs of Wikipedia stand in between as distractors.
"""

import json
import logging
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from index.article import Article
from index.collection import Collection
from index.embedding.encoder import Encoder
from index.embedding.training.sources import Data, json_lines
from index.indexing import Cutting, Indexer
from index.language import detect_language
from index.rescoring import FEATURES
from index.retrieval import Retriever

logger = logging.getLogger(__name__)
_CUTTING = Cutting(200, 1, "dalil_ar_en")
_PENALTY = 1e-3
Question = tuple[str, set[str]]
"""A question and the articles that are right."""


@dataclass(frozen=True)
class Pool:
    """Paragraphs to search, by their id, and the questions asked of them."""

    name: str
    paragraphs: dict[str, str]
    questions: list[Question]


def pools(data: Data) -> list[Pool]:
    """ARCD in both languages and MLQA, alone and among others, and every eighth question of English TyDi QA."""
    ours, arabic, english = arcd(data)
    mlqa, mlqa_questions = rows(data, "mlqa_ar_dev")
    tydi, tydi_questions = rows(data, "tydiqa_goldp_en")
    others = rows(data, "tydiqa_goldp_ar_dev")[0]
    others |= {f"text-{number}": text for number, text in enumerate(data.arabic_texts) if 300 < len(text) < 2000}
    chosen = np.random.default_rng(7).permutation(sorted(others))[:5000]
    among = ours | mlqa | {name: others[name] for name in chosen.tolist()}
    return [
        Pool("arcd", ours, [*arabic, *english]),
        Pool("mlqa", mlqa, mlqa_questions),
        Pool("tydi", tydi, tydi_questions[::8]),
        Pool("among others", among, [*arabic, *english, *mlqa_questions]),
    ]


def arcd(data: Data) -> tuple[dict[str, str], list[Question], list[Question]]:
    """ARCD's paragraphs, its Arabic questions, and those in English; another paragraph that holds the answer is right too."""
    folder = data.root / "reading"
    also: dict[str, set[str]] = {}
    for line in (folder / "arcd-train-en.also.tsv").read_text("utf-8").splitlines():
        key, _, others = line.split("\t")
        also[key] = {f"arcd-{number}" for number in others.split(",")}
    paragraphs: dict[str, str] = {}
    arabic: list[Question] = []
    for article in json.loads((folder / "arcd-train.json").read_text("utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            name = f"arcd-{len(paragraphs)}"
            paragraphs[name] = paragraph["context"]
            arabic += [(qa["question"], {name} | also.get(str(qa["id"]), set())) for qa in paragraph["qas"]]
    english = [
        (row["question"], {f"arcd-{row['paragraph']}"} | also.get(str(row["id"]), set()))
        for row in json_lines(folder / "arcd-train-en.jsonl")
    ]
    return paragraphs, arabic, english


def rows(data: Data, name: str) -> tuple[dict[str, str], list[Question]]:
    """The paragraphs and the questions of one file of `reading/`, in its order."""
    read = list(json_lines(data.root / f"reading/{name}.jsonl.gz"))
    number = {text: f"{name}-{at}" for at, text in enumerate(dict.fromkeys(row["context"] for row in read))}
    return {key: text for text, key in number.items()}, [(row["question"], {number[row["context"]]}) for row in read]


Evidence = tuple[NDArray[np.float64], NDArray[np.bool_]]
"""(candidates, features) of one question, and which of the candidates are right."""


def evidence(pool: Pool, load_encoder: Callable[[], Encoder]) -> list[Evidence]:
    """What retrieval finds for each question of the pool, where anything right is among it."""
    articles = [Article(id=name, text=text, language=detect_language(text)) for name, text in pool.paragraphs.items()]
    with tempfile.TemporaryDirectory() as folder:
        collection = Collection(Path(folder), "in training", load_encoder)
        try:
            Indexer(collection, _CUTTING).add(articles)
            retriever = Retriever(collection)
            found = [(retriever.retrieve(question)[1], right) for question, right in pool.questions]
        finally:
            collection.close()
    seen = [
        (
            np.array([[getattr(item, name) for name in FEATURES] for item in items], np.float64),
            np.array([item.hit.article_id in right for item in items], bool),
        )
        for items, right in found
    ]
    kept = [(features, right) for features, right in seen if right.any() and not right.all()]
    logger.info("%s: %d of %d questions have something right among their candidates", pool.name, len(kept), len(seen))
    return kept


def fit(seen: Sequence[Evidence]) -> dict[str, float]:
    """The weight of each feature; they sum to 1."""
    features = np.concatenate([rows for rows, _ in seen])
    right = np.concatenate([mask for _, mask in seen])
    lengths = [len(mask) for _, mask in seen]
    starts = np.cumsum([0, *lengths[:-1]])
    question = np.repeat(np.arange(len(seen)), lengths)
    spread = np.concatenate([rows - rows.mean(axis=0) for rows, _ in seen]).std(axis=0)
    scaled = features / spread

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        scores = scaled @ weights
        chances = np.exp(scores - np.maximum.reduceat(scores, starts)[question])
        total, found = np.add.reduceat(chances, starts), np.add.reduceat(chances * right, starts)
        slope = scaled.T @ (chances / total[question] - chances * right / found[question]) / len(seen)
        return -float(np.log(found / total).mean()) + _PENALTY * float(weights @ weights), slope + 2 * _PENALTY * weights

    best = minimize(loss, np.zeros(len(FEATURES)), jac=True, method="L-BFGS-B", bounds=[(0, None)] * len(FEATURES)).x / spread
    return {name: round(float(weight), 3) for name, weight in zip(FEATURES, best / best.sum(), strict=True)}


def write(path: Path, data: Data, load_encoder: Callable[[], Encoder]) -> None:
    """Learn the weights with the encoder that was just trained, and the lexicon that stands in its place; write `path`."""
    weights = fit([item for pool in pools(data) for item in evidence(pool, load_encoder)])
    logger.info("weights of the evidence: %s", weights)
    path.write_text(json.dumps(weights, indent=2) + "\n", "utf-8")
