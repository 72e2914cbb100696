"""Articles of any number that no one wrote, in a stream: Arabic and English words as common as in news, in topics.

Words come from the vocabulary of the bundled encoder, the commoner the likelier (Zipf); each article keeps to a topic, names
people that no other one names, and every fiftieth repeats the story before it. Article `number` is the same in every run.
"""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.embedding.encoder import BUNDLED_PATH

_WORDS = 40_000
_TOPIC_WORDS = 150
_TOPICS = 3_000
_ENGLISH_EVERY = 8
_REPEATED_EVERY = 50
_LENGTH = 350  # words: between five and six passages
_FILE = 5_000  # articles
_BEGINNINGS = ("", "", "", "ال", "ال", "و", "ب", "وال", "لل")
_SYLLABLES = {
    "ar": ("با", "دو", "كا", "مي", "را", "سو", "تا", "ني", "لو", "جا", "فا", "هو"),
    "en": ("ba", "do", "ka", "mi", "ra", "so", "ta", "ni", "lo", "ja", "fa", "ho"),
}
_ASKED = {"ar": "ماذا قال {name} عن {words}؟", "en": "What did {name} say about {words}?"}


@cache
def _vocabulary(language: str) -> tuple[str, ...]:
    tokens = json.loads((BUNDLED_PATH / "tokenizer.json").read_bytes())["model"]["vocab"]
    letters = re.compile("[ا-ي]{3,}" if language == "ar" else "[a-z]{2,}")
    return tuple(token for token in tokens if letters.fullmatch(token))[:_WORDS]


@cache
def _likelihood() -> NDArray[np.float64]:
    weights = 1 / (np.arange(_WORDS) + 3.0)
    return np.cumsum(weights) / weights.sum()


def _language(number: int) -> str:
    return "en" if number % _ENGLISH_EVERY == 0 else "ar"


def _draw(number: int, seed: int) -> tuple[str, list[str], np.random.Generator]:
    """The language, the words and the names of an article."""
    language, random = _language(number), np.random.default_rng([seed, number])
    vocabulary = _vocabulary(language)
    topic = np.random.default_rng([seed, 1 << 40, int(random.integers(_TOPICS))])
    about = topic.integers(200, len(vocabulary) // 2, _TOPIC_WORDS)
    common = np.minimum(np.searchsorted(_likelihood(), random.random(_LENGTH)), len(vocabulary) - 1)
    chosen = np.where(random.random(_LENGTH) < 0.35, about[(random.random(_LENGTH) ** 2 * _TOPIC_WORDS).astype(int)], common)
    words = [vocabulary[at] for at in chosen.tolist()]
    if language == "ar":
        words = [
            _BEGINNINGS[at] + word for at, word in zip(random.integers(len(_BEGINNINGS), size=_LENGTH), words, strict=True)
        ]
    return language, words, random


def _names(language: str, random: np.random.Generator) -> list[str]:
    return ["".join(_SYLLABLES[language][at] for at in random.integers(12, size=4)).capitalize() for _ in range(4)]


def article(number: int, seed: int = 0) -> dict[str, Any]:
    """One article, as a line of JSONL."""
    told = number - 1 if number % _REPEATED_EVERY == _REPEATED_EVERY - 1 else number
    language, words, random = _draw(told, seed)
    names = _names(language, random)
    lines, at = [], 0
    while at < len(words):
        sentences = []
        for _ in range(int(random.integers(2, 5))):
            length = int(random.integers(9, 26))
            sentence = words[at : at + length]
            if sentence:
                sentence.insert(1, names[int(random.integers(len(names)))])
                sentence.append(str(int(random.integers(1, 5_000))))
                sentences.append(" ".join(sentence) + ".")
            at += length
        lines.append(" ".join(sentences))
    day = date(2010, 1, 1) + timedelta(days=number % 5_000)
    title = " ".join([names[0], *words[3:9]])
    source = f"outlet {number % 40}" if language == "en" else f"صحيفة {number % 40}"
    return {
        "id": f"s{number}",
        "title": title,
        "text": "\n".join(lines),
        "source": source,
        "date": day.isoformat(),
        "language": language,
    }


def question(number: int, seed: int = 0) -> str:
    """Asks about article `number`, by a name and four of its words."""
    language, words, random = _draw(number, seed)
    name = _names(language, random)[0]
    at = int(np.random.default_rng([seed, number, 1]).integers(_LENGTH - 4))
    return _ASKED[language].format(name=name, words=" ".join(words[at : at + 4]))


def write(folder: Path, numbers: Iterable[int], seed: int = 0) -> Iterator[Path]:
    """The articles as files of JSONL in `folder`, one after the other; whoever has read a file may delete it."""
    folder.mkdir(parents=True, exist_ok=True)
    rest = iter(numbers)
    while part := [number for number, _ in zip(rest, range(_FILE), strict=False)]:
        path = folder / f"part-{part[0]:09}.jsonl"
        with path.open("w", encoding="utf-8") as file:
            for number in part:
                print(json.dumps(article(number, seed), ensure_ascii=False), file=file)
        yield path
