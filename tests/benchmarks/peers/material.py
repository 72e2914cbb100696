"""What all peers are given: the passages and questions of a dataset, and as many made-up passages as are wanted."""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from qa.evaluation import load_dataset

WORDS = 80  # in a made-up passage: about 480 Arabic characters, one passage of Dalil's
_SENTENCE = 13
_INVENTED = 0.03  # of the words stand nowhere else, as in real text
_LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"


@dataclass(frozen=True)
class Asked:
    """Questions in one language; `gold` holds the ids of the passages that answer each."""

    direction: str
    questions: Sequence[str]
    gold: Sequence[tuple[str, ...]]


@dataclass(frozen=True)
class Material:
    """Passages (id, text) and what is asked of them; `hash` names both."""

    name: str
    hash: str
    passages: Sequence[tuple[str, str]]
    asked: Sequence[Asked]


def read(dataset: Path, questions: Path | None) -> Material:
    """A dataset that `dalil eval` reads (SQuAD and others), and its questions in a second language. Titles are left out."""
    first = load_dataset(dataset)
    sets = [first] if questions is None else [first, load_dataset(dataset, questions=questions)]
    passages = [(article.id, article.text) for article in first.articles]
    whole = max(first.articles, key=lambda article: len(article.text)).language
    asked = []
    for one in sets:
        kept = [question for question in one.questions if question.relevant]
        direction = f"{kept[0].language}→{whole}"
        asked.append(Asked(direction, [question.text for question in kept], [question.relevant for question in kept]))
    return Material(first.name, "-".join(one.hash[:12] for one in sets), passages, asked)


def write(passages: Sequence[tuple[str, str]], path: Path) -> Path:
    """The passages as JSON lines, which adapters read."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps({"id": name, "text": text}, ensure_ascii=False) + "\n" for name, text in passages)
    return path


def made_up(material: Material, count: int) -> Iterator[tuple[str, str]]:
    """`count` passages, no two alike, of the words of the dataset as often as they stand there; always the same."""
    words = [word.strip('.,،؛:!؟?«»"()[]') for _, text in material.passages for word in text.split()]
    words = [word for word in words if word]
    chance = random.Random(7)
    for number in range(count):
        drawn = chance.choices(words, k=WORDS)
        for at in range(WORDS):
            if chance.random() < _INVENTED:
                drawn[at] = "".join(chance.choices(_LETTERS, k=7))
            if at % _SENTENCE == _SENTENCE - 1:
                drawn[at] += "."
        yield f"m{number}", " ".join(drawn)
