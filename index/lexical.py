"""BM25 over stemmed words, by tantivy. Derived from the store; text goes in already analysed, so that index and query agree."""

import json
import logging
import shutil
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import cast

import tantivy

from index.derived import NOTHING, Marks, State, read_state, write_state
from index.errors import IndexBusy
from index.followed import PassageRow
from index.language.stemming import terms
from index.opened import StoreError
from index.removals import LogTrimmed
from index.segments import check_segments, meta_mark
from index.store import Store

ANALYSIS = "1"
"""Raise it when folding or stemming change: BM25 is then made again from the store on the next open."""
TITLE_BOOST = 0.35
_HEAP = 64_000_000
_COMMIT_EVERY = 20_000
_WRITING = "writing"  # the kind of a note while the files are beyond it
_SEGMENTS = "segments"
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
        """Whether it could not be read: `reload` and `catch_up` put that right."""
        self.reload()

    def _nothing(self) -> _View:
        empty = tantivy.Index(self._schema)
        return _View(empty, empty.searcher(), NOTHING)

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
            if state is None:
                self.failed = self.failed or (self.folder / "state.json").exists()
                return
            if state.owner != self._owner or (state.marks == self._view.marks and not self.failed):
                return
            try:
                self._check(state)
                index = _open(self.folder)
                self._view = _View(index, index.searcher(), state.marks)
                self.failed = False
            except (ValueError, OSError, LookupError, TypeError) as error:
                self.failed = True
                _log.warning("the BM25 index in %s cannot be read (%s): it is made again from the articles", self.folder, error)

    def _check(self, state: State) -> None:
        """Raise `ValueError` where the files are not as they were written: tantivy would fail on them."""
        check_segments(self.folder, self._checked)
        # A writer that was killed between a commit and its note has said that it was about to write.
        noted = state.files.get(_SEGMENTS) if state.kind != _WRITING else None
        try:
            if noted is not None:
                noted.whole(self.folder)
        except ValueError:
            if read_state(self.folder) == state:  # else another process is writing
                raise

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

    def catch_up(self, *, anew: bool = False) -> None:
        """Follow the store to its end; `anew`, by making the index again from the store, beside the one that is searched.

        The caller has the turn to write. Raises `IndexBusy` when tantivy's own lock is held, `StoreError` when nothing can be
        written.
        """
        self.reload()
        view, goal = self._view, self._store.last_marks()
        anew = anew or self.failed
        if goal == view.marks and not anew:
            return
        removed: list[int] | None = None
        if not anew and view.marks != NOTHING and read_state(self.folder) is not None:
            removed = self._removed(view.marks)
        try:
            if removed is None:
                self._make_anew(goal)
            else:
                self._go_on(view, removed, goal)
        except (OSError, ValueError) as error:  # tantivy tells of a full disk by a `ValueError`
            raise StoreError(
                f"the BM25 index in {self.folder} cannot be written ({error}): its disk may be full or read-only; "
                "what was told to be done is safe"
            ) from error

    def _removed(self, marks: Marks) -> list[int] | None:
        """What was removed since, or `None` where the log does not reach back so far."""
        try:
            return self._store.removed_after(marks.removal)[0]
        except LogTrimmed:
            _log.warning("the BM25 index in %s is too old to follow the articles: it is made again", self.folder)
            return None

    def _go_on(self, view: _View, removed: list[int], goal: Marks) -> None:
        """Write what is new since `view` to the index that is there."""
        write_state(self.folder, State(self._owner, view.marks, kind=_WRITING))
        self._write(view.index, view.marks, removed)
        with self._publishing:
            write_state(self.folder, self._state(self.folder, goal))
            view.index.reload()
            self._view, self.failed = _View(view.index, view.index.searcher(), goal), False

    def _state(self, folder: Path, marks: Marks) -> State:
        return State(self._owner, marks, files={_SEGMENTS: meta_mark(folder)})

    def _make_anew(self, goal: Marks) -> None:
        """Write the whole index into a folder beside, and put that in place."""
        making = self.folder.with_name(f"{self.folder.name}.new")
        index = self._start_anew(making)
        self._write(index, NOTHING, [])
        write_state(making, self._state(making, goal))
        with self._publishing:
            shutil.rmtree(self.folder, ignore_errors=True)  # a crash here costs a second making, nothing else
            making.replace(self.folder)
            index = _open(self.folder)
            self._view, self.failed, self._checked = _View(index, index.searcher(), goal), False, set()

    def _write(self, index: tantivy.Index, marks: Marks, removed: list[int]) -> None:
        try:
            writer = index.writer(heap_size=_HEAP, num_threads=1)
        except ValueError as error:
            if "LockBusy" not in str(error):
                raise
            raise IndexBusy(f"another process is writing to {self.folder}: {error}") from error
        try:
            self._follow(writer, marks, removed)
        finally:
            writer.wait_merging_threads()  # also lets go of tantivy's lock

    def _follow(self, writer: tantivy.IndexWriter, marks: Marks, removed: list[int]) -> None:
        writer.garbage_collect_files()  # what a killed writer left may have the name of what this one is to write
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

    def _start_anew(self, folder: Path) -> tantivy.Index:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)
        return tantivy.Index(self._schema, path=str(folder), reuse=False)

    @property
    def gone_share(self) -> float:
        """How much of what lies in the files is gone and only left out of results; merging drops some of it at times."""
        try:
            segments = json.loads((self.folder / "meta.json").read_text(encoding="utf-8"))["segments"]
            held = sum(segment["max_doc"] for segment in segments)
            gone = sum(segment["deletes"]["num_deleted_docs"] for segment in segments if segment["deletes"])
        except (OSError, ValueError, KeyError, TypeError):
            return 0.0
        return gone / held if held else 0.0

    def document_frequency(self, term: str) -> int:
        """In how many passages the stem stands."""
        with self._reading():
            return int(self._view.searcher.doc_freq("body", term))

    def search(self, words: Iterable[Word], k: int, allowed: Sequence[int] | None = None) -> dict[int, float]:
        """The `k` best passages for the words, as row id -> BM25 score (title matches weighed down)."""
        clauses = []
        for word in words:
            options = [option for option in word if option.weight > 0]
            for field, boost in (("body", 1.0), ("title", TITLE_BOOST)):
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


def _open(folder: Path) -> tantivy.Index:
    """The index in `folder`, its files mapped into memory. Raises `ValueError`."""
    index = tantivy.Index.open(str(folder))
    index.config_reader(reload_policy="manual")  # otherwise a thread looks twice a second whether files have changed
    return index


def _document(row: PassageRow) -> tantivy.Document:
    document = tantivy.Document()
    document.add_unsigned("id", row.id)
    document.add_text("body", " ".join(terms(row.text)))
    document.add_text("title", _title(row.title or ""))
    return document


@lru_cache(maxsize=16)
def _title(title: str) -> str:
    """The stems of a title, which all passages of its article share."""
    return " ".join(terms(title))
