"""The two things that follow the store, whichever engine keeps them: FAISS and tantivy in the folder, or Milvus by address."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.derived import Marks, read_state
from index.lexical import LexicalIndex, Word
from index.store import Store
from index.vectors import Sizes, VectorIndex

FOLDERS = ("lexical", "vectors")
"""Where the embedded engine keeps BM25 and vectors, in the folder of the collection."""


class Words(Protocol):
    """BM25 over the passages of a store."""

    @property
    def marks(self) -> Marks:
        """How far it has followed the store."""

    @property
    def documents(self) -> int:
        """How many passages it holds."""

    @property
    def gone_share(self) -> float:
        """How much of what it keeps is of passages that are gone."""

    @property
    def failed(self) -> bool:
        """Whether it cannot be read: `reload` or `catch_up` put that right."""

    def reload(self) -> None:
        """See what another process has written."""

    def catch_up(self, *, anew: bool = False) -> None:
        """Follow the store to its end; `anew`, without what is gone. The caller has the turn to write."""

    def document_frequency(self, term: str) -> int:
        """In how many passages the stem stands."""

    def search(self, words: Iterable[Word], k: int, allowed: Sequence[int] | None = None) -> dict[int, float]:
        """The `k` best passages, as row id -> BM25 score."""


class Nearest(Protocol):
    """Nearest neighbours among the vectors of a store."""

    @property
    def marks(self) -> Marks:
        """How far it has followed the store."""

    @property
    def saved(self) -> Marks:
        """How far whoever opens it finds it."""

    @property
    def gone_share(self) -> float:
        """How much of what it keeps is of passages that are gone."""

    @property
    def kind(self) -> str:
        """How it searches, for people to read."""

    @property
    def lags(self) -> bool:
        """Whether `save` has something to do."""

    def __len__(self) -> int: ...

    def catch_up(self) -> None:
        """See what is new, without the turn to write."""

    def save(self, *, anew: bool = False) -> None:
        """Make what follows the store durable; `anew`, without what is gone. The caller has the turn and has caught up."""

    def check_files(self) -> None:
        """Read all that is kept in files. Raises `ValueError` or `OSError` where it is not as it was written."""

    def search(self, query: NDArray[np.float32], k: int, allowed: NDArray[np.int64] | None = None) -> dict[int, float]:
        """The `k` passages nearest to `query` (dimensions,), as row id -> inner product."""

    def score(self, query: NDArray[np.float32], ids: Sequence[int]) -> dict[int, float]:
        """Inner products of `query` (dimensions,) with these passages."""


class Engine(Protocol):
    """Makes both for a store; `owner` begins with the store's name, and ties what is kept to it."""

    @property
    def name(self) -> str:
        """What it is and where, for people to read."""

    @property
    def shared(self) -> bool:
        """Whether other machines follow the store by the same copy: it is then changed by whoever has the turn among all."""

    @property
    def lost(self) -> bool:
        """Whether something it kept is gone since it was last looked at: it is then made again from the store."""

    def followed(self, store: str) -> list[Marks]:
        """How far what is kept for the store of this name has followed it."""

    def words(self, store: Store, owner: str) -> Words:
        """BM25 over `store`."""

    def vectors(self, store: Store, owner: str, dimensions: int) -> Nearest:
        """Neighbours over `store`."""

    def close(self) -> None:
        """Let go of files and connections."""


class Files:
    """The embedded engine: FAISS and tantivy, in files beside the store. Each process follows the store by itself."""

    name = "FAISS and tantivy, in the folder"
    lost = False
    shared = False

    def __init__(self, folder: Path, sizes: Sizes | None = None) -> None:
        self._folder = folder
        self._sizes = sizes

    def followed(self, store: str) -> list[Marks]:
        """The marks of the notes beside the files."""
        states = [read_state(self._folder / name) for name in FOLDERS]
        return [state.marks for state in states if state is not None and state.owner.startswith(store)]

    def words(self, store: Store, owner: str) -> Words:
        """The tantivy index."""
        return LexicalIndex(self._folder / "lexical", store, owner)

    def vectors(self, store: Store, owner: str, dimensions: int) -> Nearest:
        """The FAISS index."""
        return VectorIndex(self._folder / "vectors", store, owner, dimensions, self._sizes)

    def close(self) -> None:
        """Nothing is held open."""
