"""One connection to Milvus. Every failure becomes one clear line, and what a restarted server forgot to load is loaded."""

import logging
import os
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from index.errors import MissingExtra, SearchUnavailable

_READ_S, _WRITE_S, _CONNECT_S = 5.0, 120.0, 5.0
_MOST = 16_384  # rows that one search gives at most
_PAGE = 5_000
_FRESH_S = 60.0  # above every sane `gracefulTime` of a server, by which reads at level Bounded may lag
_CONNECT_FAILED, _NOT_FOUND, _NOT_LOADED = 2, 100, 101
Fields = dict[str, dict[str, Any]]
"""Fields of a collection, each with its `kind` and what else Milvus wants to know of it."""


class CollectionGone(SearchUnavailable):
    """Raised when a collection that was there is there no more."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the collection {name} is gone from Milvus: it is made again from the store with the next question")


class Milvus:
    """Calls to Milvus from any number of threads; connects on first need."""

    def __init__(self, address: str, token: str | None = None) -> None:
        """`address` as `http://host:19530`, or a path ending in .db. Raises `MissingExtra` where pymilvus is not installed."""
        self.address = os.path.expanduser(address)
        self._token = token
        self._lock = threading.Lock()
        self._client: Any = None
        self._broken = False
        self._changed = time.monotonic()
        self._file = not address.startswith(("http://", "https://"))
        self.lite = self._file
        # Inside this process nothing goes away, and an index is built when it is first asked.
        self.patience = _WRITE_S if self.lite else _READ_S
        try:
            import pymilvus
        except ImportError as error:
            raise MissingExtra("Milvus needs pymilvus: pip install 'dalil[milvus]'") from error
        self._pymilvus = pymilvus
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL)  # it prints a traceback for every failure, also handled ones

    def _connected(self) -> Any:
        with self._lock:
            if self._broken and self._client is not None:
                self._client.close()
                self._client = None
            if self._client is None:
                if self._file:
                    Path(self.address).absolute().parent.mkdir(parents=True, exist_ok=True)
                    logging.getLogger("milvus_lite").setLevel(logging.CRITICAL)
                more: dict[str, Any] = {"token": self._token} if self._token else {}
                if self.lite:  # it takes the client's pings for an attack, and gRPC prints that
                    more["grpc_options"] = {"grpc.keepalive_time_ms": 3_600_000}
                self._client = self._pymilvus.MilvusClient(self.address, timeout=_CONNECT_S, **more)
                self._broken = False
                self.lite = self.lite or self._client.get_server_version().startswith("milvus_lite")
            return self._client

    def call(self, method: str, *arguments: Any, wait: float | None = None, **keywords: Any) -> Any:
        """A method of `MilvusClient`, given `wait` seconds. Raises `CollectionGone`, `SearchUnavailable`."""
        wait = wait or self.patience
        try:
            try:
                return getattr(self._connected(), method)(*arguments, timeout=wait, **keywords)
            except self._pymilvus.MilvusException as error:
                if error.code != _NOT_LOADED:
                    raise
                self._connected().load_collection(arguments[0], timeout=_WRITE_S)
                return getattr(self._connected(), method)(*arguments, timeout=wait, **keywords)
        except SearchUnavailable:
            raise
        except Exception as error:  # gRPC's own, the client's, and plain ones such as ValueError for a channel that is closed
            if getattr(error, "code", None) == _NOT_FOUND:
                raise CollectionGone(str(arguments[0])) from error
            self._broken = self._is_of_the_connection(error)
            raise self._unavailable(error) from error

    def _is_of_the_connection(self, error: Exception) -> bool:
        """Whether the next call needs a new connection: not after what the server itself says, nor where it is slow."""
        code = getattr(error, "code", None)
        if isinstance(error, self._pymilvus.MilvusException) and isinstance(code, int):
            return code == _CONNECT_FAILED
        return "DEADLINE_EXCEEDED" not in str(error)

    def _unavailable(self, error: Exception) -> SearchUnavailable:
        said = error.details() if hasattr(error, "details") else getattr(error, "message", None)
        reason = " ".join(str(said or error or type(error).__name__).split())
        if self._file and self._client is None:
            reason += "; a milvus-lite file serves one process at a time: several need a server"
        return SearchUnavailable(
            f"Milvus at {self.address} cannot be used: {reason[:300]}. The articles are safe; Dalil goes on when it is back."
        )

    # -- reading ---------------------------------------------------------------------------------------------------------

    @property
    def level(self) -> str:
        """The consistency that reads ask for: what was acknowledged is seen, also by a process that did not write it.

        `Strong` waits for the server's clock, up to 0.2 s. It is asked for while something has changed of late; then
        `Bounded` sees the same.
        """
        return "Strong" if time.monotonic() - self._changed < _FRESH_S else "Bounded"

    def changed(self) -> None:
        """The store has changed: what is read now must not be older."""
        self._changed = time.monotonic()

    def has(self, name: str) -> bool:
        """Whether there is such a collection."""
        return bool(self.call("has_collection", name))

    def get(self, name: str, ids: Sequence[int] | Sequence[str], fields: list[str]) -> list[dict[str, Any]]:
        """Those rows of `ids` (at most some hundreds) that are there, as of this moment."""
        return list(self.call("get", name, ids=list(ids), output_fields=fields, consistency_level="Strong"))

    def rows(self, name: str, where: str, fields: list[str]) -> Iterator[dict[str, Any]]:
        """All rows for which the expression holds, as of this moment."""
        iterator = self.call(
            "query_iterator", name, batch_size=_PAGE, filter=where, output_fields=fields, consistency_level="Strong"
        )
        try:
            while page := self._next(iterator):
                yield from page
        finally:
            iterator.close()

    def _next(self, iterator: Any) -> list[dict[str, Any]]:
        try:
            return list(iterator.next())
        except Exception as error:
            raise self._unavailable(error) from error

    def count(self, name: str) -> int:
        """How many rows there are."""
        found = self.call("query", name, filter="", output_fields=["count(*)"], consistency_level="Strong")
        return int(found[0]["count(*)"])

    def search(
        self, name: str, field: str, query: Any, limit: int, allowed: Sequence[int] | None, fields: list[str], **search: Any
    ) -> list[dict[str, Any]]:
        """The rows with the largest inner products, best first: `id`, `distance` and under `entity` the `fields`."""
        found = self.call(
            "search",
            name,
            data=[query],
            anns_field=field,
            limit=min(limit, _MOST),
            filter="" if allowed is None else f"id in {list(allowed)}",
            output_fields=fields,
            search_params={"metric_type": "IP", "params": search},
            consistency_level=self.level,
        )
        return list(found[0])

    # -- writing ---------------------------------------------------------------------------------------------------------

    def create(self, name: str, fields: Fields, vector: str, index: dict[str, Any]) -> None:
        """A collection of these fields, the first of them its key and `vector` indexed; loaded for searching."""
        kinds = self._pymilvus.DataType
        client = self._pymilvus.MilvusClient
        schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
        for number, (field, how) in enumerate(fields.items()):
            kind, *rest = how.items()
            schema.add_field(field, getattr(kinds, kind[1]), is_primary=not number, **dict(rest))
        params = client.prepare_index_params()
        params.add_index(vector, metric_type="IP", **index)
        self.call("create_collection", name, schema=schema, consistency_level="Strong", wait=_WRITE_S)
        self.call("create_index", name, params, sync=False, wait=_WRITE_S)  # of nothing: there is nothing to wait for
        self.call("load_collection", name, wait=_WRITE_S)

    def upsert(self, name: str, rows: list[dict[str, Any]]) -> None:
        """Add rows, or replace those with the same key."""
        if rows:
            self.call("upsert", name, rows, wait=_WRITE_S)

    def delete(self, name: str, ids: Sequence[int]) -> None:
        """Take rows out; ids that are not there are passed over."""
        if ids:
            self.call("delete", name, ids=list(ids), wait=_WRITE_S)

    def delete_where(self, name: str, where: str) -> None:
        """Take out all rows for which the expression holds."""
        self.call("delete", name, filter=where, wait=_WRITE_S)

    def drop(self, name: str) -> None:
        """Take a collection away, if it is there."""
        if self.has(name):
            self.call("drop_collection", name, wait=_WRITE_S)

    def settle(self, name: str) -> None:
        """milvus-lite searches what it has not flushed row by row; servers see to that themselves."""
        if self.lite:
            self.call("flush", name, wait=_WRITE_S)

    def close(self) -> None:
        """Close the connection; a milvus-lite server in this process stops with the process."""
        with self._lock:
            if self._client is not None:
                self._client.close()
            self._client = None
