"""`python -m qa.reading.training --data FOLDER`: trains every model of reading and prints how they do on unseen questions.

1. The first look: a linear ranker.
2. Three networks, on human questions, the same in the other language's words, questions whose answer is lacking, and questions
   made from sentences: each of two without one half of the unseen titles, and the shipped one on all.
3. The last ranker and the confidence, on the unseen titles, read by the network that has not learned from them; measured in
   folds by title.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from safetensors.numpy import save

from index.article import Article
from index.embedding import BUNDLED, load_encoder
from index.embedding.static import StaticEncoder
from index.language import detect_language
from qa.reading import network as inference
from qa.reading.confidence import CONFIDENCE_FEATURES
from qa.reading.ranker import Linear
from qa.reading.reader import RANKER_FEATURES, judged
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
from qa.reading.training.stages import Stages
from qa.reading.training.train_network import trained, vectors_of
from qa.reading.training.written import written_examples

EPOCHS = 3.0
PARTS = 8  # in which the questions are asked
_FIRST_EVERY = 4  # of the unseen questions that have an answer
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
    """From unseen questions that have an answer, the written ones among them."""
    simple: list[Asking] = []
    for questions, articles in askings:
        answered = [one for one, _ in questions if one.answers and _is_unseen(one)]
        simple.append(([(one, ("whole",)) for one in answered[::_FIRST_EVERY]], articles))
    rows = [(one.features(), one.right) for one in _asked(simple) if one.pool]
    return fit_listwise([features for features, _ in rows], [right for _, right in rows])


def _cloze(first: Linear, vocabulary: dict[str, int]) -> list[Sample]:
    """Samples of questions made from translations."""
    made, articles = cloze_of_translations(parallel_articles(_RUN.data / "bilingual")[::_CLOZE_EVERY])
    with indexed(articles) as dalil:
        return [sample for one in ask(dalil, made, ("whole",)) if (sample := sample_of(one, first, vocabulary)) is not None]


def _part_of(example: Example) -> int:
    return crc32(example.question[::-1].encode()) % PARTS


def _part(name: str) -> None:
    """Ask one of the parts of the questions: what is to be learned from it, and what is to be read unseen."""
    first, vocabulary, number = _RUN.stages.read("first"), dict[str, int](), int(name.partition("-")[2])
    samples: list[tuple[int | None, Sample]] = []
    held: list[Unread] = []
    own = [([pair for pair in asked if _part_of(pair[0]) == number], articles) for asked, articles in _RUN.askings]
    for one in _asked(own):
        if one.case != "away" and (sample := sample_of(one, first, vocabulary)) is not None:
            samples.append((one.example.half, sample))
        if one.pool and _is_unseen(one.example):
            held.append(unread(one, first))
    if not number:
        samples += [(None, sample) for sample in _cloze(first, vocabulary)]
    _RUN.stages.write(f"held-{number}", held)
    _RUN.stages.write(name, (samples, vocabulary))


def _samples() -> tuple[list[tuple[int | None, Sample]], dict[str, int]]:
    """Those of all parts, in one vocabulary."""
    together: list[tuple[int | None, Sample]] = []
    vocabulary: dict[str, int] = {}
    for name in _names("part", PARTS):
        samples, words = _RUN.stages.read(name)
        numbers = np.array([vocabulary.setdefault(word, len(vocabulary)) for word in words], np.int32)
        for _, sample in samples:
            sample.asked, sample.read = numbers[sample.asked], numbers[sample.read]
        together += samples
    return together, vocabulary


def _network(name: str) -> None:
    """Train the network that learns from all, or that without one half of the unseen questions."""
    half = None if name == "network" else int(name.partition("-")[2])
    samples = [sample for of, sample in _RUN.samples if half is None or of != half]
    _RUN.stages.write(name, trained(samples, _RUN.vectors, _RUN.epochs))


def _close(name: str) -> None:
    """Read the unseen questions of a half with the network that has not learned from them."""
    half = int(name.partition("-")[2])
    network, encoder = inference.Network(dict(_RUN.stages.read(f"network-{half}"))), _encoder()
    parts = (_RUN.stages.read(part) for part in _names("held", PARTS))
    held = [one for part in parts for one in part if one.example.half == half]
    _RUN.stages.write(name, [(replace(one, look=None), judged(one.look, encoder, network)) for one in held])


def _names(kind: str, count: int) -> list[str]:
    return [f"{kind}-{number}" for number in range(count)]


def _encoder() -> StaticEncoder:
    encoder = load_encoder(BUNDLED)
    assert isinstance(encoder, StaticEncoder)
    return encoder


@dataclass
class _Run:
    """What the processes need, which are forked: there is too much of it to send."""

    data: Path
    stages: Stages
    epochs: float
    askings: list[Asking] = field(default_factory=list)
    samples: list[tuple[int | None, Sample]] = field(default_factory=list)
    vectors: Any = None


_RUN: _Run


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(prog="python -m qa.reading.training", description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="the folder of all data sets")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent.parent / "model")
    parser.add_argument("--epochs", type=float, default=EPOCHS)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument(
        "--work", type=Path, help="keep what is done (10 GB) here, and go on from it: by this code, of this data"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        _train(_Run(options.data, Stages(options.work or Path(folder), options.processes), options.epochs), options.out)


def _train(run: _Run, out: Path) -> None:
    global _RUN
    _RUN = run
    networks, closes = ["network", *_names("network", HALVES)], _names("close", HALVES)
    run.askings = _askings(run.data)
    if not run.stages.has("first"):
        run.stages.write("first", _first_look(run.askings))
    print("first look learned", flush=True)
    run.stages.make(_names("part", PARTS), _part)
    if not all(map(run.stages.has, networks)):
        run.samples, vocabulary = _samples()
        print(f"{len(run.samples)} questions to learn from", flush=True)
        run.vectors = vectors_of(vocabulary, _encoder())
        run.stages.make(networks, _network)  # the longest first
        run.samples = []
    run.stages.make(closes, _close)
    ranker, confidence = fit_last([pair for name in closes for pair in run.stages.read(name)])
    # Not over the old one, which a service may have mapped.
    (out / "reader.safetensors.new").write_bytes(save(run.stages.read("network")))
    (out / "reader.safetensors.new").replace(out / "reader.safetensors")
    _write(out / "weights.json", run.stages.read("first"), ranker, confidence)


def _write(path: Path, first: Linear, ranker: Linear, confidence: Linear) -> None:
    models = {"first": (FEATURES, first), "ranker": (RANKER_FEATURES, ranker), "confidence": (CONFIDENCE_FEATURES, confidence)}
    stored = {
        key: {"weights": dict(zip(names, np.round(model.weights, 5).tolist(), strict=True)), "bias": round(model.bias, 5)}
        for key, (names, model) in models.items()
    }
    path.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
