"""Articles into the collection: deduplicate, cut, encode, store. Unchanged ones cost a hash; a bad one never stops the rest.

What may run anywhere is in `index.preparing`; here is what needs the store, and one process at a time.
"""

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace

from index.article import Article, Skipped
from index.collection import Collection
from index.database import LONGEST_ID
from index.duplicates import all_band_keys, same_story
from index.preparing import Cutting, Preparer, digest, unchanged
from index.sealing import recipe
from index.writing import Record

__all__ = ["Cutting", "IndexReport", "Indexer", "Item", "Progress", "digest"]

Item = Article | Record | Skipped
"""What is put in: an article, one that was prepared elsewhere, or what could not be read."""

Progress = Callable[[int, int | None, str], None]
"""Called as `progress(done, total, what)`; `total` is `None` while it is not known."""

_BATCH = 512
_BATCH_CHARACTERS = 2_000_000
_MOST_CANDIDATES = 32  # compared for each article: reports made from one template all share bands
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

    def merge(self, later: "IndexReport") -> None:
        """Count in what a later run did."""
        for item in fields(self):
            ours, theirs = getattr(self, item.name), getattr(later, item.name)
            setattr(self, item.name, ours | theirs if isinstance(ours, dict) else ours + theirs)


class Indexer:
    """Puts articles into a collection and takes them out; each batch is one transaction."""

    def __init__(self, collection: Collection, cutting: Cutting) -> None:
        self._collection = collection
        self._store = collection.store
        self._preparer = Preparer(cutting, lambda: collection.encoder)

    def add(self, items: Iterable[Item], progress: Progress | None = None) -> tuple[IndexReport, set[str]]:
        """Add or refresh articles; returns the report and the ids that were seen. When it returns, all is durable.

        Records count as prepared with the same cutting and encoder; what they lack is made here.
        """
        report, seen, followed = IndexReport(), set[str](), 0
        with self._collection.writing():
            try:
                for batch in _batches(items):
                    self._add_batch(_sort_out(batch, report, seen), report)
                    done = len(seen) + len(report.skipped)
                    if progress is not None:
                        progress(done, None, _source(batch[-1]).origin or "")
                    if done - followed >= _FOLLOW_EVERY:
                        self._collection.synchronise()
                        followed = done
            finally:
                self._collection.synchronise()
        return report, seen

    def remove(self, ids: Sequence[str]) -> list[str]:
        """Take articles out; a duplicate of one that goes takes its place. Returns the ids that were there."""
        with self._collection.writing():
            going = set(ids)
            heirs = self._plan([self._preparer.begin(heir) for heir in self._heirs(going)], ignore=going)
            with self._store.write() as writing:
                gone = writing.drop(list(going))
                writing.put(heirs)
            self._collection.synchronise()
        return gone

    def renew(self, ids: Sequence[str]) -> None:
        """Cut and encode stored articles again, and look again whose story they tell."""
        with self._collection.writing():
            chosen = [self._preparer.begin(self._store.article(article_id)) for article_id in ids]
            with self._store.write() as writing:
                writing.put(self._plan(chosen, ignore=set(ids)))
            self._collection.synchronise()

    def seal_all(self) -> int:
        """Seal the articles of versions that left no seals, as they are; returns how many."""
        with self._collection.writing(), self._store.write() as writing:
            return writing.seal(lambda article: digest(article, self._preparer.cutting))

    def _heirs(self, ids: set[str]) -> list[Article]:
        """The duplicates of these articles that are not among them: they have to find another original, or become one."""
        waiting = itertools.chain.from_iterable(self._store.duplicates_of(list(ids)).values())
        return [article for article in waiting if article.id not in ids]

    def _add_batch(self, items: list[Article | Record], report: IndexReport) -> None:
        given = [item if isinstance(item, Record) else self._preparer.begin(item) for item in items]
        known = self._store.known([record.article.id for record in given])
        changed, moved = list[Record](), dict[str, str | None]()
        for record in given:
            article = record.article
            stored, origin = known.get(article.id, (None, None))
            if stored is None or not unchanged(record, self._preparer.cutting, recipe(stored).__eq__):
                changed.append(record)
            elif origin != article.origin:
                moved[article.id] = article.origin
        report.unchanged += len(given) - len(changed)
        if not changed and not moved:
            return
        ids = {record.article.id for record in changed}
        heirs = [self._preparer.begin(heir) for heir in self._heirs(ids)]
        records = self._plan(changed + heirs, ignore=ids | {heir.article.id for heir in heirs})
        with self._store.write() as writing:
            writing.put(records)
            writing.move(moved)
        updated = len(ids & known.keys())
        report.updated += updated
        report.added += len(changed) - updated
        report.duplicates |= {record.article.id: record.duplicate_of for record in records if record.duplicate_of is not None}
        changed_articles = [record.article for record in changed]
        report.notes += [(article.origin or article.id, note) for article in changed_articles for note in article.notes]

    def _plan(self, given: list[Record], ignore: set[str]) -> list[Record]:
        """Everything that is slow, before the transaction: duplicates found, passages cut and encoded.

        `ignore` are stored articles that this transaction replaces or takes out.
        """
        unknown = [record.article.text for record in given if not record.bands]
        made = iter(all_band_keys(unknown))
        keys = [record.bands or next(made) for record in given]
        stored = self._store.holders([key for some in keys for key in some])
        originals: dict[int, list[Article]] = {}
        records: list[Record] = []
        for record, own in zip(given, keys, strict=True):
            article = record.article
            same = _twin(article, own, originals) or self._stored_twin(article, own, stored, ignore)
            if same is not None:
                records.append(Record(article, record.digest, duplicate_of=same))
                continue
            records.append(replace(record, bands=own))
            for key in own:
                originals.setdefault(key, []).append(article)
        kept = [record for record in records if record.duplicate_of is None]
        self._preparer.complete(kept)
        if any(record.passages for record in kept):
            self._collection.remember_encoder()
        return records

    def _stored_twin(self, article: Article, keys: Sequence[int], stored: dict[int, list[str]], ignore: set[str]) -> str | None:
        """The id of a stored article with the same story; those that share most bands are looked at first."""
        shared = Counter(other for key in keys for other in stored.get(key, ()) if other not in ignore)
        nearest = [other for other, _ in sorted(shared.items(), key=lambda pair: (-pair[1], pair[0]))[:_MOST_CANDIDATES]]
        texts = self._store.texts(nearest) if nearest else {}
        return next((other for other in nearest if other in texts and same_story(article.text, texts[other])), None)


