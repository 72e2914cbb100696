"""Phrases that are translated as one: the multi-word entries of the word lists.

    python -m index.embedding.training.phrases --data ../shared/data

makes them alone, in seconds; the training of everything makes them too. They have the form of the lexicon; a phrase is its
stems without stop words, joined by blanks.
"""

import argparse
import gzip
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from index.embedding.training import written
from index.embedding.training.lexicon import Counts, pack
from index.embedding.training.sources import NEWS_WEIGHT, Data, news_words
from index.language.stemming import content_terms

LISTS = ("arabic_wordnet", "wiktionary", "places", "cldr", "tico_terms", "covid_google_terms", "osm_id_tagging", "open_sdg_un")
FORMS = 4  # of a phrase in the other language
LONGEST = 4  # words of a phrase, on either side
_ASIDE = re.compile(r"\([^)]*\)|\[[^]]*\]")


def entries(data: Data) -> Iterator[tuple[str, str, float]]:
    """`(english, arabic, weight)` of every line of the lists."""
    for name in LISTS:
        with gzip.open(data.root / "bilingual" / f"{name}.tsv.gz", "rt", encoding="utf-8") as lines:
            for line in lines:
                arabic, _, english = line.rstrip("\n").partition("\t")
                yield english, arabic, 1.0
    for english, arabic in (*news_words(), *written.phrases()):
        yield english, arabic, NEWS_WEIGHT


def count(data: Data) -> Counts:
    """Pairs of which at least one side has several words, and neither more than `LONGEST`."""
    counts: Counter[tuple[str, str]] = Counter()
    for english, arabic, weight in entries(data):
        sides = [content_terms(_ASIDE.sub(" ", side)) for side in (english, arabic)]
        shrunk = len(sides[1]) == 1 < min(len(sides[0]), len(arabic.split()))  # the crown prince to an era
        if not shrunk and all(0 < len(side) <= LONGEST for side in sides) and max(map(len, sides)) > 1:
            counts[" ".join(sides[0]), " ".join(sides[1])] += weight  # type: ignore[assignment]
    pairs = sorted(counts)
    return Counts([en for en, _ in pairs], [ar for _, ar in pairs], np.array([counts[pair] for pair in pairs], np.float64))


def main() -> None:
    """Write the phrases beside the lexicon."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with bilingual/")
    parser.add_argument("--out", type=Path, default=Path("index/crosslingual/model/phrases.safetensors"))
    arguments = parser.parse_args()
    save_file(pack(count(Data(arguments.data)), FORMS), arguments.out)


if __name__ == "__main__":
    main()
