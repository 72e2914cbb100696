"""Right articles, right answers and exact citations on a folder like news-dev: `python tests/benchmarks/bench_news.py FOLDER`.

The folder holds `corpus.jsonl`, `questions.jsonl` and `unanswerable.jsonl`. Prints one table. `dalil eval` measures the
same and more, with intervals; this is the quick look while working on the reader.
"""

import json
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from index.language import fold
from qa import Dalil

DEFAULT = Path("../shared/data/news-dev")


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def main(folder: Path) -> None:
    """Index the articles, ask every question, print the figures per language of the question."""
    if not (folder / "corpus.jsonl").exists():
        sys.exit(f"{folder} holds no corpus.jsonl: name the folder of a news set")
    figures: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    with tempfile.TemporaryDirectory() as data, Dalil.open(data) as dalil:
        dalil.index([folder / "corpus.jsonl"])
        for question in _lines(folder / "questions.jsonl") + _lines(folder / "unanswerable.jsonl"):
            of = figures[question["lang"]]
            answer = dalil.ask(question["question"], k=10)
            exact = [dalil.article(one.article_id).text[one.start : one.end] == one.quote for one in answer.citations]
            of["citations exact"] += exact
            if not question["answers"]:
                of["unanswerable refused"].append(answer.refused)
                continue
            found = list(dict.fromkeys(hit.article_id for hit in answer.passages))
            of["article first"].append(found[:1] == [question["article_id"]])
            of["article in first five"].append(question["article_id"] in found[:5])
            of["gold in answer"].append(any(fold(gold) in fold(answer.answer) for gold in question["answers"]))
            of["answerable refused"].append(answer.refused)
            of["words of an answer"].append(len(answer.answer.split()))
    for language, of in sorted(figures.items()):
        for name, values in of.items():
            print(f"{language}  {name:24} {np.mean(values):7.3f}  of {len(values)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT)
