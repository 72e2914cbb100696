"""A Ray cluster of two nodes with a core each on this machine."""

import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

LOOPBACK = "127.0.0.2"  # Ray takes 127.0.0.1 for the address that others see this machine under
PATIENCE = {  # of a machine that is busy with other things; Ray reads it when it is imported
    "RAY_raylet_start_wait_time_s": "90",
    "RAY_agent_register_timeout_ms": "300000",
    "RAY_gcs_server_request_timeout_seconds": "300",
    "RAY_gcs_rpc_server_reconnect_timeout_s": "300",
    "RAY_worker_niceness": "0",
    "RAY_USAGE_STATS_ENABLED": "0",
}
_TRIES = 4


@contextmanager
def two_nodes(memory: int = 80_000_000) -> Iterator[str]:
    """Their address; `memory` is for the objects of each, in bytes."""
    for name, value in PATIENCE.items():
        os.environ.setdefault(name, value)
    from ray.cluster_utils import Cluster

    node = {"num_cpus": 1, "node_ip_address": LOOPBACK, "object_store_memory": memory}
    with ExitStack() as stack:
        for tries_left in reversed(range(_TRIES)):
            try:
                cluster = Cluster(initialize_head=True, head_node_args=node | _ports() | {"include_dashboard": False})
                stack.callback(cluster.shutdown)
                cluster.add_node(**node, **_ports())
                break
            except Exception:  # Ray's own, plain one: a node gives up where its agents do not start within seconds
                stack.close()
                if not tries_left:
                    raise
        yield cluster.address


def _ports() -> dict[str, int]:
    """Free ports for the agents of a node."""
    names = ("metrics_agent_port", "metrics_export_port", "runtime_env_agent_port")
    taken = [socket.create_server((LOOPBACK, 0)) for _ in names]
    try:
        return {name: one.getsockname()[1] for name, one in zip(names, taken, strict=True)}
    finally:
        for one in taken:
            one.close()
