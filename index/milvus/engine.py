"""Milvus as the engine of a collection."""

from index.derived import Marks
from index.errors import SettingsError
from index.milvus.client import Milvus
from index.milvus.following import Following
from index.milvus.notes import Notes
from index.milvus.vectors import MilvusVectors
from index.milvus.words import MilvusWords
from index.store import Store


class MilvusEngine:
    """Vectors and BM25 of any number of stores, each in collections that bear the store's name."""

    shared = True

    def __init__(self, address: str, token: str | None = None) -> None:
        """`address` as `http://host:19530`, or a path ending in .db. Raises `SettingsError`, `MissingExtra`."""
        if not address.endswith(".db") and not address.startswith(("http://", "https://")):
            raise SettingsError(
                f"DALIL_MILVUS is {address!r}: write an address as http://localhost:19530, or a path that ends in .db"
            )
        if "@" in address:
            raise SettingsError(
                "DALIL_MILVUS has a user or a password in it: put them into DALIL_MILVUS_TOKEN as user:password"
            )
        self._milvus = Milvus(address, token)
        self._followers: list[Following] = []

    @property
    def name(self) -> str:
        """What it is and where."""
        return f"Milvus at {self._milvus.address}"

    @property
    def lost(self) -> bool:
        """Whether a search came upon a collection that is gone."""
        return any(follower.lost for follower in self._followers)

    def followed(self, store: str) -> list[Marks]:
        """The marks of the notes kept in Milvus. Raises `SearchUnavailable`."""
        notes = Notes(self._milvus, store)
        return [progress.marks for follower in ("words", "vectors") if (progress := notes.read(follower)) is not None]

    def words(self, store: Store, owner: str) -> MilvusWords:
        """BM25 over `store`. Raises `SearchUnavailable`."""
        words = MilvusWords(self._milvus, store, owner)
        self._followers.append(words)
        return words

    def vectors(self, store: Store, owner: str, dimensions: int) -> MilvusVectors:
        """Neighbours over `store`. Raises `SearchUnavailable`."""
        vectors = MilvusVectors(self._milvus, store, owner, dimensions)
        self._followers.append(vectors)
        return vectors

    def close(self) -> None:
        """Close the connection."""
        self._milvus.close()
