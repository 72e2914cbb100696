"""`python -m qa.reading.training --data FOLDER`: trains every model of reading and prints how they do on unseen questions.

1. The first look: a linear ranker.
2. Three networks, on human questions, the same in the other language's words, questions whose answer is lacking, and questions
   made from sentences: each of two without one half of the unseen titles, and the shipped one on all.
3. The last ranker and the confidence, on the unseen titles, read by the network that has not learned from them; measured in
   folds by title.
"""

import argparse
import json
import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from index.article import Article
from index.embedding import BUNDLED, load_encoder
from index.embedding.static import StaticEncoder
from index.language import detect_language
from qa.reading import network as inference
from qa.reading.confidence import CONFIDENCE_FEATURES
from qa.reading.ranker import Linear
from qa.reading.reader import RANKER_FEATURES
from qa.reading.sentences import FEATURES
from qa.reading.training.asking import Asked, ask, indexed
from qa.reading.training.batches import Sample
from qa.reading.training.cloze import cloze_of_translations, parallel_articles
from qa.reading.training.examples import (
    HALVES,
    Example,
    articles_of,
    asked_of_another,
    asked_otherwise,
    crossed_examples,
    halved,
    read_examples,
)
from qa.reading.training.last import Unread, fit_last, unread
from qa.reading.training.linear import fit_listwise
from qa.reading.training.samples import sample_of
from qa.reading.training.train_network import trained, vectors_of
from qa.reading.training.written import written_examples

EPOCHS = 3.0
_CROSSED_EVERY = 3  # of the English questions on English articles, one in three is crossed into Arabic
_AWAY_EVERY = 4  # of the written questions
_CLOZE_EVERY = 2  # of the articles made of translations
Cases = tuple[str, ...]
Asking = tuple[list[tuple[Example, Cases]], list[Article]]
"""Questions, each with the cases in which it is asked, and the articles that they are asked of."""


def _askings(data: Path) -> list[Asking]:
    """All questions and those made of them, by the language of their articles; those written on further articles apart."""
    human = read_examples(data / "reading")
    written, further = written_examples(human, data)
    examples = halved([*human, *written])
    human, written = examples[: len(human)], examples[len(human) :]
    english = [one for one in human if one.source.startswith("tydi-en")]
    to_cross = [one for one in human if not one.source.startswith("tydi-en")] + english[::_CROSSED_EVERY]
    made = [*crossed_examples(to_cross), *asked_of_another(human), *asked_otherwise(human)]
    ids = {article.id for article in further}
    asked: list[tuple[Example, Cases]] = [(one, _cases(one)) for one in examples if one.title not in ids]
    asked += [(one, ("whole",)) for one in made]
    found: list[Asking] = [([(one, _cases(one)) for one in written if one.title in ids], further)]
    for language in ("ar", "en"):
        own = [one for one in human if detect_language(one.context) == language]
        found.append(([pair for pair in asked if detect_language(pair[0].context) == language], articles_of(own)))
    return found


def _cases(example: Example) -> Cases:
    """How a question is asked: as it is, without what answers it, and, if it is unseen, without its article."""
    if not _is_unseen(example) or (example.source.endswith("written") and crc32(example.question.encode()) % _AWAY_EVERY):
        return "whole", "without"
    return "whole", "without", "away"


def _is_unseen(example: Example) -> bool:
    """Whether the encoder has not seen the question, which is in its asker's own words."""
    return not example.seen and not example.source.endswith("crossed")


def _asked(askings: Sequence[Asking]) -> Iterator[Asked]:
    for questions, articles in askings:
        with indexed(articles) as dalil:
            for example, cases in questions:
                yield from ask(dalil, [example], cases)


def _first_look(askings: Sequence[Asking]) -> Linear:
    """From the unseen questions that have an answer, the written ones among them."""
    simple: list[Asking] = [
        (
            [(one, ("whole",)) for one, _ in questions if one.answers and _is_unseen(one)],
            texts,
        )
        for questions, texts in askings
    ]
    rows = [(one.features(), one.right) for one in _asked(simple) if one.pool]
    return fit_listwise([features for features, _ in rows], [right for _, right in rows])


def _cloze(bilingual: Path, first: Linear, vocabulary: dict[str, int]) -> list[Sample]:
    """Samples of questions made from translations."""
    made, articles = cloze_of_translations(parallel_articles(bilingual)[::_CLOZE_EVERY])
    with indexed(articles) as dalil:
        return [sample for one in ask(dalil, made, ("whole",)) if (sample := sample_of(one, first, vocabulary)) is not None]


def _network(half: int | None, epochs: float) -> dict[str, NDArray[np.float16]]:
    """The weights that are learned without one half of the unseen questions."""
    samples, vectors = _LEARNED
    return trained([sample for of, sample in samples if half is None or of != half], vectors, epochs)


_LEARNED: tuple[list[tuple[int | None, Sample]], Any] = ([], None)
"""Samples and words' vectors, for processes that are forked: there is too much of it to send."""


def main() -> None:
    """See the module."""
    global _LEARNED
    parser = argparse.ArgumentParser(prog="python -m qa.reading.training", description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="the folder of all data sets")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent.parent / "model")
    parser.add_argument("--epochs", type=float, default=EPOCHS)
    parser.add_argument("--processes", type=int, default=2, help="networks trained at a time")
    options = parser.parse_args()
    encoder = load_encoder(BUNDLED)
    assert isinstance(encoder, StaticEncoder)
    askings = _askings(options.data)
    first = _first_look(askings)
    print("first look learned", flush=True)
    vocabulary: dict[str, int] = {}
    samples: list[tuple[int | None, Sample]] = []
    held: list[Unread] = []
    for one in _asked(askings):
        half = one.example.half
        if one.case != "away" and (sample := sample_of(one, first, vocabulary)) is not None:
            samples.append((half, sample))
        if one.pool and _is_unseen(one.example):
            held.append(unread(one, first))
    print(f"{len(samples)} questions to learn from, {len(held)} to be read unseen", flush=True)
    samples += [(None, sample) for sample in _cloze(options.data / "bilingual", first, vocabulary)]
    _LEARNED = samples, vectors_of(vocabulary, encoder)
    halves: list[int | None] = [*range(HALVES), None]
    with ProcessPoolExecutor(options.processes, multiprocessing.get_context("fork")) as pool:
        weights = dict(zip(halves, pool.map(_network, halves, [options.epochs] * len(halves)), strict=True))
    # Not over the old one, which a service may have mapped.
    (options.out / "reader.safetensors.new").write_bytes(save(weights[None]))
    (options.out / "reader.safetensors.new").replace(options.out / "reader.safetensors")
    networks = {half: inference.Network(dict(values)) for half, values in weights.items()}
    ranker, confidence = fit_last(held, networks, encoder)
    _write(options.out / "weights.json", first, ranker, confidence)


def _write(path: Path, first: Linear, ranker: Linear, confidence: Linear) -> None:
    models = {"first": (FEATURES, first), "ranker": (RANKER_FEATURES, ranker), "confidence": (CONFIDENCE_FEATURES, confidence)}
    stored = {
        key: {"weights": dict(zip(names, np.round(model.weights, 5).tolist(), strict=True)), "bias": round(model.bias, 5)}
        for key, (names, model) in models.items()
    }
    path.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
