"""A Ray cluster of two nodes on this machine, for real: its index is the one that one process makes.

    DALIL_TEST_RAY=1 python -m pytest tests/index/test_ray.py -n 0

What workers do is tested without Ray in `test_cluster.py`.
"""

import os
import time
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import pytest

from index.cluster import Job, prepared
from index.indexing import Indexer
from index.readers import read_path
from tests.index.ray_nodes import two_nodes
from tests.index.test_cluster import LIMIT, everything, line, told
from tests.samples import ARTICLES, CUTTING, DAM, ToyEncoder, numbered, open_collection

pytestmark = [
    pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed: pip install 'dalil[ray]'"),
    pytest.mark.skipif(
        not os.environ.get("DALIL_TEST_RAY"), reason="a Ray cluster costs about 40 seconds of CPU: DALIL_TEST_RAY=1 starts it"
    ),
]


class NotingEncoder(ToyEncoder):
    """Leaves a file for every node that encodes with it, and waits until both have: else the first to come may do it all."""

    def __init__(self, folder: str) -> None:
        super().__init__()
        import ray

        Path(folder, ray.get_runtime_context().get_node_id()).touch()
        for _ in range(3000):
            if len(list(Path(folder).iterdir())) == 2:
                break
            time.sleep(0.1)


def test_two_nodes_make_the_index_of_one_process(tmp_path: Path) -> None:
    folder, nodes = tmp_path / "articles", tmp_path / "nodes"
    for place in (folder, nodes):
        place.mkdir()
    lines = [line(article) for article in (*ARTICLES, *(numbered(number) for number in range(120)), DAM)]
    (folder / "news.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (folder / "again.txt").write_text(DAM.text, encoding="utf-8")
    (folder / "none.pdf").write_bytes(b"no PDF")
    one, other = open_collection(tmp_path / "one"), open_collection(tmp_path / "other")
    plain, seen = Indexer(one, CUTTING).add(read_path(folder, max_bytes=LIMIT))
    job = Job(CUTTING, partial(NotingEncoder, str(nodes)), "toy", LIMIT, piece_bytes=2000)
    with two_nodes() as address:
        items = prepared([str(folder)], job, [], address, allow_private=False)
        report, also_seen = Indexer(other, CUTTING).add(items)
        assert (told(report), also_seen) == (told(plain), seen)
        assert everything(other) == everything(one)
        assert len(list(nodes.iterdir())) == 2
        again, _ = Indexer(other, CUTTING).add(
            prepared([str(folder)], job, other.store.digests(), address, allow_private=False)
        )
        assert (again.added, again.updated, again.unchanged) == (0, 0, plain.added)
        assert everything(other) == everything(one)
    assert os.environ["RAY_USAGE_STATS_ENABLED"] == "0"
