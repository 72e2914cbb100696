"""Questions written for this project, more than two in five of which the article does not answer.

A line of `questions/NAME.jsonl` is an article: `doc`, and in `asked` each question with the places of its answer in the text,
none where the article lacks it, in the manner of the others. `news` and `wiki` are articles written for this project too, with
their `title` and `text`; of the others no text is kept, only its checksum: `doc` names a title of a reading set, or the lines
of a file of translations.
"""

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from zlib import crc32

from index.article import Article
from index.language import detect_language
from qa.reading.training.examples import Example, joined_contexts

QUESTIONS = Path(__file__).parent / "questions"
_HEADED = ("ntrex",)  # whose articles begin with their headline
_SETS = {"arcd": "arcd", "tydi": "tydi-ar", "mlqa": "mlqa"}  # by name in `doc`, the source of a set's examples
_SOURCES = {"ntrex": "ntrex-written", "flores": "ntrex-written", "news": "news-written", "wiki": "wiki-written"}
_PAGES = "pages-written"  # on the reading sets, some of whose other questions the encoder has seen
NEWS = frozenset({"ntrex-written", "news-written"})
"""The sources of questions written on news."""


def written_examples(human: Sequence[Example], data: Path) -> tuple[list[Example], list[Article]]:
    """The questions, and the articles that they are asked of, but for those of the reading sets, whose examples are `human`.

    `data` is the folder of all data sets. Raises `ValueError` where a text is not the one that was asked about.
    """
    arabic = [one for one in human if detect_language(one.context) == "ar"]
    texts = {name: joined_contexts([one for one in arabic if one.source == source]) for name, source in _SETS.items()}
    examples: list[Example] = []
    articles: list[Article] = []
    for path in sorted(QUESTIONS.glob("*.jsonl")):
        for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
            name, _, place = row["doc"].partition(":")
            if name in texts:
                examples += _examples(row, place, texts[name][place])
            else:
                articles.append(_article(row, name, place, data))
                examples += _examples(row, row["doc"], articles[-1].text)
    return examples, articles


def _examples(row: Mapping[str, Any], title: str, text: str) -> Iterator[Example]:
    source = _SOURCES.get(row["doc"].partition(":")[0], _PAGES)
    if row.get("crc32", crc32(text.encode())) != crc32(text.encode()):
        raise ValueError(f"the text of {row['doc']} is another one than its questions were written on")
    for question, *spans in row["asked"]:
        answers = tuple(text[start:end] for start, end in spans)
        yield Example(question, title, text, answers, source, evidence=_line(text, *spans[0]) if spans else None)


def _line(text: str, start: int, end: int) -> str:
    last = text.find("\n", end)
    return text[text.rfind("\n", 0, start) + 1 : None if last < 0 else last]


def _article(row: Mapping[str, Any], name: str, place: str, data: Path) -> Article:
    if "text" in row:
        return Article(id=row["doc"], title=row["title"], text=row["text"], language="ar")
    first, last = map(int, place.split("-"))
    lines = _arabic(data / "bilingual" / f"{name}.tsv.gz")[first - 1 : last]
    return Article(id=row["doc"], title=lines[0] if name in _HEADED else None, text="\n".join(lines), language="ar")


@cache
def _arabic(path: Path) -> tuple[str, ...]:
    with gzip.open(path, "rt", encoding="utf-8") as pairs:
        return tuple(pair.rstrip("\n").split("\t")[0] for pair in pairs)
