"""What tests of what follows the store share."""

from pathlib import Path

import pytest

from index.store import Store
from tests.index.test_store import put
from tests.samples import ARTICLES


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store with the sample articles."""
    store = Store(tmp_path / "dalil.db")
    put(store, *ARTICLES)
    return store
