"""Questions made from sentences: a few words are taken out, a question word of their kind is put before what is left.

They teach the network where numbers, dates, names and phrases begin and end and how they stand to the words around them,
which a few thousand human questions do not (Dhingra et al. 2018, "Simple and effective semi-supervised question answering").
"""

import gzip
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from index.article import Article
from index.crosslingual.names import same_name
from index.language import detect_language, fold, fold_with_map
from index.language.stemming import content_terms, is_stop_word
from qa.reading.question import Asks
from qa.reading.spans import DATES, NUMBERS
from qa.reading.training.examples import SEED, Example, crossed, opening

PARALLEL = ("ntrex", "flores", "pud", "tico")
_TOGETHER = 8  # sentences of an article
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][\w'-]+(?: (?:[A-Z][\w'-]+|of(?= [A-Z])))*")
_PHRASE = (1, 1, 2, 2, 3, 4, 5)  # lengths of phrases, as often as they are drawn
_KEPT = (0.55, 0.95)  # share of a sentence's words that stay in the question
_SHORTEST = 6  # words of a sentence
_FEWEST = 3  # content words of a question
_WORD = re.compile(r"(?:[^\W_]|[\u064b-\u0652\u0670])+(?:['-][^\W_]+)*")
_BEFORE_PLACES = ("في", "الي", "من", "in", "at", "from", "near", "to")


def parallel_articles(folder: Path) -> list[list[tuple[str, str]]]:
    """Sentences (Arabic, English) of openly licensed translations, eight together as an article."""
    made = []
    for name in PARALLEL:
        with gzip.open(folder / f"{name}.tsv.gz", "rt", encoding="utf-8") as lines:
            pairs = [tuple(line.rstrip("\n").split("\t")[:2]) for line in lines]
        rows = [(pair[0], pair[1]) for pair in pairs if len(pair) == 2 and len(pair[0].split()) >= _SHORTEST]
        made += [rows[at : at + _TOGETHER] for at in range(0, len(rows), _TOGETHER)]
    return made


def cloze_of_translations(groups: Sequence[Sequence[tuple[str, str]]]) -> tuple[list[Example], list[Article]]:
    """Arabic and English questions on Arabic articles."""
    rng = random.Random(SEED)  # noqa: S311
    examples, articles = [], []
    for number, group in enumerate(groups):
        title, text = f"translation {number}", "\n".join(arabic for arabic, _ in group)
        articles.append(Article(id=f"t{number}", title=title, text=text, language="ar"))
        for arabic, english in group:
            if (found := _chosen(arabic, english, rng)) is None:
                continue
            asks, start, end, other = found
            value = arabic[start:end]
            if rng.random() < 0.5 and (other or asks is Asks.THING):
                rest = english.replace(other, " ") if other else _without(english, value, rng)
                question = _question(rest, asks, "", rng)
            else:
                question = _question(f"{arabic[:start]} {arabic[end:]}", asks, _unit(asks, value), rng)
            if len(content_terms(question)) >= _FEWEST:
                examples.append(Example(question, title, text, (value,), "cloze"))
    return examples, articles


def _chosen(sentence: str, english: str, rng: random.Random) -> tuple[Asks, int, int, str] | None:
    """What is asked for: its kind, its place in the sentence, and the same in the English one where it is known."""
    found = list(_values(sentence, english)) + list(_names(sentence, english))
    phrase = _phrase(sentence, rng)
    if phrase is not None and (not found or rng.random() < 0.35):
        return Asks.THING, *phrase, ""
    return rng.choice(found) if found else None


def _values(sentence: str, english: str) -> Iterator[tuple[Asks, int, int, str]]:
    folded = fold_with_map(sentence)
    for asks, pattern in ((Asks.DATE, DATES), (Asks.NUMBER, NUMBERS)):
        for match in pattern.finditer(folded.text):
            if (span := folded.span(*match.span())) is None:
                continue
            digits = re.search(r"\d[\d.,]*", match.group())
            value = digits.group().rstrip(".,") if digits else ""
            start, end = span
            unit = re.match(r"\s+([^\W\d_]+)", sentence[end:])
            if asks is Asks.NUMBER and unit and not is_stop_word(fold(unit.group(1))):
                end += unit.end()
            yield asks, start, end, value if value and value in english else ""


def _names(sentence: str, english: str) -> Iterator[tuple[Asks, int, int, str]]:
    """Names: capitalised in the English sentence, and spelled alike in the Arabic one."""
    words = [(match.group(), *match.span()) for match in _WORD.finditer(sentence)]
    for name in dict.fromkeys(_NAME.findall(english)):
        parts = [part for part in name.split() if part != "of"]
        alike = [at for at, (word, _, _) in enumerate(words) if any(same_name(part, word) > 0.5 for part in parts)]
        if alike and alike[-1] - alike[0] + 1 <= len(parts) + 1 and len(alike) >= len(parts):
            start, end = words[alike[0]][1], words[alike[-1]][2]
            yield _kind(sentence[:start], len(parts)), start, end, name


def _kind(before: str, words: int) -> Asks:
    last = fold(before).split()[-1:]
    if last and last[0] in _BEFORE_PLACES:
        return Asks.PLACE
    return Asks.PERSON if words > 1 else Asks.THING


def _phrase(sentence: str, rng: random.Random) -> tuple[int, int] | None:
    """A few words between stop words and marks."""
    words = [match.span() for match in _WORD.finditer(sentence)]
    runs: list[list[tuple[int, int]]] = [[]]
    for start, end in words:
        if runs[-1] and sentence[runs[-1][-1][1] : start].strip():
            runs.append([])
        if is_stop_word(fold(sentence[start:end])):
            runs.append([])
        else:
            runs[-1].append((start, end))
    runs = [run for run in runs if len(run) > 1 or (run and fold(sentence[slice(*run[0])]).startswith("ال"))]
    if not runs:
        return None
    run, length = rng.choice(runs), rng.choice(_PHRASE)
    return run[0][0], run[:length][-1][1]


def _unit(asks: Asks, value: str) -> str:
    """What a number counts, which the question names."""
    last = value.split()[-1]
    return last if asks is Asks.NUMBER and last[0].isalpha() else ""


def _without(english: str, arabic: str, rng: random.Random) -> str:
    """The English sentence without the words that stand for an Arabic phrase."""
    gone = set(crossed(arabic, rng).split()) | set(crossed(arabic, rng).split())
    return " ".join(word for word in english.split() if not any(fold(word).startswith(one) for one in gone if len(one) > 2))


def _question(rest: str, asks: Asks, unit: str, rng: random.Random) -> str:
    """Question words, and some of the other words of the sentence, at times in another order."""
    words = _WORD.findall(rest)
    share = rng.uniform(*_KEPT)
    most = rng.randint(6, 14)
    first = rng.randint(0, max(0, len(words) - most - 4)) if rng.random() < 0.7 else 0
    kept = [word for word in words[first : first + most + 4] if rng.random() < share][:most]
    if rng.random() < 0.3 and len(kept) > 2:
        cut = rng.randint(1, len(kept) - 1)
        kept = kept[cut:] + kept[:cut]
    language = detect_language(rest)
    mark = "؟" if language == "ar" else "?"
    return " ".join([opening(asks, language, rng), *([unit] if unit else []), *kept]) + mark
