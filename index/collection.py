"""One folder with everything in it: the store, and the two indexes that follow it, kept in step.

The order of every change is: store, BM25, vectors. A crash in between leaves the derived indexes behind the store; whoever
opens the folder next brings them up to it, unless another process is just writing and will do so itself.
"""

import logging
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from index.article import Language
from index.derived import read_state
from index.embedding.encoder import Encoder
from index.errors import EncoderMismatch, IndexBusy, IndexMissing
from index.lexical import LexicalIndex
from index.store import Store, StoreError
from index.vectors import Sizes, VectorIndex

DATABASE = "dalil.db"
_WAIT = 120.0
_DERIVED = ("lexical", "vectors")
_log = logging.getLogger(__name__)


def _is_emptied(folder: Path) -> bool:
    """Whether a database was cut down to nothing: SQLite would take that for a new one, and all articles for never there."""
    sizes = [path.stat().st_size if (path := folder / f"{DATABASE}{tail}").exists() else None for tail in ("", "-wal")]
    return sizes[0] == 0 and not sizes[1] and any(read_state(folder / name) is not None for name in _DERIVED)


class Collection:
    """An open index folder. Reading is safe from any number of threads and processes; writing takes turns."""

    def __init__(
        self,
        folder: Path,
        encoder_setting: str,
        load_encoder: Callable[[], Encoder],
        *,
        create: bool = True,
        sizes: Sizes | None = None,
        wait: float = _WAIT,
    ) -> None:
        """Open `folder`; `encoder_setting` names the encoder with its prefixes, `load_encoder` loads it on first need.

        Raises `IndexMissing` (nothing there and not `create`), `EncoderMismatch`, `StoreError`.
        """
        self.folder = folder
        if not (folder / DATABASE).exists() and not create:
            raise IndexMissing(f"there is no index in {folder}: make one with `dalil index PATH...`")
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"{folder} cannot hold an index: {error.strerror}. Choose another folder (--data).") from None
        if _is_emptied(folder):
            raise StoreError(
                f"the database {folder / DATABASE} is empty, though it was not: `dalil restore` brings a backup back; to begin "
                "anew, delete the folder"
            )
        self._load_encoder = load_encoder
        self._setting = encoder_setting
        self._sizes = sizes
        self._wait = wait
        self._turn = threading.RLock()
        self._file_lock = FileLock(folder / "write.lock")
        self._fresh = threading.Lock()
        self._opening = threading.RLock()
        self._encoder: Encoder | None = None
        self._lexical: LexicalIndex | None = None
        self._vectors: VectorIndex | None = None
        self._generation = -1
        self._languages: list[Language] | None = None
        self.store = Store(folder / DATABASE, self.writing)
        try:
            self._check_encoder(self.store.facts())
            self._owner = self._name_store()
        except BaseException:
            self.close()
            raise

    # -- the store's name, and the encoder it was made with --------------------------------------------------------------

    def _name_store(self) -> str:
        """The name that ties the derived indexes to the store.

        A store that is behind them was put back from a backup and will give the same passage ids to other passages: under a
        new name, everything derived is made anew.
        """
        if self._was_put_back():
            with self.writing():
                if self._was_put_back():
                    _log.warning("the database in %s is older than its indexes: they are made again from it", self.folder)
                    self.store.set_facts(store=uuid.uuid4().hex)
        return self.store.facts()["store"]

    def _was_put_back(self) -> bool:
        states = [read_state(self.folder / name) for name in _DERIVED]  # before the store's marks, which only grow
        name, marks = self.store.facts()["store"], self.store.last_marks()
        return any(state is not None and state.owner.startswith(name) and state.marks.beyond(marks) for state in states)

    def _check_encoder(self, facts: dict[str, str]) -> None:
        ours = {"encoder": self._setting} | ({"encoder_weights": self._encoder.name} if self._encoder is not None else {})
        for key, name in ours.items():
            if facts.get(key, name) != name:
                raise EncoderMismatch(
                    f"the index in {self.folder} was made with the encoder {facts[key]!r}, but {name!r} is set: "
                    f"set the encoder it was made with, or index into another folder (--data)."
                )

    @property
    def encoder(self) -> Encoder:
        """The encoder, loaded on first use. Raises `EncoderMismatch` when its weights are not those of the index."""
        with self._opening:
            if self._encoder is None:
                self._encoder = self._load_encoder()
                try:
                    self._check_encoder(self.store.facts())
                except EncoderMismatch:
                    self._encoder = None
                    raise
            return self._encoder

    def remember_encoder(self) -> None:
        """Store which encoder made the vectors, or check that it is the one; called before vectors are written."""
        facts = {"encoder": self._setting, "encoder_weights": self.encoder.name, "dimensions": str(self.encoder.dimensions)}
        stored = self.store.facts()
        self._check_encoder(stored)
        if "encoder" not in stored:
            self.store.set_facts(**facts)

    # -- what follows the store ------------------------------------------------------------------------------------------

    @property
    def lexical(self) -> LexicalIndex:
        """BM25 over the store."""
        with self._opening:
            if self._lexical is None:
                self._lexical = LexicalIndex(self.folder / "lexical", self.store, self._owner)
            return self._lexical

    @property
    def vectors(self) -> VectorIndex:
        """Nearest neighbours over the store."""
        with self._opening:
            if self._vectors is None:
                stored = self.store.facts().get("dimensions")  # known without loading the encoder
                dimensions = self.encoder.dimensions if stored is None else int(stored)
                owner = f"{self._owner}/{self._setting}"
                self._vectors = VectorIndex(self.folder / "vectors", self.store, owner, dimensions, self._sizes)
            return self._vectors

    def synchronise(self) -> None:
        """Bring BM25 and vectors up to the store and save them. The caller has the turn to write."""
        facts = self.store.facts()
        self._check_encoder(facts)
        self.lexical.catch_up()
        if "encoder" in facts:
            self.vectors.catch_up()
            self.vectors.save()
        self._generation = self.store.generation()
        self._languages = None

    def refresh(self) -> None:
        """Called before each search: see what was written since, by this or another process; repair what lags."""
        generation = self.store.generation()
        if generation == self._generation and not self.lexical.failed:
            return
        with self._fresh:
            if generation == self._generation and not self.lexical.failed:
                return
            self._check_encoder(self.store.facts())
            self._languages = None
            self.lexical.reload()
            self.vectors.catch_up()
            behind = self.lexical.marks != self.store.last_marks()
            if (behind or self.vectors.lags) and not self._repair():
                return  # another process is writing: its changes come with the next refresh
            self._generation = generation

    def _repair(self) -> bool:
        try:
            with self.writing(wait=0):
                self.synchronise()
        except IndexBusy:
            return False
        except (OSError, StoreError) as error:
            _log.warning("the indexes in %s cannot be brought up to date: %s", self.folder, error)
            return False
        return True

    def rebuild(self) -> None:
        """Make everything that follows the store anew. The caller has the turn to write."""
        self.store.set_facts(store=uuid.uuid4().hex)
        self._owner = self.store.facts()["store"]
        with self._opening:
            self._lexical = self._vectors = None
        self.synchronise()

    def languages(self) -> list[Language]:
        """The languages that passages are in, as of the last refresh."""
        languages = self._languages
        if languages is None:
            languages = self._languages = self.store.languages()
        return languages

    @contextmanager
    def writing(self, wait: float | None = None) -> Iterator[None]:
        """The turn to write, among threads and processes. Raises `IndexBusy` after `wait` seconds, `StoreError`."""
        wait = self._wait if wait is None else wait
        busy = IndexBusy(f"another process is writing to {self.folder}: try again when it is done")
        if not self._turn.acquire(timeout=wait):
            raise busy
        try:
            try:
                if not self.folder.is_dir():  # the lock would make it again
                    raise FileNotFoundError("its folder was removed while in use: start again, after restoring it")
                self._file_lock.acquire(timeout=wait)
            except Timeout:
                raise busy from None
            except OSError as error:
                raise StoreError(f"the index in {self.folder} cannot be written to: {error}") from None
            try:
                yield
            finally:
                self._file_lock.release()
        finally:
            self._turn.release()

    def close(self) -> None:
        """Close the database."""
        self.store.close()
