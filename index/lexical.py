"""BM25 over stemmed words, by tantivy. Derived from the store; text goes in already analysed, so that index and query agree."""

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import tantivy

from index.derived import State, read_state, write_state
from index.errors import IndexBusy
from index.language.stemming import terms
from index.store import Marks, PassageRow, Store

ANALYSIS = "1"
"""Raise it when folding or stemming change: BM25 is then made again from the store on the next open."""
_TITLE_BOOST = 0.35
_HEAP = 64_000_000
_COMMIT_EVERY = 20_000


@dataclass(frozen=True, slots=True)
class Option:
    """A stem that may stand for a word of the question, with a weight up to 1."""

    term: str
    weight: float = 1.0


Word = Sequence[Option]
"""A word of the question: the best of its options counts, so that all translations of one word share one budget."""


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("id", indexed=True, fast=True)
    for field in ("body", "title"):
        builder.add_text_field(field, tokenizer_name="whitespace", index_option="freq")
    return builder.build()


class LexicalIndex:
    """The tantivy index in `folder`, following `store`."""

    def __init__(self, folder: Path, store: Store, owner: str) -> None:
        """Open the index, made anew where it is missing, unreadable or another's. It may lag: see `catch_up`."""
        self.folder = folder
        self._store = store
        self._owner = f"{owner}/{ANALYSIS}"
        folder.mkdir(parents=True, exist_ok=True)
        self._open()

    def _open(self) -> None:
        state = read_state(self.folder)
        if state is not None and state.owner == self._owner:
            try:
                self._index = tantivy.Index.open(str(self.folder))
                self._searcher = self._index.searcher()
                self.marks = state.marks
            except (ValueError, OSError):
                state = None
        if state is None or state.owner != self._owner:
            self._index = tantivy.Index(_schema())
            self._searcher = self._index.searcher()
            self.marks = Marks()

    def reload(self) -> None:
        """See what another process has committed."""
        state = read_state(self.folder)
        if state is not None and state.marks != self.marks:
            self._open()

    @property
    def documents(self) -> int:
        """How many passages it holds."""
        return int(self._searcher.num_docs)

    def catch_up(self) -> None:
        """Follow the store to its end. The caller holds the write lock. Raises `IndexBusy` when tantivy's own lock is held.

        Additions beyond the mark are dropped first: a crash between commit and note leaves them there.
        """
        goal = self._store.last_marks()
        if goal == self.marks:
            return
        if self.marks == Marks():
            self._start_anew()
        try:
            writer = self._index.writer(heap_size=_HEAP, num_threads=1)
        except ValueError as error:
            raise IndexBusy(f"another process is writing to {self.folder}: {error}") from error
        removed, removal = self._store.removed_after(self.marks.removal)
        for passage_id in removed:
            writer.delete_documents_by_term("id", passage_id)
        if self.marks != Marks():
            above = tantivy.Query.range_query(
                self._index.schema, "id", tantivy.FieldType.Unsigned, self.marks.passage, None, False
            )
            writer.delete_documents_by_query(above)
        last, pending = self.marks.passage, 0
        for rows in self._store.passages_after(self.marks.passage):
            for row in rows:
                writer.add_document(_document(row))
            last, pending = rows[-1].id, pending + len(rows)
            if pending >= _COMMIT_EVERY:
                writer.commit()
                pending = 0
        writer.commit()
        writer.wait_merging_threads()
        self.marks = Marks(last, removal)
        write_state(self.folder, State(self._owner, self.marks))
        self._index.reload()
        self._searcher = self._index.searcher()

    def _start_anew(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self._index = tantivy.Index(_schema(), path=str(self.folder), reuse=False)

    def document_frequency(self, term: str) -> int:
        """In how many passages the stem stands."""
        return int(self._searcher.doc_freq("body", term))

    def search(self, words: Iterable[Word], k: int, allowed: Sequence[int] | None = None) -> dict[int, float]:
        """The `k` best passages for the words, as row id -> BM25 score (title matches weighed down)."""
        schema = self._index.schema
        clauses = []
        for word in words:
            options = []
            for option in word:
                for field, boost in (("body", 1.0), ("title", _TITLE_BOOST)):
                    if option.weight > 0:
                        term = tantivy.Query.term_query(schema, field, option.term, index_option="freq")
                        options.append((field, tantivy.Query.boost_query(term, option.weight * boost)))
            clauses += [
                tantivy.Query.disjunction_max_query([query for at, query in options if at == field])
                for field in ("body", "title")
                if options
            ]
        if not clauses:
            return {}
        query = tantivy.Query.boolean_query([(tantivy.Occur.Should, clause) for clause in clauses])
        if allowed is not None:
            chosen = tantivy.Query.const_score_query(tantivy.Query.term_set_query(schema, "id", list(allowed)), 0.0)
            query = tantivy.Query.boolean_query([(tantivy.Occur.Must, query), (tantivy.Occur.Must, chosen)])
        found = self._searcher.search(query, limit=k, count=False).hits
        ids = self._searcher.fast_field_values("id", [address for _, address in found])
        return {int(row_id): float(score) for row_id, (score, _) in zip(ids, found, strict=True)}


def _document(row: PassageRow) -> tantivy.Document:
    document = tantivy.Document()
    document.add_unsigned("id", row.id)
    document.add_text("body", " ".join(terms(row.text)))
    document.add_text("title", " ".join(terms(row.title or "")))
    return document
