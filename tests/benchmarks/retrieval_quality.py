"""How often the right article comes first, and among the first five: the product's own retriever on the development data.

    python tests/benchmarks/retrieval_quality.py --data ../shared/data [--only arcd news] [--sample 300]

Each pool is indexed as `dalil index` does it, with the bundled defaults, and asked as `dalil search` does it. Beside it stands
BM25 over the same passages and stems, for the question as it is. `+` marks pools with about 4,800 further articles in between
(Wikipedia paragraphs of ARCD, AQAD and MLQA, news). Prints R@1 and R@5 in percent, 95 % intervals of R@1 (Wilson), and CPU
milliseconds of one question; at the end passages of 1,000 characters encoded per CPU second.

What these sets did: the fusion's five weights were fitted on arcd, mlqa and every eighth question of tydi-en, constants were
chosen by looking at all of them; AQAD and the news trained nothing.
"""

import argparse
import math
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.article import Article
from index.collection import Collection
from index.embedding.encoder import BUNDLED, load_encoder
from index.embedding.training.fusion import Question, arcd, rows
from index.embedding.training.sources import Data, json_lines
from index.hits import Hit
from index.indexing import Cutting, Indexer
from index.language import detect_language
from index.language.stemming import content_terms
from index.lexical import Option
from index.retrieval import Retriever, select_by_article

_CUTTING = Cutting(200, 1, "dalil_ar_en")  # the defaults of `qa.settings`


@dataclass(frozen=True)
class Task:
    """Questions to ask of the pool of articles named `pool`."""

    name: str
    pool: str
    questions: list[Question]


def paragraphs(texts: dict[str, str]) -> list[Article]:
    """Each text as an article without a title."""
    return [Article(id=name, text=text, language=detect_language(text)) for name, text in texts.items()]


def wikipedia_like(data: Data) -> tuple[dict[str, str], list[Question]]:
    """48 titles of AQAD with five paragraphs each, as many as XQuAD has, and their questions."""
    texts, questions = rows(data, "aqad-dev")
    number = {text: name for name, text in texts.items()}
    titles: dict[str, dict[str, None]] = defaultdict(dict)
    for row in json_lines(data.root / "reading/aqad-dev.jsonl.gz"):
        titles[row["title"]][number[row["context"]]] = None
    long = sorted(title for title, names in titles.items() if len(names) >= 5)
    chosen = {name for at in np.random.default_rng(1).permutation(len(long))[:48] for name in list(titles[long[at]])[:5]}
    return {name: texts[name] for name in texts if name in chosen}, [item for item in questions if item[1] <= chosen]


def everything(data: Data) -> tuple[dict[str, list[Article]], list[Task]]:
    """The pools of articles, and the tasks."""
    ours, arabic, english = arcd(data)
    mlqa, mlqa_questions = rows(data, "mlqa_ar_dev")
    aqad, aqad_questions = wikipedia_like(data)
    tydi, tydi_questions = rows(data, "tydiqa_goldp_en")
    news = [
        Article(id=row["id"], title=row["title"], text=row["text"]) for row in json_lines(data.root / "news-dev/corpus.jsonl")
    ]
    asked = list(json_lines(data.root / "news-dev/questions.jsonl"))
    of_news: dict[str, list[Question]] = {
        language: [(row["question"], {row["article_id"]}) for row in asked if row["lang"] == language]
        for language in ("ar", "en")
    }
    pools = {"arcd": paragraphs(ours), "mlqa": paragraphs(mlqa), "aqad": paragraphs(aqad), "tydi": paragraphs(tydi)}
    pools |= {"news": news, "all": [*paragraphs(ours | mlqa | rows(data, "aqad-dev")[0]), *news]}
    tasks = [
        Task("aqad ar->ar", "aqad", aqad_questions),
        Task("mlqa ar->ar", "mlqa", mlqa_questions),
        Task("arcd ar->ar", "arcd", arabic),
        Task("arcd en->ar", "arcd", english),
        Task("aqad+ ar->ar", "all", aqad_questions),
        Task("mlqa+ ar->ar", "all", mlqa_questions),
        Task("arcd+ ar->ar", "all", arabic),
        Task("arcd+ en->ar", "all", english),
        Task("news ar->ar", "news", of_news["ar"]),
        Task("news en->ar", "news", of_news["en"]),
        Task("news+ en->ar", "all", of_news["en"]),
        Task("tydi en->en", "tydi", tydi_questions[4::8]),  # of the quarter that trained nothing, the half that fitted nothing
    ]
    return pools, tasks


