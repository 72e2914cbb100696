"""Articles into the collection: deduplicate, cut, encode, store. Unchanged ones cost a hash; one bad one never stops the rest."""

import hashlib
import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field

import numpy as np
from numpy.typing import NDArray

from index.article import Article, Passage
from index.chunking import chunk, embedding_text
from index.collection import Collection
from index.duplicates import band_keys, same_story
from index.readers import Skipped
from index.store import Writing

Progress = Callable[[int, int | None, str], None]
"""Called as `progress(done, total, what)`; `total` is `None` while it is not known."""

_BATCH = 128
_FOLLOW_EVERY = 5_000  # articles between two points where BM25 and vectors catch up, so that readers see long runs grow


@dataclass(slots=True)
class IndexReport:
    """What one run of indexing did.

    `skipped` and `notes` pair an origin with a reason; `duplicates` maps an article to the one whose story it repeats.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    skipped: list[tuple[str, str]] = field(default_factory=list)
    duplicates: dict[str, str] = field(default_factory=dict)
    notes: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Cutting:
    """How articles are cut: the token budget, the whole sentences of overlap, and the encoding that counts."""

    budget: int
    overlap: int
    encoding: str


@dataclass(slots=True)
class _Planned:
    article: Article
    digest: str
    bands: list[str]
    duplicate_of: str | None
    passages: list[Passage]
    encoded: NDArray[np.float32] | None = None


def digest(article: Article, cutting: Cutting) -> str:
    """A hash of all that makes an article's rows; equal digests mean there is nothing to do."""
    content = json.dumps([asdict(article), asdict(cutting)], ensure_ascii=True, sort_keys=True)
    return hashlib.blake2b(content.encode(), digest_size=16).hexdigest()


class Indexer:
    """Puts articles into a collection and takes them out; each batch is one transaction."""

    def __init__(self, collection: Collection, cutting: Cutting) -> None:
        self._collection = collection
        self._store = collection.store
        self._cutting = cutting

    def add(self, items: Iterable[Article | Skipped], progress: Progress | None = None) -> tuple[IndexReport, set[str]]:
        """Add or refresh articles; returns the report and the ids that were seen. When it returns, all is durable."""
        report, seen, followed = IndexReport(), set[str](), 0
        with self._collection.writing():
            try:
                for batch in _batches(items):
                    self._add_batch(self._sort_out(batch, report, seen), report)
                    done = len(seen) + len(report.skipped)
                    if progress is not None:
                        progress(done, None, batch[-1].origin or "")
                    if done - followed >= _FOLLOW_EVERY:
                        self._collection.synchronise()
                        followed = done
            finally:
                self._collection.synchronise()
        return report, seen

    def remove(self, ids: Sequence[str]) -> list[str]:
        """Take articles out; a duplicate of one that goes takes its place. Returns the ids that were there."""
        with self._collection.writing():
            heirs = self._heirs(ids)
            plans = self._plan([(article, self._digest(article)) for article in heirs], ignore=set(ids))
            with self._store.write() as writing:
                gone = writing.drop(ids)
                self._put(writing, plans)
            self._collection.synchronise()
        return gone

    def _digest(self, article: Article) -> str:
        return digest(article, self._cutting)

    def _heirs(self, ids: Sequence[str]) -> list[Article]:
        waiting = itertools.chain.from_iterable(self._store.duplicates_of(ids).values())
        return [article for article in waiting if article.id not in set(ids)]

    def _sort_out(self, batch: list[Article | Skipped], report: IndexReport, seen: set[str]) -> list[Article]:
        articles: dict[str, Article] = {}
        for item in batch:
            if isinstance(item, Skipped):
                report.skipped.append((item.origin, item.reason))
            elif item.id in seen:
                report.skipped.append(
                    (item.origin or item.id, f"another article of this run has the id {item.id!r}: give it its own")
                )
            else:
                seen.add(item.id)
                articles[item.id] = item
        return list(articles.values())

    def _add_batch(self, articles: list[Article], report: IndexReport) -> None:
        known = self._store.digests([article.id for article in articles])
        changed = [(article, self._digest(article)) for article in articles]
        changed = [(article, value) for article, value in changed if known.get(article.id) != value]
        report.unchanged += len(articles) - len(changed)
        if not changed:
            return
        ids = {article.id for article, _ in changed}
        heirs = [(article, self._digest(article)) for article in self._heirs(list(ids))]
        plans = self._plan(changed + heirs, ignore=ids | {article.id for article, _ in heirs})
        with self._store.write() as writing:
            self._put(writing, plans)
        updated = len(ids & set(known))
        report.updated += updated
        report.added += len(changed) - updated
        for plan in plans:
            if plan.duplicate_of is not None:
                report.duplicates[plan.article.id] = plan.duplicate_of
            report.notes += [(plan.article.origin or plan.article.id, note) for note in plan.article.notes]

    def _plan(self, changed: list[tuple[Article, str]], ignore: set[str]) -> list[_Planned]:
        """Everything that is slow, before the transaction: duplicates found, passages cut and encoded.

        `ignore` are stored articles that this transaction replaces or takes out.
        """
        plans: list[_Planned] = []
        by_band: dict[str, list[_Planned]] = {}
        for article, value in changed:
            keys = band_keys(article.text)
            same = self._same_story(article, keys, by_band, ignore)
            cut = (
                []
                if same
                else chunk(article, budget=self._cutting.budget, overlap=self._cutting.overlap, encoding=self._cutting.encoding)
            )
            plan = _Planned(article, value, keys, same, cut)
            plans.append(plan)
            if same is None:
                for key in keys:
                    by_band.setdefault(key, []).append(plan)
        texts = [embedding_text(plan.article, passage) for plan in plans for passage in plan.passages]
        if texts:
            self._collection.remember_encoder()
            vectors = self._collection.encoder.encode_passages(texts)
            at = 0
            for plan in plans:
                plan.encoded = vectors[at : at + len(plan.passages)]
                at += len(plan.passages)
        return plans

    def _same_story(
        self, article: Article, keys: list[str], planned: dict[str, list[_Planned]], ignore: set[str]
    ) -> str | None:
        for key in keys:
            for plan in planned.get(key, ()):
                if same_story(article.text, plan.article.text):
                    return plan.article.id
        for article_id, text in self._store.candidates(keys):
            if article_id not in ignore and same_story(article.text, text):
                return article_id
        return None

    @staticmethod
    def _put(writing: Writing, plans: list[_Planned]) -> None:
        for plan in plans:
            writing.put(plan.article, plan.digest, plan.bands, plan.passages, plan.encoded, plan.duplicate_of)


def _batches(items: Iterable[Article | Skipped]) -> Iterator[list[Article | Skipped]]:
    iterator = iter(items)
    while batch := list(itertools.islice(iterator, _BATCH)):
        yield batch
