"""BM25 by Milvus: it finds candidates, and their scores are computed here, as tantivy computes them.

Milvus's own BM25 cannot weigh the words of a query or let translations of a word share one budget, tells no document
frequencies, and in milvus-lite counts each segment for itself. So passages go in as sparse vectors of BM25's term weights, and
a question is the sparse vector of what each option is worth. The inner product is BM25 but for two things: the options of a
word are summed where only the best counts, and the weights were made with the average lengths of the day. How much too small
it can be is known, so candidates are fetched until none that was left out can belong to the best. Each is scored exactly, from
its own words, which come with it.
"""

import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from index.bm25 import inverse_frequency, kept_length, saturation
from index.language.stemming import terms
from index.lexical import ANALYSIS, TITLE_BOOST, Word
from index.milvus.client import Fields, Milvus
from index.milvus.following import Following
from index.milvus.notes import LONGEST, Progress, TermRow
from index.store import Store
from index.writing import parts

_MOST_CANDIDATES = 6_400
_ROUNDING = 1 + 1e-4
_FIELDS = (("body", "", 1.0), ("title", " ", TITLE_BOOST))  # the field, what its terms begin with, and its weight
_ANCHOR = {0: 1.0}  # servers take no empty vectors; no term has this place


class MilvusWords(Following):
    """The collection of words of a store. Document frequencies are held in memory, about 100 bytes a term."""

    follower = "words"
    failed = False  # what Milvus keeps, Milvus checks; where it is gone, the engine tells

    def __init__(self, milvus: Milvus, store: Store, owner: str) -> None:
        self._frequencies: dict[str, int] = {}
        self._changes: Counter[str] = Counter()
        self._sums: Counter[str] = Counter()
        super().__init__(milvus, store, f"{owner}/{ANALYSIS}")

    @property
    def documents(self) -> int:
        """How many passages it holds."""
        return self._progress.documents if self._progress else 0

    def reload(self) -> None:
        """See what another process has written."""
        self._read()

    def catch_up(self, *, anew: bool = False) -> None:
        """Follow the store to its end; there is nothing to make `anew`. The caller has the turn to write."""
        self._changes.clear()
        self._sums.clear()
        self._follow()

    def document_frequency(self, term: str) -> int:
        """In how many passages the stem stands."""
        return self._frequencies.get(term, 0)

    # -- following the store ---------------------------------------------------------------------------------------------

    def _create(self) -> None:
        self._notes.forget_terms()
        text = {"kind": "VARCHAR", "max_length": 65_535}
        fields: Fields = {"id": {"kind": "INT64"}, "body": text, "title": text, "weights": {"kind": "SPARSE_FLOAT_VECTOR"}}
        self._milvus.create(self.name, fields, "weights", {"index_type": "SPARSE_INVERTED_INDEX"})

    def _load(self, progress: Progress | None, before: Progress | None) -> None:
        if progress is None:
            self._frequencies = {}
        elif before is not None and before.made == progress.made:
            self._frequencies |= {row.key: row.as_of(progress.commit) for row in self._notes.terms(before.commit)}
        else:
            self._frequencies = {row.key: row.as_of(progress.commit) for row in self._notes.terms(-1)}

    def _rows_after(self, mark: int) -> Iterator[tuple[Sequence[int], list[dict[str, Any]]]]:
        for batch in self._store.passages_after(mark):
            for some in parts(batch):
                found = [(row.id, {"body": _fitting(row.text), "title": _fitting(row.title or "")}) for row in some]
                for _, texts in found:
                    self._count(texts, 1)
                pivots = self._pivots()
                yield (
                    [row.id for row in some],
                    [{"id": row_id, **texts, "weights": _weights(texts, pivots)} for row_id, texts in found],
                )

    def _count(self, texts: dict[str, str], sign: int) -> None:
        self._sums["documents"] += sign
        for field, prefix, _ in _FIELDS:
            words = texts[field].split()
            self._sums[field] += sign * len(words)
            for term in set(words):
                self._changes[prefix + term] += sign

    def _pivots(self) -> tuple[float, float]:
        """Average lengths: of the first passages, and kept for all that follow."""
        assert self._progress is not None
        if not all(self._progress.pivots):
            count = max(1, self._sums["documents"])
            chosen = (max(1.0, self._sums["body"] / count), max(1.0, self._sums["title"] / count))
            self._progress = replace(self._progress, pivots=chosen)
        return self._progress.pivots

    def _uncount(self, ids: list[int]) -> None:
        for row in self._milvus.get(self.name, ids, ["body", "title"]):
            self._count(row, -1)

    def _counted(self, progress: Progress) -> Progress:
        # What a killed writer left is written again with the rest, true or not: its commit now gets its note.
        for row in self._notes.terms(progress.commit):
            self._changes[row.key] += 0
        commit = progress.commit + 1
        before = {key: self._frequencies.get(key, 0) for key in self._changes}
        self._notes.put_terms(TermRow(key, before[key] + change, commit, before[key]) for key, change in self._changes.items())
        counted = replace(
            progress,
            commit=commit,
            **{name: getattr(progress, name) + self._sums[name] for name in ("documents", "body", "title")},
        )
        return counted

    def _committed(self) -> None:
        for key, change in self._changes.items():
            self._frequencies[key] = self._frequencies.get(key, 0) + change
        self._changes.clear()
        self._sums.clear()

    # -- searching -------------------------------------------------------------------------------------------------------

    def search(self, words: Iterable[Word], k: int, allowed: Sequence[int] | None = None) -> dict[int, float]:
        """The `k` best passages for the words, as row id -> BM25 score (title matches weighed down)."""
        progress = self._progress
        if not self._has_something() or progress is None or not progress.documents or k < 1:
            return {}
        if allowed is not None and not len(allowed):
            return {}
        averages = {name: max(getattr(progress, name), 1) / progress.documents for name in ("body", "title")}
        wanted = [weighed for word in words for weighed in self._weighed(word, progress.documents)]
        query: Counter[int] = Counter()
        for field, options in wanted:
            for term, weight in options.items():
                query[_place(field, term)] += weight  # type: ignore[assignment]
        if not query:
            return {}
        slack = _ROUNDING * max(1.0, averages["body"] / progress.pivots[0], averages["title"] / progress.pivots[1])
        take = 2 * k
        while True:
            rows = self._found("weights", dict(query), take, allowed, ["body", "title"])
            scores = {int(row["id"]): _score(row["entity"], wanted, averages) for row in rows}
            best = dict(sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))[:k])
            complete = len(rows) < take or take >= _MOST_CANDIDATES
            if complete or min(best.values()) >= slack * float(rows[-1]["distance"]):
                return {row_id: score for row_id, score in best.items() if score > 0}
            take *= 4

    def _weighed(self, word: Word, documents: int) -> Iterator[tuple[str, dict[str, float]]]:
        """For each field, the options of a word that stand there, with what each is worth."""
        for field, prefix, boost in _FIELDS:
            options: dict[str, float] = {}
            for option in word:
                frequency = self._frequencies.get(prefix + option.term, 0)
                if option.weight > 0 and frequency > 0:
                    worth = option.weight * boost * inverse_frequency(documents, frequency)
                    options[option.term] = max(worth, options.get(option.term, 0.0))
            if options:
                yield field, options