def rank(hits: Sequence[Hit], right: set[str]) -> float:
    """The place of the first right article, from 1."""
    articles = dict.fromkeys(hit.article_id for hit in select_by_article(hits, len(hits)))
    return next((place for place, name in enumerate(articles, 1) if name in right), math.inf)


def plain(collection: Collection, question: str) -> list[Hit]:
    """The first hundred by BM25 over stems, the question as it is."""
    words = [[Option(term)] for term in dict.fromkeys(content_terms(question))]
    scores = collection.lexical.search(words, 100)
    hits = collection.store.hits(sorted(scores, key=lambda row_id: -scores[row_id]))
    return [hit for _, hit in sorted(hits, key=lambda item: -scores[item[0]])]


def shown(ranks: Sequence[float]) -> str:
    """R@1 with its interval, and R@5."""
    count = len(ranks)
    first, five = (sum(place <= k for place in ranks) / count for k in (1, 5))
    z = 1.96
    centre = (first + z * z / (2 * count)) / (1 + z * z / count)
    reach = z * math.sqrt(first * (1 - first) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return f"{100 * first:5.1f} [{100 * (centre - reach):4.1f}-{100 * (centre + reach):5.1f}] {100 * five:5.1f}"


def measure(task: Task, collection: Collection) -> None:
    """Print the line of one task."""
    collection.refresh()
    retriever = Retriever(collection)
    baseline = [rank(plain(collection, question), right) for question, right in task.questions]
    started = time.process_time()
    ours = [rank([item.hit for item in retriever.retrieve(question)[1]], right) for question, right in task.questions]
    milliseconds = 1000 * (time.process_time() - started) / len(task.questions)
    print(
        f"{task.name:13s} {len(task.questions):5d} questions   "
        f"BM25 {shown(baseline)}   Dalil {shown(ours)}   {milliseconds:5.1f} ms",
        flush=True,
    )


def speed(texts: Sequence[str]) -> None:
    """Print how fast passages of 1,000 characters are encoded."""
    encoder = load_encoder()
    joined = "\n".join(texts)
    passages = [joined[at : at + 1000] for at in range(0, min(len(joined), 2_000_000), 1000)]
    started = time.process_time()
    encoder.encode_passages(passages)
    print(f"encoding: {len(passages) / (time.process_time() - started):.0f} passages of 1,000 characters per CPU second")


def main() -> None:
    """Index every pool that is needed, and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--only", nargs="*", default=[""], help="beginnings of the names of tasks")
    parser.add_argument("--sample", type=int, help="ask at most so many questions of each task, chosen with a seed")
    arguments = parser.parse_args()
    pools, tasks = everything(Data(arguments.data))
    wanted = [task for task in tasks if task.name.startswith(tuple(arguments.only))]
    for pool in dict.fromkeys(task.pool for task in wanted):
        with tempfile.TemporaryDirectory() as folder:
            collection = Collection(Path(folder), BUNDLED, load_encoder)
            Indexer(collection, _CUTTING).add(pools[pool])
            for task in wanted:
                if task.pool == pool:
                    order = np.random.default_rng(0).permutation(len(task.questions))[: arguments.sample]
                    measure(Task(task.name, pool, [task.questions[at] for at in order]), collection)
            collection.close()
    speed([article.text for article in pools["news"]])


if __name__ == "__main__":
    main()
