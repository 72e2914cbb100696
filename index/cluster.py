"""Bulk indexing on a Ray cluster: articles are read, cleaned, cut and encoded on its machines, and one process stores them.

What comes back is in the order in which one process would have read it, so the index is the same. An article whose hash the
store already has is read, but not cut and encoded: a run that was killed goes on where it was.
"""

import logging
import os
import pickle
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.article import Article
from index.duplicates import band_keys
from index.embedding.encoder import Encoder
from index.errors import ClusterError, EncoderMismatch, MissingExtra
from index.indexing import Item
from index.preparing import Cutting, Preparer, digest, unchanged
from index.readers import Naming, Skipped, Unnamed, read_source
from index.readers.pieces import PIECE_BYTES, NotHere, Piece, pieces, read_piece
from index.sealing import recipe
from index.writing import Record

LOCAL = "local"
"""The address of a cluster that is started on this machine, for this run only."""
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_MOST_BLOCKS = 2_000


@dataclass(frozen=True, slots=True)
class Job:
    """What every worker needs to know. `encoder_name` is the encoder that the index was or is made with.

    `load_encoder` goes to other machines: a function that can be imported there, or a `functools.partial` of one.
    """

    cutting: Cutting
    load_encoder: Callable[[], Encoder]
    encoder_name: str
    max_bytes: int
    piece_bytes: int = PIECE_BYTES


@dataclass(frozen=True, slots=True)
class _Prepared:
    """An article from a worker: still to be named, and prepared unless it is stored already."""

    unnamed: Unnamed
    record: Record


Done = _Prepared | Skipped | NotHere
"""What comes back for one thing that was read."""


class Preparation:
    """Reads pieces and prepares what is in them; every worker has one."""

    def __init__(self, job: Job, known: NDArray[np.bytes_]) -> None:
        """`known` tells what is stored, as `in_order` gives it."""
        self._job = job
        self._known = known
        self._encoder: Encoder | None = None
        self._preparer = Preparer(job.cutting, self._load)

    def _load(self) -> Encoder:
        if self._encoder is None:
            self._encoder = self._job.load_encoder()
            if self._encoder.name != self._job.encoder_name:
                raise EncoderMismatch(
                    f"a machine of the cluster has the encoder {self._encoder.name!r}, but the index is made with "
                    f"{self._job.encoder_name!r}: install the same version of Dalil and of the model on all of them."
                )
        return self._encoder

    def __call__(self, work: Sequence[Piece | Skipped]) -> list[Done]:
        """What is in the pieces, in order."""
        found = [item for piece in work for item in read_piece(piece, self._job.max_bytes)]
        done = [_Prepared(item, self._preparer.begin(item.article)) if isinstance(item, Unnamed) else item for item in found]
        records = [item.record for item in done if isinstance(item, _Prepared)]
        new = [record for record in records if not unchanged(record, self._job.cutting, self._is_known)]
        for record in new:
            record.bands = band_keys(record.article.text)
        self._preparer.complete(new)
        for record in new:
            if record.vectors is not None:
                record.vectors = record.vectors.astype(np.float16)  # as they are stored
        return done

    def _is_known(self, digest: str) -> bool:
        at = int(np.searchsorted(self._known, digest.encode()))
        return at < len(self._known) and bool(self._known[at] == digest.encode())


class _Worker:
    """A `Preparation` in a process of the cluster: one row in, one row out."""

    def __init__(self, job: Job, known: NDArray[np.bytes_]) -> None:
        self._prepare = Preparation(job, known)

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        done = self._prepare(pickle.loads(row["work"]))  # noqa: S301 - it comes from the process that started this one
        return {"done": pickle.dumps(done, protocol=pickle.HIGHEST_PROTOCOL)}


