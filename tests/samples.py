"""A small bilingual collection of our own writing, and an encoder that needs no weights."""

import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.article import Article
from index.collection import Collection
from index.engine import Engine
from index.indexing import Cutting
from index.language.stemming import terms
from index.lexical import Option
from index.vectors import Sizes

CUTTING = Cutting(budget=60, overlap=0, encoding="dalil_ar_en")

DAM = Article(
    "dam",
    "افتتح وزير الري يوم الأحد سد وادي الزهور بعد خمس سنوات من العمل. وقال الوزير إن السد يخزن 120 مليون متر مكعب من المياه.\n"
    "وأضاف أن المشروع كلف 45 مليون دينار، وأن ثلاث قرى ستحصل على مياه الشرب منه قبل نهاية العام.",
    title="افتتاح سد وادي الزهور",
    source="صحيفة الضفة",
    date="2021-03-14",
    language="ar",
    origin="news/dam.txt",
)
FESTIVAL = Article(
    "festival",
    "انطلق في مدينة الميناء مهرجان الربيع السينمائي بمشاركة 32 فيلما من 14 دولة. ويرأس لجنة التحكيم المخرج سامي الحلو.\n"
    "ويستمر المهرجان حتى العشرين من نيسان، وتمنح جائزته الكبرى لأفضل فيلم قصير.",
    title="مهرجان الربيع السينمائي",
    source="راديو المرفأ",
    date="2022-04-10",
    language="ar",
    origin="news/festival.txt",
)
BRIDGE = Article(
    "bridge",
    "The old iron bridge over the Lune was closed on Friday after engineers found cracks in two of its pillars. "
    "About 9,000 cars cross it every day.\nThe council said repairs would cost 2.4 million pounds and take eleven months.",
    title="Iron bridge closed",
    source="Lune Gazette",
    date="2021-11-05",
    language="en",
    origin="news/bridge.txt",
)
ORCHARD = Article(
    "orchard",
    "A frost in late April destroyed most of the apple blossom in the valley. Growers expect a harvest of 300 tonnes, "
    "a fifth of what they pick in a good year.\nThe ministry promised loans without interest until the autumn.",
    title="Frost in the orchards",
    source="Lune Gazette",
    date="2022-05-02",
    language="en",
    origin="news/orchard.txt",
)
ARTICLES = (DAM, FESTIVAL, BRIDGE, ORCHARD)


class ToyEncoder:
    """Texts to bags of hashed stems: equal words are near, and nothing has to be loaded."""

    def __init__(self, name: str = "toy", dimensions: int = 64) -> None:
        self.name = name
        self.dimensions = dimensions

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        out = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in zip(out, texts, strict=True):
            for term in terms(text):
                place = zlib.crc32(term.encode())
                row[place % self.dimensions] += 1.0 if place & 1 << 20 else -1.0
        return out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-6)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self.encode_passages(texts)


def open_collection(
    folder: Path,
    sizes: Sizes | None = None,
    *,
    encoder: ToyEncoder | None = None,
    setting: str = "toy",
    engine: Engine | None = None,
    wait: float = 5.0,
) -> Collection:
    """A collection with the toy encoder."""
    return Collection(folder, setting, lambda: encoder or ToyEncoder(), sizes=sizes, engine=engine, wait=wait)


def numbered(number: int, words: int = 12, version: int = 0) -> Article:
    """A short article that no other one resembles: its words are made from its number and version."""
    body = " ".join(pseudoword(number, version, place) for place in range(words))
    return Article(f"n{number}", f"{body}.", title=f"title {pseudoword(number, version, -1)}", language="en")


def pseudoword(number: int, version: int = 0, place: int = 0) -> str:
    """A word of ten letters that stands in no language, and in one `numbered` article only."""
    value = (
        zlib.crc32(f"{number}/{version}/{place}".encode()) << 16 | zlib.crc32(f"{place}/{number}/{version}".encode()) & 0xFFFF
    )
    return "".join("bcdfghjklmnpqrtvwxz"[value // 19**at % 19] for at in range(10))


def by_words(collection: Collection, text: str, k: int = 10) -> list[str]:
    """Article ids that BM25 finds for the words of `text`, best first."""
    return _articles(collection, collection.lexical.search([[Option(term)] for term in terms(text)], k))


def by_vector(collection: Collection, text: str, k: int = 10) -> list[str]:
    """Article ids whose passages are nearest to `text`, best first."""
    return _articles(collection, collection.vectors.search(collection.encoder.encode_queries([text])[0], k))


def _articles(collection: Collection, scores: dict[int, float]) -> list[str]:
    hits = dict(collection.store.hits(list(scores)))
    return list(dict.fromkeys(hits[row_id].article_id for row_id in scores if row_id in hits))
