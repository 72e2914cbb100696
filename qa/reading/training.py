"""Makes `weights.json`: `python -m qa.reading.training --data FOLDER`, with FOLDER the reading sets (see the model card there).

Each question is asked over an index of all articles. The ranker learns which of the sentences that were found holds a gold
answer; the confidence learns whether the answer made of the best ones does: with the article as it is, with its sentences
that answer left out (a near article that lacks the detail), and with the whole article left out. It learns from ranker
scores of questions that the ranker has not seen.
"""

import argparse
import gzip
import json
import random
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.article import Article
from index.hits import Hit
from index.language import detect_language
from index.retrieval import Found, Query, Retriever
from qa.dalil import Dalil
from qa.extractive import choose
from qa.grounding import find_quote
from qa.reading.ranker import CONFIDENCE_FEATURES, Linear, confidence_features, rank
from qa.reading.sentences import FEATURES, Candidate, Sentence, articles_read, candidates

SEED = 7
_FOLDS = 4
HELD_OUT_EVERY = 4
_RIDGE = 3.0
ANSWERABLE = 0.8


@dataclass(frozen=True)
class Example:
    """A question, the title of the articles that may answer it, and its gold answers."""

    question: str
    title: str
    context: str
    answers: tuple[str, ...]


def read_examples(folder: Path) -> list[Example]:
    """The questions that the bundled encoder has not seen (see its card), of sets whose licence allows shipping.

    On questions that the encoder was trained on, its cosine would look better than it is.
    """
    with gzip.open(folder / "tydiqa_goldp_en.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines][::HELD_OUT_EVERY]
    return [*_arcd(folder), *(Example(row["question"], row["title"], row["context"], tuple(row["answers"])) for row in rows)]


def _arcd(folder: Path) -> Iterator[Example]:
    paragraphs = []
    for article in json.loads((folder / "arcd-train.json").read_text(encoding="utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            paragraphs.append((article["title"], paragraph["context"]))
            for row in paragraph["qas"]:
                answers = tuple(answer["text"] for answer in row["answers"])
                yield Example(row["question"].strip(" -"), article["title"], paragraph["context"], answers)
    for line in (folder / "arcd-train-en.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        title, context = paragraphs[row["paragraph"]]
        yield Example(row["question"], title, context, tuple(row["answers"]))


def _articles(examples: list[Example]) -> list[Article]:
    """One article per title and language: its contexts joined, each once, as paragraphs, so that answers stand deep in it."""
    contexts: dict[tuple[str, str], dict[str, None]] = {}
    for example in examples:
        contexts.setdefault((example.title, detect_language(example.context)), {})[example.context] = None
    return [
        Article(id=f"{number}", title=title, text=_joined(list(parts)), language=detect_language(next(iter(parts))))
        for number, ((title, _), parts) in enumerate(contexts.items())
    ]


def _joined(paragraphs: list[str]) -> str:
    """Consecutive ARCD paragraphs overlap: lines that stood before are left out."""
    lines = dict.fromkeys(line for paragraph in paragraphs for line in paragraph.splitlines() if line.strip())
    return "\n".join(lines)


@dataclass
class Asked:
    """A question with what was found for it.

    `without` are the same candidates as they would be had the sentences with an answer not been written, `away` those that are
    found when the whole article is not there.
    """

    query: Query
    found: list[Found]
    pool: list[Candidate]
    right: NDArray[np.bool_]
    without: list[Candidate]
    away: list[Candidate]


def ask(examples: list[Example]) -> list[Asked]:
    """Ask each question over an index of every article."""
    asked = []
    with tempfile.TemporaryDirectory() as folder:
        dalil = Dalil.open(folder)
        dalil.add(_articles(examples))
        collection = dalil._collection
        retriever = Retriever(collection)
        for example in examples:
            query, found = retriever.retrieve(example.question)
            read = articles_read(found, collection)
            pool = candidates(query, read, collection)
            right = np.array([_answers(example, candidate.sentence) for candidate in pool], dtype=bool)
            kept = [(item, [one for one in sentences if not _tells(example, one)]) for item, sentences in read]
            without = candidates(query, kept, collection)
            found_away = [item for item in found if item.hit.title != example.title and not _tells(example, item.hit)]
            away = candidates(query, articles_read(found_away, collection), collection)
            asked.append(Asked(query, found, pool, right, without, away))
        dalil.close()
    return asked


def _tells(example: Example, where: Hit | Sentence) -> bool:
    return any(find_quote(answer, where.text) for answer in example.answers)


def _answers(example: Example, sentence: Sentence) -> bool:
    return sentence.hit.title == example.title and _tells(example, sentence)


def _fit(features: NDArray[np.float64], labels: NDArray[np.bool_], shares: NDArray[np.float64]) -> Linear:
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(features)
    model = LogisticRegression(C=1.0, max_iter=2000).fit(scaler.transform(features), labels, sample_weight=shares)
    weights = model.coef_[0] / scaler.scale_
    return Linear(weights, float(model.intercept_[0] - weights @ scaler.mean_))


def fit_ranker(asked: list[Asked]) -> Linear:
    """The ranker, from the questions for which some sentence is right.

    Listwise: the probability that the softmax over a question's candidates gives to those that are right is made as large as it
    goes (ListNet's top-one probability: Cao et al. 2007, "Learning to rank: from pairwise approach to listwise approach").
    """
    from scipy.optimize import minimize

    useful = [one for one in asked if one.right.any()]
    features = np.array([candidate.features for one in useful for candidate in one.pool])
    right = np.concatenate([one.right for one in useful])
    sizes = np.array([len(one.pool) for one in useful])
    first, question = np.cumsum(sizes) - sizes, np.repeat(np.arange(len(useful)), sizes)
    scale = features.std(axis=0) + 1e-9
    scaled = (features - features.mean(axis=0)) / scale

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        scores = scaled @ weights
        shares = np.exp(scores - np.maximum.reduceat(scores, first)[question])
        of_right = np.where(right, shares, 0.0)
        total, held = np.add.reduceat(shares, first), np.add.reduceat(of_right, first)
        slope = shares / total[question] - of_right / held[question]
        return float(np.log(total / held).sum() + _RIDGE * weights @ weights), scaled.T @ slope + 2 * _RIDGE * weights

    found = minimize(loss, np.zeros(scaled.shape[1]), jac=True, method="L-BFGS-B")
    return Linear(found.x / scale, 0.0)


def confidence_rows(
    asked: list[Asked], examples: list[Example], ranker: Linear
) -> tuple[list[NDArray[np.float64]], list[bool], list[str]]:
    """Features of each answer, whether it holds a gold answer, and the kind of the question, with and without its article."""
    rows: list[NDArray[np.float64]] = []
    labels: list[bool] = []
    kinds: list[str] = []
    for one, example in zip(asked, examples, strict=True):
        kind = f"{one.query.language}->{one.found[0].hit.language if one.found else '?'}"
        cases = (
            (kind, one.pool),
            (f"{kind} without", one.without),
            (f"{kind} away", one.away),
        )
        for case, pool in cases:
            if pool:
                ranked = rank(pool, ranker)
                chosen = choose(ranked)
                rows.append(confidence_features(one.query, ranked))
                labels.append(case == kind and any(_answers(example, sentence) for sentence in chosen))
                kinds.append(case)
    return rows, labels, kinds


def _shares(kinds: list[str]) -> NDArray[np.float64]:
    """What each row counts, so that `ANSWERABLE` of the questions can be answered, as confidence is to be read."""
    whole = np.array([len(kind.split()) == 1 for kind in kinds])
    return np.asarray(np.where(whole, ANSWERABLE / whole.mean(), (1 - ANSWERABLE) / (1 - whole.mean())))


def _rows_of_unseen(
    asked: list[Asked], examples: list[Example]
) -> tuple[NDArray[np.float64], NDArray[np.bool_], list[str], NDArray[np.int_]]:
    """Confidence rows with ranker scores of questions the ranker has not seen: features, labels, kinds, and folds by title."""
    titles = sorted({example.title for example in examples})
    random.Random(SEED).shuffle(titles)  # noqa: S311
    fold = {title: number % _FOLDS for number, title in enumerate(titles)}
    pairs = list(zip(asked, examples, strict=True))
    rows: list[NDArray[np.float64]] = []
    labels: list[bool] = []
    kinds: list[str] = []
    folds: list[int] = []
    for held in range(_FOLDS):
        ranker = fit_ranker([one for one, example in pairs if fold[example.title] != held])
        outside = [pair for pair in pairs if fold[pair[1].title] == held]
        more, right, sort = confidence_rows([one for one, _ in outside], [example for _, example in outside], ranker)
        rows, labels, kinds, folds = rows + more, labels + right, kinds + sort, folds + [held] * len(more)
    return np.array(rows), np.array(labels), kinds, np.array(folds)


def main() -> None:
    """Train both models, print how they do on held-out questions, write the weights."""
    from sklearn.metrics import roc_auc_score

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder with the reading sets")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("weights.json"))
    options = parser.parse_args()
    examples = read_examples(options.data)
    asked = ask(examples)
    rows, labels, kinds, folds = _rows_of_unseen(asked, examples)
    shares = _shares(kinds)
    scores = np.zeros(len(labels))
    for held in range(_FOLDS):
        inside = folds != held
        scores[~inside] = _fit(rows[inside], labels[inside], shares[inside]).score(rows[~inside])
    for kind in sorted({kind.split()[0] for kind in kinds}):
        whole, group = (np.array([one == kind for one in kinds]), np.array([one.split()[0] == kind for one in kinds]))
        right, auroc = labels[whole].mean(), roc_auc_score(labels[group], scores[group])
        print(f"{kind}: {whole.sum()} questions, answer right {right:.3f}, AUROC of confidence {auroc:.3f}, all held out")
    models = {"ranker": (FEATURES, fit_ranker(asked)), "confidence": (CONFIDENCE_FEATURES, _fit(rows, labels, shares))}
    stored = {
        key: {"weights": dict(zip(names, np.round(model.weights, 5).tolist(), strict=True)), "bias": round(model.bias, 5)}
        for key, (names, model) in models.items()
    }
    options.out.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