def prepared(sources: Sequence[str], job: Job, known: Sequence[str], address: str, *, allow_private: bool) -> Iterator[Item]:
    """The articles of files, folders and addresses, prepared on the cluster at `address`, in order.

    `known` are the digests that the store has. Web addresses are fetched here. Raises `ClusterError`, `MissingExtra`.
    """
    with _connected(address) as ray:
        stored = in_order(known)
        for source in sources:
            if _ADDRESS.match(source):
                yield from read_source(source, max_bytes=job.max_bytes, allow_private=allow_private)
            else:
                work = [{"work": pickle.dumps(some)} for some in pieces(Path(source), job.piece_bytes)]
                yield from named(_done(ray, work, job, stored), job.cutting)


def in_order(digests: Sequence[str]) -> NDArray[np.bytes_]:
    """Digests as `Preparation` looks them up."""
    return np.sort(np.array([recipe(digest).encode() for digest in digests] or [b""]))


def _done(ray: Any, work: list[dict[str, bytes]], job: Job, known: NDArray[np.bytes_]) -> Iterator[Done]:
    if not work:
        return
    cores = max(1, int(ray.cluster_resources().get("CPU", 1)))
    workers = ray.data.ActorPoolStrategy(size=min(cores, len(work)))
    rows = ray.data.from_items(work, override_num_blocks=min(len(work), _MOST_BLOCKS)).map(
        _Worker, fn_constructor_args=(job, known), compute=workers, num_cpus=1
    )
    for row in _rows(rows):
        yield from pickle.loads(row["done"])  # noqa: S301 - our own workers made it


def _rows(rows: Any) -> Iterator[dict[str, Any]]:
    try:
        yield from rows.iter_rows()
    except Exception as error:
        if isinstance(cause := getattr(error, "cause", None), EncoderMismatch):
            raise cause from None
        told = str(error).strip().splitlines() or [type(error).__name__]
        raise ClusterError(f"the Ray cluster failed: {told[-1]}. What was stored stays; run the same command again.") from error


def named(items: Iterable[Done], cutting: Cutting) -> Iterator[Item]:
    """What workers prepared from one source, with the ids that one process would have given."""
    naming = Naming()
    for item in items:
        if isinstance(item, NotHere):
            if Path(item.path).exists():
                raise ClusterError(
                    f"{item.path} is not on every machine of the cluster: put the articles where all of them see the same path"
                )
            yield Skipped(item.path, "it was taken away while it was being read")
        elif isinstance(item, Skipped):
            yield item
        else:
            article = naming.article(item.unnamed)
            yield article if isinstance(article, Skipped) else _renamed(item.record, article, cutting)


def _renamed(record: Record, article: Article, cutting: Cutting) -> Record:
    """The record under the id that the article got, where another had taken the one it was prepared with."""
    if article.id == record.article.id:
        return record
    passages = [replace(passage, article_id=article.id) for passage in record.passages]
    return replace(record, article=article, digest=digest(article, cutting), passages=passages)


@contextmanager
def _connected(address: str) -> Iterator[Any]:
    """Ray, connected; a cluster that was started here for this run ends with it, and nothing is told to anybody."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")  # silences a warning about a change to come
    if address == LOCAL:  # before it is imported; named after the systems where this is the default: listen on loopback only
        os.environ.setdefault("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise MissingExtra("indexing on a cluster needs Ray: pip install 'dalil[ray]'") from error
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)
    ours = not ray.is_initialized()
    if ours:
        # Never without an address: Ray would take one from the environment or from a file, which nobody asked for.
        here: dict[str, Any] = {"address": address} | ({"include_dashboard": False} if address == LOCAL else {})
        try:
            ray.init(log_to_driver=False, logging_level=logging.ERROR, **here)
        except Exception as error:
            reason = " ".join(str(error).split())[:300]
            raise ClusterError(f"the Ray cluster {address!r} cannot be used: {reason}") from error
    context = ray.data.DataContext.get_current()
    before = context.execution_options.preserve_order, context.enable_progress_bars
    context.execution_options.preserve_order, context.enable_progress_bars = True, False
    try:
        yield ray
    finally:
        context.execution_options.preserve_order, context.enable_progress_bars = before
        if ours:
            ray.shutdown()
