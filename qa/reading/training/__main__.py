"""`python -m qa.reading.training --data FOLDER`: trains every model of reading and prints how they do on held-out titles.

1. The first look: a linear ranker, on the held-out titles' questions.
2. The network, on all other titles: human questions, the same in the other language's words, questions whose answer is
   lacking, questions made from sentences.
3. The last ranker and the confidence, on the held-out titles, which the network has not seen; measured in folds by title.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

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
    Example,
    articles_of,
    asked_of_another,
    asked_otherwise,
    crossed_examples,
    read_examples,
)
from qa.reading.training.last import fit_last
from qa.reading.training.linear import fit_listwise
from qa.reading.training.samples import sample_of
from qa.reading.training.train_network import export, standardise, train, vectors_of

EPOCHS = 3.0
_CROSSED_EVERY = 3  # of the English questions on English articles, one in three is crossed into Arabic
_CLOZE_EVERY = 2  # of the articles made of translations
Cases = tuple[str, ...]


def _questions(examples: Sequence[Example]) -> list[tuple[Example, Cases]]:
    """What to learn from and what is held out, each with the cases in which it is asked."""
    learnt = [one for one in examples if one.part == "learnt"]
    english = [one for one in learnt if one.source.startswith("tydi-en")]
    to_cross = [one for one in learnt if not one.source.startswith("tydi-en")] + english[::_CROSSED_EVERY]
    asked: list[tuple[Example, Cases]] = [
        (one, ("whole", "without") if one.part == "learnt" else ("whole", "without", "away")) for one in examples
    ]
    further = [*crossed_examples(to_cross), *asked_of_another(examples), *asked_otherwise(examples)]
    return asked + [(one, ("whole",)) for one in further]


def _asked(questions: Sequence[tuple[Example, Cases]], examples: Sequence[Example], part: str) -> Iterator[Asked]:
    """The questions of a part, asked over the articles of their own language of all parts."""
    for language in ("ar", "en"):
        own = [one for one in examples if detect_language(one.context) == language]
        with indexed(articles_of(own)) as dalil:
            for example, cases in questions:
                if example.part == part and detect_language(example.context) == language:
                    yield from ask(dalil, [example], cases)


def _cloze(bilingual: Path, first: Linear, vocabulary: dict[str, int]) -> list[Sample]:
    """Samples of questions made from translations."""
    made, articles = cloze_of_translations(parallel_articles(bilingual)[::_CLOZE_EVERY])
    with indexed(articles) as dalil:
        return [sample for one in ask(dalil, made, ("whole",)) if (sample := sample_of(one, first, vocabulary)) is not None]


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(prog="python -m qa.reading.training", description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="the folder with the reading sets")
    parser.add_argument("--bilingual", type=Path, help="the folder with the translations; beside the reading sets if not given")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent.parent / "model")
    parser.add_argument("--epochs", type=float, default=EPOCHS)
    options = parser.parse_args()
    encoder = load_encoder(BUNDLED)
    assert isinstance(encoder, StaticEncoder)
    examples = read_examples(options.data)
    questions = _questions(examples)
    held = [one for one in _asked(questions, examples, "held") if one.pool]
    whole = [one for one in held if one.case == "whole"]
    first = fit_listwise([one.features() for one in whole], [one.right for one in whole])
    print(f"{len(held)} held-out questions asked", flush=True)
    vocabulary: dict[str, int] = {}
    learnt = _asked(questions, examples, "learnt")
    samples = [sample for one in learnt if (sample := sample_of(one, first, vocabulary)) is not None]
    cloze = _cloze(options.bilingual or options.data.parent / "bilingual", first, vocabulary)
    print(f"{len(samples)} questions to learn from, {len(cloze)} made from sentences, {len(vocabulary)} words", flush=True)
    samples += cloze
    mean, scale = standardise(samples)
    trained = train(samples, vectors_of(vocabulary, encoder), options.epochs)
    weights = export(trained, mean, scale, options.out / "reader.safetensors")
    ranker, confidence = fit_last(held, first, inference.Network(dict(weights)), encoder)
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