def _twin(article: Article, keys: Sequence[int], originals: dict[int, list[Article]]) -> str | None:
    """The id of an article of this batch with the same story."""
    near = {other.id: other for key in keys for other in originals.get(key, ())}
    return next((other.id for other in near.values() if same_story(article.text, other.text)), None)


def _source(item: Item) -> Article | Skipped:
    return item.article if isinstance(item, Record) else item


def _sort_out(batch: list[Item], report: IndexReport, seen: set[str]) -> list[Article | Record]:
    """The articles of a batch that can be stored; the others go into the report."""
    articles: list[Article | Record] = []
    for item in batch:
        if isinstance(item, Skipped):
            report.skipped.append((item.origin, item.reason))
            continue
        article = item.article if isinstance(item, Record) else item
        if article.id in seen:
            reason = f"another article of this run has the id {article.id!r}: give it its own"
        elif not (reason := _unstorable(article)):
            seen.add(article.id)
            articles.append(item)
            continue
        report.skipped.append((article.origin or article.id, reason))
    return articles


def _unstorable(article: Article) -> str:
    """Why the database cannot hold the article, or nothing. Readers see to this; articles made in memory may not have."""
    if not article.id.strip():
        return "the id is empty: give the article an id"
    if (size := len(article.id.encode(errors="replace"))) > LONGEST_ID:
        return f"the id has {size} bytes, and at most {LONGEST_ID} can be kept: give the article a shorter one"
    for name in _TEXTS:
        value = getattr(article, name) or ""
        if "\0" in value:
            return f"the {name} has a NUL character: take it out"
        try:
            value.encode()
        except UnicodeEncodeError:
            return f"the {name} has half a character (a lone surrogate): write it whole"
    return ""


_TEXTS = ("id", "text", "title", "source", "url", "date", "origin")


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    """At most `_BATCH` items and about `_BATCH_CHARACTERS`: a batch is held in memory with its passages and vectors."""
    batch: list[Item] = []
    characters = 0
    for item in items:
        batch.append(item)
        article = _source(item)
        characters += len(article.text) if isinstance(article, Article) else 0
        if len(batch) >= _BATCH or characters >= _BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch
