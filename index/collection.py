"""One folder with everything in it, or all but the store: and the two indexes that follow the store, kept in step.

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
from index.database import Place, shown
from index.derived import read_state
from index.embedding.encoder import Encoder
from index.engine import FOLDERS, Engine, Files, Nearest, Words
from index.errors import EncoderMismatch, IndexBusy, IndexMissing
from index.opened import StoreError
from index.store import Store
from index.vectors import Sizes

DATABASE = "dalil.db"
_WAIT = 120.0
_TRIM = 10_000  # entries of the log of removals that are worth a transaction
_log = logging.getLogger(__name__)


def _is_emptied(folder: Path) -> bool:
    """Whether a database was cut down to nothing: SQLite would take that for a new one, and all articles for never there."""
    sizes = [path.stat().st_size if (path := folder / f"{DATABASE}{tail}").exists() else None for tail in ("", "-wal")]
    return sizes[0] == 0 and not sizes[1] and any(read_state(folder / name) is not None for name in FOLDERS)


class Collection:
    """An open index folder. Reading is safe from any number of threads and processes; writing takes turns."""

    def __init__(
        self,
        place: Place | Path,
        encoder_setting: str,
        load_encoder: Callable[[], Encoder],
        *,
        create: bool = True,
        sizes: Sizes | None = None,
        engine: Engine | None = None,
        wait: float = _WAIT,
    ) -> None:
        """Open a place or folder; `encoder_setting` names the encoder with its prefixes, `load_encoder` loads it on first need.

        `engine` keeps what follows the store; without one that are files in the folder, of kinds that `sizes` tells. Raises
        `IndexMissing` (nothing there and not `create`), `EncoderMismatch`, `StoreError`, `SearchUnavailable`, `MissingExtra`.
        """
        self.place = place if isinstance(place, Place) else Place(place)
        self.folder = self.place.folder
        self._load_encoder = load_encoder
        self._setting = encoder_setting
        self.engine = Files(self.folder, sizes) if engine is None else engine
        self._wait = wait
        self._turn = threading.RLock()
        self._file_lock = FileLock(self.folder / "write.lock")
        self._fresh = threading.Lock()
        self._repairing = threading.Lock()
        self._opening = threading.RLock()
        self._encoder: Encoder | None = None
        self._lexical: Words | None = None
        self._vectors: Nearest | None = None
        self._generation = -1
        self._languages: list[Language] | None = None
        self.store = self._open(create)
        try:
            self._check_encoder(self.store.facts())
            self._owner = self._name_store()
        except BaseException:
            self.close()
            raise

    def _open(self, create: bool) -> Store:
        where = self.place.at(DATABASE)
        if isinstance(where, Path) and not where.exists() and not create:
            raise IndexMissing(f"there is no index in {self.folder}: make one with `dalil index PATH...`")
        opened = None if isinstance(where, Path) else Store(where, create=create)  # before a folder is made for nothing
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            if opened is not None:
                opened.close()
            raise StoreError(f"{self.folder} cannot hold an index: {error.strerror}. Choose another folder (--data).") from None
        if opened is None and _is_emptied(self.folder):
            raise StoreError(
                f"the database {self.folder / DATABASE} is empty, though it was not: `dalil restore` brings a backup back; to "
                "begin anew, delete the folder"
            )
        return opened or Store(where, self.following)

    # -- the store's name, and the encoder it was made with --------------------------------------------------------------

    def _name_store(self) -> str:
        """The name that ties the derived indexes to the store.

        A store that is behind them was put back from a backup and will give the same passage ids to other passages: under a
        new name, everything derived is made anew.
        """
        if self._was_put_back():
            with self.writing():
                if self._was_put_back():
                    _log.warning("the database in %s is older than its indexes: they are made again from it", shown(self.place))
                    self.store.set_facts(store=uuid.uuid4().hex)
        return self.store.facts()["store"]

    def _was_put_back(self) -> bool:
        followed = self.engine.followed(self.store.facts()["store"])  # before the store's marks, which only grow
        marks = self.store.last_marks()
        return any(one.beyond(marks) for one in followed)

    def _check_encoder(self, facts: dict[str, str]) -> None:
        ours = {"encoder": self._setting} | ({"encoder_weights": self._encoder.name} if self._encoder is not None else {})
        for key, name in ours.items():
            if facts.get(key, name) != name:
                raise EncoderMismatch(
                    f"the index in {shown(self.place)} was made with the encoder {facts[key]!r}, but {name!r} is set: "
                    f"set the encoder it was made with, or index into another folder (--data) or schema."
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

    @property
    def generation(self) -> int:
        """The state of the store that searches saw last, -1 before the first one."""
        return self._generation

    # -- what follows the store ------------------------------------------------------------------------------------------

    @property
    def lexical(self) -> Words:
        """BM25 over the store."""
        with self._opening:
            if self._lexical is None:
                self._lexical = self.engine.words(self.store, self._owner)
            return self._lexical

    @property
    def vectors(self) -> Nearest:
        """Nearest neighbours over the store."""
        with self._opening:
            if self._vectors is None:
                stored = self.store.facts().get("dimensions")  # known without loading the encoder
                dimensions = self.encoder.dimensions if stored is None else int(stored)
                owner = f"{self._owner}/{self._setting}"
                self._vectors = self.engine.vectors(self.store, owner, dimensions)
            return self._vectors

    def synchronise(self) -> None:
        """Bring BM25 and vectors up to the store and save them. The caller has the turn to write in this folder."""
        facts = self.store.facts()
        generation = int(facts["generation"])  # as of now: another machine may be writing meanwhile
        self._check_encoder(facts)
        self.lexical.catch_up()
        if "encoder" in facts:
            goal = self.store.last_marks()
            self.vectors.catch_up()
            self.vectors.save()
            while self.vectors.marks.passage < goal.passage:  # some ten thousand vectors at a time
                self.vectors.catch_up()
                self.vectors.save()
            if self.place.database is None:  # of a store elsewhere nobody here knows who else still follows the log
                self.store.trim_removals(self._followed(), _TRIM)
        self._generation = generation
        self._languages = None

    def _followed(self) -> int:
        """Up to which removal everything derived has followed, as whoever opens its files finds it."""
        return min(self.lexical.marks.removal, self.vectors.saved.removal)

    def gone_shares(self) -> dict[str, float]:
        """How much of BM25's files and of the vectors' is of passages that are gone."""
        return {"BM25": round(self.lexical.gone_share, 3), "vectors": round(self.vectors.gone_share, 3)}

    def compact(self) -> None:
        """Give back the space of what was taken out: in BM25, in the vectors, in the log of removals, in the database.

        Others go on searching; who wants to write waits. Raises `IndexBusy`, `StoreError`.
        """
        with self.writing():
            self.synchronise()
            if self.lexical.gone_share:
                self.lexical.catch_up(anew=True)
            if "encoder" in self.store.facts():
                self.vectors.save(anew=True)
                self.store.trim_removals(self._followed())
            self.store.give_back_space()

    def refresh(self) -> tuple[str, int] | None:
        """Called before each search: see what was written since, by this or another process; repair what lags.

        Returns the state that searches now see, by the store's name and generation; `None` where they see only a part of it.
        """
        generation = self.store.generation()
        if generation != self._generation or self._lost:
            self._follow(generation)
        return (self._owner, generation) if generation == self._generation and not self._lost else None

    def _follow(self, generation: int) -> None:
        with self._fresh:
            if generation == self._generation and not self._lost:
                return
            self._check_encoder(self.store.facts())
            self._languages = None
            if (owner := self._name_store()) != self._owner:  # an older store was put back while this process ran
                with self._opening:
                    self._owner, self._lexical, self._vectors = owner, None, None
            self.lexical.reload()
            self.vectors.catch_up()
            goal = self.store.last_marks()
            behind = self.lexical.marks != goal or self.vectors.marks != goal
            if not (behind or self.vectors.lags):
                self._generation = generation
                return
        # Others need not wait for a repair, which can take minutes: they search what there is.
        if self._repairing.acquire(blocking=False):
            try:
                if self._repair():
                    self._generation = generation
                # else another process is writing: its changes come with the next refresh
            finally:
                self._repairing.release()

    @property
    def _lost(self) -> bool:
        """Whether something that follows the store is gone or cannot be read any more."""
        return self.engine.lost or self.lexical.failed

    def _repair(self) -> bool:
        try:
            with (self.writing if self.engine.shared else self.following)(wait=0):
                self.synchronise()
        except IndexBusy:
            return False
        except (OSError, StoreError) as error:
            if self._lost:  # what lags can be asked; what is not there would be taken for "nothing found"
                raise StoreError(f"the indexes in {self.folder} cannot be read, nor made again: {error}") from error
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
        """The turn to write, among threads, processes and machines. Raises `IndexBusy` after `wait` seconds, `StoreError`."""
        with self.following(wait), self.store.turn(self._wait if wait is None else wait):
            yield

    @contextmanager
    def following(self, wait: float | None = None) -> Iterator[None]:
        """The turn to change what follows the store in this folder, among threads and processes. Raises as `writing` does.

        Where the store is a file that is the turn to write. A store elsewhere may grow meanwhile.
        """
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
        """Close the database, and the engine."""
        self.store.close()
        self.engine.close()
