"""What tests of `index` and `qa` share."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from index.collection import Collection
from index.database import Place, read_address
from index.indexing import Indexer
from qa.dalil import Dalil
from tests.samples import ARTICLES, CUTTING, open_collection

if TYPE_CHECKING:
    from tests.postgres import Server

SEEDS = Path(__file__).parent.parent / "seeds"


@pytest.fixture(scope="session")
def postgres() -> "Iterator[Server]":
    """A throw-away server of PostgreSQL for this process's tests."""
    pytest.importorskip("psycopg", reason="psycopg is not installed: pip install 'dalil[postgres]'")
    from tests.postgres import Server, binaries

    if binaries() is None:
        pytest.skip("no server of PostgreSQL is installed here (Debian: postgresql)")
    with Server() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Where a collection can be, on each kind of database: what is tested of one store is tested of every store."""
    if request.param == "sqlite":
        return Place(tmp_path)
    server = request.getfixturevalue("postgres")
    return Place(tmp_path, read_address(server.url(f"t{uuid.uuid4().hex}")))


@pytest.fixture
def collection(tmp_path: Path) -> Iterator[Collection]:
    """An empty collection with the toy encoder."""
    opened = open_collection(tmp_path / "data")
    yield opened
    opened.close()


@pytest.fixture
def indexer(collection: Collection) -> Indexer:
    """Puts articles into `collection`."""
    return Indexer(collection, CUTTING)


@pytest.fixture
def filled(collection: Collection, indexer: Indexer) -> Collection:
    """`collection` with the four sample articles."""
    indexer.add(ARTICLES)
    return collection


@pytest.fixture(scope="session")
def seeds_dalil(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dalil]:
    """An open Dalil over the seed articles, with everything bundled. Not to be changed."""
    with Dalil.open(tmp_path_factory.mktemp("seeds"), language="auto") as dalil:
        dalil.index([SEEDS])
        yield dalil
