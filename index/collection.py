"""One folder with everything in it: the store, and the two indexes that follow it, kept in step.

The order of every change is: store, BM25, vectors. A crash in between leaves the derived indexes behind the store; whoever
opens the folder next brings them up to it, unless another process is just writing and will do so itself.
"""

import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from filelock import FileLock, Timeout

from index.article import Language
from index.embedding.encoder import Encoder
from index.errors import EncoderMismatch, IndexBusy, IndexMissing
from index.lexical import LexicalIndex
from index.store import Store
from index.vectors import Sizes, VectorIndex

DATABASE = "dalil.db"
_WAIT = 120.0


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
        folder.mkdir(parents=True, exist_ok=True)
        self._load_encoder = load_encoder
        self._setting = encoder_setting
        self._sizes = sizes
        self._wait = wait
        self._turn = threading.RLock()
        self._fresh = threading.Lock()
        self._generation = -1
        self._languages: list[Language] | None = None
        self.store = Store(folder / DATABASE)
        self._check_encoder("encoder", encoder_setting)
        self.owner = self._name_store()

    def _name_store(self) -> str:
        name = self.store.get_meta("store")
        if name is None:
            with self.writing():
                name = self.store.get_meta("store") or uuid.uuid4().hex
                self.store.set_meta("store", name)
        return name

    def _check_encoder(self, key: str, name: str) -> None:
        stored = self.store.get_meta(key)
        if stored is not None and stored != name:
            raise EncoderMismatch(
                f"the index in {self.folder} was made with the encoder {stored!r}, but {name!r} is set: "
                f"set the encoder it was made with, or index into another folder (--data)."
            )

    @cached_property
    def encoder(self) -> Encoder:
        """The encoder, loaded on first use. Raises `EncoderMismatch` when its weights are not those of the index."""
        encoder = self._load_encoder()
        self._check_encoder("encoder_weights", encoder.name)
        return encoder

    @cached_property
    def lexical(self) -> LexicalIndex:
        """BM25 over the store."""
        return LexicalIndex(self.folder / "lexical", self.store, self.owner)

    @cached_property
    def vectors(self) -> VectorIndex:
        """Nearest neighbours over the store."""
        return VectorIndex(
            self.folder / "vectors", self.store, f"{self.owner}/{self._setting}", self.encoder.dimensions, self._sizes
        )

    @contextmanager
    def writing(self, wait: float | None = None) -> Iterator[None]:
        """The turn to write, among threads and processes. Raises `IndexBusy` after `wait` seconds."""
        wait = self._wait if wait is None else wait
        busy = IndexBusy(f"another process is writing to {self.folder}: try again when it is done")
        if not self._turn.acquire(timeout=wait):
            raise busy
        try:
            with FileLock(self.folder / "write.lock", timeout=wait):
                yield
        except Timeout:
            raise busy from None
        finally:
            self._turn.release()

    def remember_encoder(self) -> None:
        """Store which encoder made the vectors; called before the first vector is written."""
        if self.store.get_meta("encoder") is None:
            self.store.set_meta("encoder", self._setting)
            self.store.set_meta("encoder_weights", self.encoder.name)

    def synchronise(self) -> None:
        """Bring BM25 and vectors up to the store and save them. The caller has the turn to write."""
        self.lexical.catch_up()
        if self.store.get_meta("encoder") is not None:
            self.vectors.catch_up()
            self.vectors.save()
        self._generation = self.store.generation()
        self._languages = None

    def languages(self) -> list[Language]:
        """The languages that passages are in, as of the last refresh."""
        if self._languages is None:
            self._languages = self.store.languages()
        return self._languages

    def refresh(self) -> None:
        """Called before each search: see what was written since, by this or another process; repair what lags."""
        generation = self.store.generation()
        if generation == self._generation:
            return
        with self._fresh:
            if generation == self._generation:
                return
            self._languages = None
            self.lexical.reload()
            self.vectors.catch_up()
            if self.lexical.marks != self.store.last_marks() and not self._repair():
                return  # another process is writing: its changes come with the next refresh
            self._generation = generation

    def _repair(self) -> bool:
        try:
            with self.writing(wait=0):
                self.synchronise()
        except IndexBusy:
            return False
        return True

    def close(self) -> None:
        """Close the database."""
        self.store.close()