def _score(texts: dict[str, str], wanted: Sequence[tuple[str, dict[str, float]]], averages: dict[str, float]) -> float:
    """BM25 of one passage: for each word and field, its best option."""
    counts = {field: Counter(texts[field].split()) for field in averages}
    lengths = {field: kept_length(found.total()) for field, found in counts.items()}
    total = 0.0
    for field, options in wanted:
        found, length, average = counts[field], lengths[field], averages[field]
        total += max(
            (worth * saturation(found[term], length, average) for term, worth in options.items() if term in found), default=0.0
        )
    return total


def _weights(texts: dict[str, str], pivots: tuple[float, float]) -> dict[int, float]:
    """A passage as a sparse vector: what the frequency of each of its terms is worth in BM25."""
    weights: dict[int, float] = dict(_ANCHOR)
    for (field, _, _), pivot in zip(_FIELDS, pivots, strict=True):
        counts = Counter(texts[field].split())
        length = kept_length(counts.total())
        for term, count in counts.items():
            place = _place(field, term)
            weights[place] = weights.get(place, 0.0) + saturation(count, length, pivot)
    return weights


def _place(field: str, term: str) -> int:
    """The dimension of a term, from 1 to 2 ** 32 - 2. Two that share one are told apart when candidates are scored."""
    return 1 + zlib.crc32(f"{field} {term}".encode()) % (2**32 - 2)


def _fitting(text: str) -> str:
    """The terms of a text as they are kept, as many as a field holds."""
    joined = " ".join(terms(text))
    data = joined.encode()
    return joined if len(data) <= LONGEST else data[:LONGEST].decode(errors="ignore").rpartition(" ")[0]
