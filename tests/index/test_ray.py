"""A Ray cluster of two nodes on this machine, for real: its index is the one that one process makes.

    DALIL_TEST_RAY=1 python -m pytest tests/index/test_ray.py -n 0

What workers do is tested without Ray in `test_cluster.py`.
"""

import os
import socket
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from index.cluster import Job, prepared
from index.indexing import Indexer
from index.readers import read_path
from tests.index.test_cluster import LIMIT, everything, line, told
from tests.samples import ARTICLES, CUTTING, DAM, ToyEncoder, numbered, open_collection

PATIENCE = {  # of a machine that is busy with other tests; Ray reads it when it is imported
    "RAY_raylet_start_wait_time_s": "300",
    "RAY_agent_register_timeout_ms": "300000",
    "RAY_gcs_server_request_timeout_seconds": "300",
    "RAY_gcs_rpc_server_reconnect_timeout_s": "300",
    "RAY_worker_niceness": "0",
    "RAY_USAGE_STATS_ENABLED": "0",
}
for name, value in PATIENCE.items():
    os.environ.setdefault(name, value)
if not os.environ.get("DALIL_TEST_RAY"):
    pytest.skip("a Ray cluster costs about 40 seconds of CPU: DALIL_TEST_RAY=1 starts it", allow_module_level=True)
pytest.importorskip("ray", reason="Ray is not installed: pip install 'dalil[ray]'")
LOOPBACK = "127.0.0.2"  # Ray takes 127.0.0.1 for the address that others see this machine under


class NotingEncoder(ToyEncoder):
    """Leaves a file for every node that encodes with it."""

    def __init__(self, folder: str) -> None:
        super().__init__()
        import ray

        Path(folder, ray.get_runtime_context().get_node_id()).touch()


def ports() -> dict[str, int]:
    """Free ports for the agents of a node, which Ray otherwise waits for no longer than a busy machine takes."""
    names = ("metrics_agent_port", "metrics_export_port", "dashboard_agent_listen_port", "runtime_env_agent_port")
    taken = [socket.create_server((LOOPBACK, 0)) for _ in names]
    try:
        return {name: one.getsockname()[1] for name, one in zip(names, taken, strict=True)}
    finally:
        for one in taken:
            one.close()


@pytest.fixture
def cluster() -> Iterator[str]:
    """The address of a cluster of two nodes with a core each, on loopback."""
    from ray.cluster_utils import Cluster

    node = {"num_cpus": 1, "node_ip_address": LOOPBACK, "object_store_memory": 80_000_000}
    started = Cluster(initialize_head=True, head_node_args=node | ports() | {"include_dashboard": False})
    try:
        started.add_node(**node, **ports())
        yield started.address
    finally:
        started.shutdown()


def test_two_nodes_make_the_index_of_one_process(cluster: str, tmp_path: Path) -> None:
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
    for again in (False, True):
        items = prepared([str(folder)], job, other.store.digests(), cluster, allow_private=False)
        report, also_seen = Indexer(other, CUTTING).add(items)
        assert also_seen == seen
        assert told(report) == told(plain) if not again else report.unchanged == plain.added
        assert everything(other) == everything(one)
    assert len(list(nodes.iterdir())) == 2
    assert os.environ["RAY_USAGE_STATS_ENABLED"] == "0"
