"""The questions to learn from: human ones, the same ones crossed into the other language, and ones whose answer is lacking."""

import gzip
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from zlib import crc32

from index.article import Article, Language
from index.crosslingual.query import lexicon
from index.crosslingual.transliteration import spellings
from index.language import detect_language, fold
from index.language.stemming import content_terms, is_stop_word, stem, words
from qa.reading.question import Asks, asks_for

SEED = 7
HALVES = 2
_TYDI_EVERY = 4  # the encoder has not seen these English TyDi questions (see its card)
_SUBJECT = 2  # content words that a subject has at least


@dataclass(frozen=True)
class Example:
    """A question, the title or id of the articles that may answer it, and its gold answers: none where the articles lack it.

    `half`: which of two networks does not learn from it, so that it can be read as a question never seen; `None` where no
    unseen question is asked of its title. `seen`: the encoder learned from it, whose cosine then looks too good to judge by.
    `evidence`: the line that answers, where it is known.
    """

    question: str
    title: str
    context: str
    answers: tuple[str, ...]
    source: str
    half: int | None = None
    seen: bool = False
    evidence: str | None = None


def read_examples(folder: Path) -> list[Example]:
    """The questions of the sets whose licence allows shipping what was learnt from them."""
    tydi = _rows(folder / "tydiqa_goldp_en.jsonl.gz", "tydi-en")
    return [
        *_arcd(folder),
        *(replace(one, seen=number % _TYDI_EVERY > 0) for number, one in enumerate(tydi)),
        *(replace(one, seen=True) for one in _rows(folder / "tydiqa_goldp_ar_dev.jsonl.gz", "tydi-ar")),
        *(replace(one, seen=True) for one in _rows(folder / "mlqa_ar_dev.jsonl.gz", "mlqa")),
    ]


def halved(examples: Sequence[Example]) -> list[Example]:
    """The examples, all of one title in the same half where any of them is unseen."""
    unseen = {one.title for one in examples if not one.seen}
    return [replace(one, half=crc32(one.title.encode()) % HALVES if one.title in unseen else None) for one in examples]


def _rows(path: Path, source: str) -> Iterator[Example]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            yield Example(row["question"].strip(), row["title"], row["context"], tuple(row["answers"]), source)


