"""BM25 over stemmed words, by tantivy. Derived from the store; text goes in already analysed, so that index and query agree."""

import logging
import shutil
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import tantivy

from index.derived import Marks, State, read_state, write_state
from index.errors import IndexBusy
from index.language.stemming import terms
from index.segments import check_segments, meta_checksum
from index.store import PassageRow, Store, StoreError

ANALYSIS = "1"
"""Raise it when folding or stemming change: BM25 is then made again from the store on the next open."""
_TITLE_BOOST = 0.35
_HEAP = 64_000_000
_COMMIT_EVERY = 20_000
_WRITING = "writing"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Option:
    """A stem that may stand for a word of the question, with a weight up to 1."""

    term: str
    weight: float = 1.0


Word = Sequence[Option]
"""A word of the question: the best of its options counts, so that all translations of one word share one budget."""


@dataclass(frozen=True, slots=True)
class _View:
    """What searches see: one state of the index, replaced as a whole."""

    index: tantivy.Index
    searcher: tantivy.Searcher
    marks: Marks


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("id", indexed=True, fast=True)
    for field in ("body", "title"):
        builder.add_text_field(field, tokenizer_name="whitespace", index_option="freq")
    return builder.build()


class LexicalIndex:
    """The tantivy index in `folder`, following `store`."""

    def __init__(self, folder: Path, store: Store, owner: str) -> None:
        """Open the index; where it is missing, unreadable or another's it is empty until `catch_up` makes it anew."""
        self.folder = folder
        self._store = store
        self._owner = f"{owner}/{ANALYSIS}"
        self._schema = _schema()
        self._publishing = threading.Lock()
        self._checked: set[str] = set()
        self._view = self._nothing()
        self.failed = False
        """Whether reading it failed: `reload` and `catch_up` put that right."""
        self.reload()

    def _nothing(self) -> _View:
        empty = tantivy.Index(self._schema)
        return _View(empty, empty.searcher(), Marks())

    @property
    def marks(self) -> Marks:
        """How far it has followed the store."""
        return self._view.marks

    @property
    def documents(self) -> int:
        """How many passages it holds."""
        return int(self._view.searcher.num_docs)

    def reload(self) -> None:
        """See what another process has committed."""
        with self._publishing:
            state = read_state(self.folder)
            if state is None or state.owner != self._owner or state.marks == self._view.marks:
                return
            try:
                self._check(state)
                index = tantivy.Index.open(str(self.folder))
                self._view = _View(index, index.searcher(), state.marks)
                self.failed = False
            except (ValueError, OSError, LookupError, TypeError) as error:
                _log.warning("the BM25 index in %s cannot be read (%s): it is made again from the articles", self.folder, error)

    def _check(self, state: State) -> None:
        """Raise `ValueError` where the files are not as they were written: tantivy would fail on them."""
        check_segments(self.folder, self._checked)
        # A writer that was killed between a commit and its note has said that it was about to write.
        whole = state.kind == _WRITING or state.checksum in (0, meta_checksum(self.folder))
        if not whole and read_state(self.folder) == state:
            raise ValueError("its list of segments is damaged")

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Turns a failure of tantivy, which can be a panic of Rust, into `StoreError`; what failed is not read again."""
        try:
            yield
        except BaseException as error:
            if not isinstance(error, ValueError | OSError) and type(error).__name__ != "PanicException":
                raise
            self._view, self.failed, self._checked = self._nothing(), True, set()
            raise StoreError(f"the BM25 index in {self.folder} is damaged and made again from the store: ask again") from None

    def catch_up(self) -> None:
        """Follow the store to its end. The caller has the turn to write.

        Raises `IndexBusy` when tantivy's own lock is held, `StoreError` when nothing can be written.
        """
        self.reload()
        view, goal = self._view, self._store.last_marks()
        if goal == view.marks:
            return
        anew = view.marks == Marks() or read_state(self.folder) is None
        try:
            index, marks = (self._start_anew(), Marks()) if anew else (view.index, view.marks)
            if not anew:
                write_state(self.folder, State(self._owner, marks, kind=_WRITING))
            self._write(index, marks)
            with self._publishing:
                write_state(self.folder, State(self._owner, goal, checksum=meta_checksum(self.folder)))
                index.reload()
                self._view, self.failed = _View(index, index.searcher(), goal), False
        except (OSError, ValueError) as error:  # tantivy tells of a full disk by a `ValueError`
            raise StoreError(
                f"the BM25 index in {self.folder} cannot be written ({error}): its disk may be full or read-only; "
                "what was told to be done is safe"
            ) from error

    def _write(self, index: tantivy.Index, marks: Marks) -> None:
        try:
            writer = index.writer(heap_size=_HEAP, num_threads=1)
        except ValueError as error:
            if "LockBusy" not in str(error):
                raise
            raise IndexBusy(f"another process is writing to {self.folder}: {error}") from error
        try:
            self._follow(writer, marks)
        finally:
            writer.wait_merging_threads()  # also lets go of tantivy's lock

    def _follow(self, writer: tantivy.IndexWriter, marks: Marks) -> None:
        writer.garbage_collect_files()  # what a killed writer left may have the name of what this one is to write
        removed, _ = self._store.removed_after(marks.removal)
        if removed:  # not by `delete_documents_by_term`, which takes a number for a signed one and finds nothing
            writer.delete_documents_by_query(tantivy.Query.term_set_query(self._schema, "id", removed))
        # A crash between a commit and its note leaves additions beyond the mark there.
        beyond = tantivy.Query.range_query(
            self._schema, "id", tantivy.FieldType.Unsigned, lower_bound=marks.passage, include_lower=False
        )
        writer.delete_documents_by_query(beyond)
        pending = 0
        for rows in self._store.passages_after(marks.passage):
            for row in rows:
                writer.add_document(_document(row))
            pending += len(rows)
            if pending >= _COMMIT_EVERY:
                writer.commit()
                pending = 0
        writer.commit()

    def _start_anew(self) -> tantivy.Index:
        (self.folder / "state.json").unlink(missing_ok=True)  # first: without it, what a crash leaves here is not read
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        return tantivy.Index(self._schema, path=str(self.folder), reuse=False)

    def document_frequency(self, term: str) -> int:
        """In how many passages the stem stands."""
        with self._reading():
            return int(self._view.searcher.doc_freq("body", term))

    def search(self, words: Iterable[Word], k: int, allowed: Sequence[int] | None = None) -> dict[int, float]:
        """The `k` best passages for the words, as row id -> BM25 score (title matches weighed down)."""
        clauses = []
        for word in words:
            options = [option for option in word if option.weight > 0]
            for field, boost in (("body", 1.0), ("title", _TITLE_BOOST)):
                if options:
                    clauses.append(self._best_of(options, field, boost))
        if not clauses or (allowed is not None and not len(allowed)):
            return {}
        query = tantivy.Query.boolean_query([(tantivy.Occur.Should, clause) for clause in clauses])
        if allowed is not None:
            chosen = tantivy.Query.const_score_query(tantivy.Query.term_set_query(self._schema, "id", list(allowed)), 0.0)
            query = tantivy.Query.boolean_query([(tantivy.Occur.Must, query), (tantivy.Occur.Must, chosen)])
        searcher = self._view.searcher
        with self._reading():
            found = searcher.search(query, limit=k, count=False).hits
            ids = searcher.fast_field_values("id", [address for _, address in found])
        return {cast(int, row_id): cast(float, score) for row_id, (score, _) in zip(ids, found, strict=True)}

    def _best_of(self, options: Sequence[Option], field: str, boost: float) -> tantivy.Query:
        queries = [
            tantivy.Query.boost_query(
                tantivy.Query.term_query(self._schema, field, option.term, index_option="freq"), option.weight * boost
            )
            for option in options
        ]
        return tantivy.Query.disjunction_max_query(queries)


def _document(row: PassageRow) -> tantivy.Document:
    document = tantivy.Document()
    document.add_unsigned("id", row.id)
    document.add_text("body", " ".join(terms(row.text)))
    document.add_text("title", " ".join(terms(row.title or "")))
    return document
