"""Articles into the collection: deduplicate, cut, encode, store. Unchanged ones cost a hash; a bad one never stops the rest."""

import hashlib
import itertools
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields

from index.article import Article, Passage
from index.chunking import chunk, embedding_text
from index.collection import Collection
from index.duplicates import band_keys, same_story
from index.readers import Skipped
from index.sealing import content_seal, cutting_seal, is_sealed, same_recipe
from index.writing import Record

Progress = Callable[[int, int | None, str], None]
"""Called as `progress(done, total, what)`; `total` is `None` while it is not known."""

_BATCH = 128
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


@dataclass(frozen=True, slots=True)
class Cutting:
    """How articles are cut: the token budget, the whole sentences of overlap, and the encoding that counts."""

    budget: int
    overlap: int
    encoding: str


def digest(article: Article, cutting: Cutting) -> str:
    """A hash of all that makes an article's rows; equal digests mean there is nothing to do. Where it was read is not in it."""
    return f"{content_seal(article)}-{cutting_seal(cutting.budget, cutting.overlap, cutting.encoding)}"


def unchanged(article: Article, cutting: Cutting, stored: str | None) -> bool:
    """Whether an article is stored as it is, cut like this; `stored` is its digest in the store."""
    if stored is None or is_sealed(stored):
        return stored is not None and same_recipe(stored, digest(article, cutting))
    made_of = [getattr(article, name) for name in _HASHED] + [cutting.budget, cutting.overlap, cutting.encoding]
    return stored == hashlib.blake2b(json.dumps(made_of).encode(), digest_size=16).hexdigest()


_HASHED = tuple(item.name for item in fields(Article) if item.name != "origin")  # in the first versions


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
                    self._add_batch(_sort_out(batch, report, seen), report)
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
            going = set(ids)
            heirs = self._plan(self._heirs(going), ignore=going)
            with self._store.write() as writing:
                gone = writing.drop(list(going))
                writing.put(heirs)
            self._collection.synchronise()
        return gone

    def renew(self, ids: Sequence[str]) -> None:
        """Cut and encode stored articles again, and look again whose story they tell."""
        with self._collection.writing():
            chosen = [self._store.article(article_id) for article_id in ids]
            with self._store.write() as writing:
                writing.put(self._plan(chosen, ignore=set(ids)))
            self._collection.synchronise()

    def seal_all(self) -> int:
        """Seal the articles of versions that left no seals, as they are; returns how many."""
        with self._collection.writing(), self._store.write() as writing:
            return writing.seal(lambda article: digest(article, self._cutting))

    def _heirs(self, ids: set[str]) -> list[Article]:
        """The duplicates of these articles that are not among them: they have to find another original, or become one."""
        waiting = itertools.chain.from_iterable(self._store.duplicates_of(list(ids)).values())
        return [article for article in waiting if article.id not in ids]

    def _add_batch(self, articles: list[Article], report: IndexReport) -> None:
        known = self._store.known([article.id for article in articles])
        changed, moved = [], dict[str, str | None]()
        for article in articles:
            stored, origin = known.get(article.id, (None, None))
            if not unchanged(article, self._cutting, stored):
                changed.append(article)
            elif origin != article.origin:
                moved[article.id] = article.origin
        report.unchanged += len(articles) - len(changed)
        if not changed and not moved:
            return
        ids = {article.id for article in changed}
        heirs = self._heirs(ids)
        records = self._plan(changed + heirs, ignore=ids | {article.id for article in heirs})
        with self._store.write() as writing:
            writing.put(records)
            writing.move(moved)
        updated = len(ids & known.keys())
        report.updated += updated
        report.added += len(changed) - updated
        report.duplicates |= {record.article.id: record.duplicate_of for record in records if record.duplicate_of is not None}
        report.notes += [(article.origin or article.id, note) for article in changed for note in article.notes]

    def _plan(self, articles: list[Article], ignore: set[str]) -> list[Record]:
        """Everything that is slow, before the transaction: duplicates found, passages cut and encoded.

        `ignore` are stored articles that this transaction replaces or takes out.
        """
        keys = [band_keys(article.text) for article in articles]
        stored = self._store.holders([key for some in keys for key in some])
        originals: dict[int, list[Article]] = {}
        records: list[Record] = []
        for article, own in zip(articles, keys, strict=True):
            same = _twin(article, own, originals) or self._stored_twin(article, own, stored, ignore)
            if same is not None:
                records.append(Record(article, digest(article, self._cutting), duplicate_of=same))
                continue
            records.append(Record(article, digest(article, self._cutting), own, self._cut(article)))
            for key in own:
                originals.setdefault(key, []).append(article)
        self._encode([record for record in records if record.passages])
        return records

    def _stored_twin(self, article: Article, keys: list[int], stored: dict[int, list[str]], ignore: set[str]) -> str | None:
        """The id of a stored article with the same story; those that share most bands are looked at first."""
        shared = Counter(other for key in keys for other in stored.get(key, ()) if other not in ignore)
        nearest = [other for other, _ in sorted(shared.items(), key=lambda pair: (-pair[1], pair[0]))[:_MOST_CANDIDATES]]
        texts = self._store.texts(nearest) if nearest else {}
        return next((other for other in nearest if other in texts and same_story(article.text, texts[other])), None)

    def _cut(self, article: Article) -> list[Passage]:
        return chunk(article, budget=self._cutting.budget, overlap=self._cutting.overlap, encoding=self._cutting.encoding)

    def _encode(self, records: list[Record]) -> None:
        texts = [embedding_text(record.article, passage) for record in records for passage in record.passages]
        if not texts:
            return
        self._collection.remember_encoder()
        encoded = self._collection.encoder.encode_passages(texts)
        ends = list(itertools.accumulate(len(record.passages) for record in records))
        for record, start, end in zip(records, [0, *ends], ends, strict=False):
            record.vectors = encoded[start:end]


def _twin(article: Article, keys: list[int], originals: dict[int, list[Article]]) -> str | None:
    """The id of an article of this batch with the same story."""
    near = {other.id: other for key in keys for other in originals.get(key, ())}
    return next((other.id for other in near.values() if same_story(article.text, other.text)), None)


def _sort_out(batch: list[Article | Skipped], report: IndexReport, seen: set[str]) -> list[Article]:
    """The articles of a batch that can be stored; the others go into the report."""
    articles = []
    for item in batch:
        if isinstance(item, Skipped):
            report.skipped.append((item.origin, item.reason))
            continue
        if item.id in seen:
            reason = f"another article of this run has the id {item.id!r}: give it its own"
        elif not (reason := _unstorable(item)):
            seen.add(item.id)
            articles.append(item)
            continue
        report.skipped.append((item.origin or item.id, reason))
    return articles


def _unstorable(article: Article) -> str:
    """Why the database cannot hold the article, or nothing. Readers see to this; articles made in memory may not have."""
    if not article.id.strip():
        return "the id is empty: give the article an id"
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


def _batches(items: Iterable[Article | Skipped]) -> Iterator[list[Article | Skipped]]:
    """At most `_BATCH` items and about `_BATCH_CHARACTERS`: a batch is held in memory with its passages and vectors."""
    batch: list[Article | Skipped] = []
    characters = 0
    for item in items:
        batch.append(item)
        characters += len(item.text) if isinstance(item, Article) else 0
        if len(batch) >= _BATCH or characters >= _BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch
