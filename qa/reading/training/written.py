"""Questions written for this project on openly licensed news, half of which the article does not answer.

`questions/NAME.jsonl` asks of the translations `NAME.tsv.gz`: `doc` names the lines that make the article, `line` and `spans`
say where the answer stands (numbers from 1, offsets in the Arabic line); no text of the translations is kept. A question
without `line` asks for a detail that the article lacks, in the manner of the others; `why` says what stands there instead.
"""

import gzip
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from index.article import Article
from qa.reading.training.examples import Example, halved

QUESTIONS = Path(__file__).parent / "questions"
_HEADED = ("ntrex",)  # whose articles begin with their headline


def written_examples(bilingual: Path) -> tuple[list[Example], list[Article]]:
    """The questions, and the articles they are asked of."""
    examples: list[Example] = []
    articles: dict[str, Article] = {}
    for path in sorted(QUESTIONS.glob("*.jsonl")):
        lines = _arabic(bilingual / f"{path.stem}.tsv.gz")
        for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
            if row["doc"] not in articles:
                articles[row["doc"]] = _article(row["doc"], lines)
            examples.append(_example(row, articles[row["doc"]], lines))
    return halved(examples), list(articles.values())


@cache
def _arabic(path: Path) -> tuple[str, ...]:
    with gzip.open(path, "rt", encoding="utf-8") as pairs:
        return tuple(_columns(pairs))


def _columns(pairs: Iterator[str]) -> Iterator[str]:
    return (pair.rstrip("\n").split("\t")[0] for pair in pairs)


def _article(doc: str, lines: tuple[str, ...]) -> Article:
    name, _, span = doc.partition(":")
    first, last = map(int, span.split("-"))
    text = lines[first - 1 : last]
    return Article(id=doc, title=text[0] if name in _HEADED else None, text="\n".join(text), language="ar")


def _example(row: dict[str, Any], article: Article, lines: tuple[str, ...]) -> Example:
    line = lines[row["line"] - 1] if row["line"] else None
    answers = tuple(line[start:end] for start, end in row["spans"]) if line else ()
    return Example(row["question"], article.id, article.text, answers, "written", evidence=line)