def _arcd(folder: Path) -> Iterator[Example]:
    paragraphs = []
    for article in json.loads((folder / "arcd-train.json").read_text(encoding="utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            paragraphs.append((article["title"], paragraph["context"]))
            for row in paragraph["qas"]:
                answers = tuple(answer["text"] for answer in row["answers"])
                yield Example(row["question"].strip(" -"), article["title"], paragraph["context"], answers, "arcd")
    for line in (folder / "arcd-train-en.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        title, context = paragraphs[row["paragraph"]]
        yield Example(row["question"], title, context, tuple(row["answers"]), "arcd-en")


def joined_contexts(examples: Sequence[Example]) -> dict[str, str]:
    """The text of each title: its contexts joined, each once, as paragraphs, so that answers stand deep in it."""
    contexts: dict[str, dict[str, None]] = {}
    for example in examples:
        contexts.setdefault(example.title, {})[example.context] = None
    return {title: _joined(list(parts)) for title, parts in contexts.items()}


def articles_of(examples: Sequence[Example]) -> list[Article]:
    """One article per title, for examples of one language of articles."""
    return [
        Article(id=f"{number}", title=title, text=text, language=detect_language(text))
        for number, (title, text) in enumerate(joined_contexts(examples).items())
    ]


def _joined(paragraphs: list[str]) -> str:
    """Consecutive ARCD paragraphs overlap: lines that stood before are left out."""
    lines = dict.fromkeys(line for paragraph in paragraphs for line in paragraph.splitlines() if line.strip())
    return "\n".join(lines)


def asked_of_another(examples: Sequence[Example]) -> list[Example]:
    """Questions asked of another title than their own, which as a rule is silent on them: «متى تأسست X؟» about Y.

    Every topic word stands in the other article, the relation does not: what a question about a lacking detail looks like.
    """
    rng = random.Random(SEED)  # noqa: S311
    groups: dict[tuple[int | None, str, str], list[Example]] = {}
    for example in examples:
        groups.setdefault((example.half, detect_language(example.question), detect_language(example.context)), []).append(
            example
        )
    made = []
    for group in groups.values():
        donors = [(one, name) for one in group if (name := _name_of(one.title)) in one.question and len(name) > 2]
        for donor, name in donors:
            other = rng.choice(group)
            if _name_of(other.title) == name or detect_language(other.title) != detect_language(name):
                continue
            question = donor.question.replace(name, _name_of(other.title))
            made.append(replace(other, question=question, answers=(), source=f"{other.source}-swapped"))
    return made


def asked_otherwise(examples: Sequence[Example]) -> list[Example]:
    """Questions that ask of the same subject what another question asks of its own: «كم سعر» of one, the subject of the other.

    Such a question has the article's words as an answerable one has, but for those that say what is wanted.
    """
    rng = random.Random(SEED + 1)  # noqa: S311
    groups: dict[tuple[int | None, str], list[tuple[Example, str, str]]] = {}
    for one in examples:
        opens, subject = _parts(one.question)
        if opens and len(content_terms(subject)) >= _SUBJECT:
            groups.setdefault((one.half, detect_language(one.question)), []).append((one, opens, subject))
    made = []
    for group in groups.values():
        for one, opens, subject in group:
            _, other, _ = rng.choice(group)
            wanted = content_terms(other)
            if asks_for(other) is asks_for(opens) and set(wanted) & set(content_terms(opens)):
                continue
            if wanted and not set(wanted) & set(content_terms(f"{one.context} {one.question}")):
                made.append(replace(one, question=f"{other} {subject}", answers=(), source=f"{one.source}-otherwise"))
    return made


def _parts(question: str) -> tuple[str, str]:
    """The question up to the second content word, which says what is wanted, and the rest."""
    parts = question.split()
    content = [at for at, word in enumerate(parts) if content_terms(word)]
    cut = content[1] + 1 if len(content) > 1 else len(parts)
    return " ".join(parts[:cut]), " ".join(parts[cut:])


def _name_of(title: str) -> str:
    return title.replace("_", " ").partition("(")[0].strip()


_OPENINGS: dict[Asks, tuple[tuple[str, ...], tuple[str, ...]]] = {
    Asks.PERSON: (("who", "who is", "which person"), ("من", "من هو", "من الذي")),
    Asks.DATE: (("when", "when did", "in which year"), ("متى", "في أي عام", "في أي سنة")),
    Asks.NUMBER: (("how many", "how much", "what number of"), ("كم", "كم عدد", "ما عدد")),
    Asks.PLACE: (("where", "where is", "in which place"), ("أين", "في أي مكان", "أين تقع")),
    Asks.REASON: (("why", "why did"), ("لماذا", "ما سبب")),
    Asks.NAME: (("what is the name of", "what is called"), ("ما اسم", "ماذا يسمى")),
    Asks.THING: (("what", "which", "what is"), ("ما", "ما هي", "ماذا")),
}


def opening(asks: Asks, language: Language, rng: random.Random) -> str:
    """Question words for what is asked."""
    return rng.choice(_OPENINGS[asks][language == "ar"])


def crossed(text: str, rng: random.Random) -> str:
    """The content words of `text` put into the other language word by word, by one of their likelier translations."""
    target: Language = "en" if detect_language(text) == "ar" else "ar"
    found = []
    for word in words(fold(text)):
        if is_stop_word(word):
            continue
        options = lexicon().of_word(word, stem(word), target)[:2] if word[0].isalpha() else [(word, 1.0)]
        options = options or list(spellings(word, target))[:1]
        if options:
            found.append(rng.choices([one for one, _ in options], [weight for _, weight in options])[0])
    return " ".join(found)


def crossed_examples(examples: Sequence[Example]) -> list[Example]:
    """Questions in the language that their article is not in."""
    rng = random.Random(SEED)  # noqa: S311
    made = []
    for one in examples:
        target: Language = "en" if detect_language(one.question) == "ar" else "ar"
        text = f"{opening(asks_for(one.question), target, rng)} {crossed(one.question, rng)}{'؟' if target == 'ar' else '?'}"
        made.append(replace(one, question=text, source=f"{one.source}-crossed"))
    return made
