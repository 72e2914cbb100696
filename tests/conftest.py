"""What tests of `index` and `qa` share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.collection import Collection
from index.indexing import Indexer
from qa.dalil import Dalil
from tests.samples import ARTICLES, CUTTING, open_collection

SEEDS = Path(__file__).parent.parent / "seeds"


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
