"""What every adapter shares: the loop that answers the driver, the clock, and the encoder that costs nothing.

An adapter runs inside the environment of its framework and sees nothing of Dalil; so this file uses the standard library alone,
and numpy where vectors are made. One JSON object a line on stdin, one on stdout; what libraries print goes to stderr.

    {"do": "about"}                                                    -> {"name", "versions", "retrievers": {name: settings}}
    {"do": "index", "retriever", "passages": FILE, "folder"}           -> {"cpu_s", "wall_s", "passages", "same"}
    {"do": "open", "retriever", "folder"}                              -> {"cpu_s"}
    {"do": "search", "questions": [...], "k", "seconds"}               -> {"found": [[id, ...], ...], "cpu_ms": [...]}

Every reply has "peak_mb" and "so_far_s", the most memory and all CPU seconds of the process so far; where something fails it is
{"error": "..."}.
"""

import json
import os
import resource
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, ClassVar

DIMENSIONS = 256
_WARM = 20  # passages indexed before the clock starts
Passage = tuple[str, str]
"""An id and a text."""


class Adapter:
    """One framework. A subclass says how it indexes, opens and searches; `retrievers` names its ways, with their settings."""

    name = ""
    packages: Sequence[str] = ()
    retrievers: ClassVar[dict[str, str]] = {}

    def __init__(self) -> None:
        self._free: FreeVectors | None = None  # set by a subclass that uses it

    def index(self, retriever: str, passages: Sequence[Passage], folder: Path) -> dict[str, str]:
        """Index and persist in `folder`, an empty one. Returns which ids were kept as which others, where any were."""
        raise NotImplementedError

    def open(self, retriever: str, folder: Path) -> Callable[[str, int], list[str]]:
        """Open what `index` persisted; gives a function from a question and `k` to ids, best first."""
        raise NotImplementedError

    @property
    def free_seconds(self) -> float:
        """CPU seconds that the encoder which costs nothing has cost so far."""
        return self._free.seconds if self._free else 0.0


class FreeVectors:
    """An encoder that costs next to nothing: a vector of length 1 from a checksum of the text. Counts the seconds it takes."""

    def __init__(self) -> None:
        import numpy as np

        self._table = np.random.default_rng(0).standard_normal((2, 4096, DIMENSIONS)).astype(np.float32)
        self.seconds = 0.0

    def array(self, texts: Sequence[str]) -> Any:
        """(len(texts), DIMENSIONS), float32."""
        import numpy as np

        began = time.process_time()
        sums = np.fromiter((zlib.crc32(text.encode()) for text in texts), np.int64, len(texts))
        out = self._table[0, sums % 4096] + self._table[1, sums // 4096 % 4096]
        out /= np.linalg.norm(out, axis=1, keepdims=True)
        self.seconds += time.process_time() - began
        return out

    def lists(self, texts: Sequence[str]) -> list[list[float]]:
        """The same as lists of numbers, which is what most frameworks want of an encoder."""
        found = self.array(texts)
        began = time.process_time()
        out: list[list[float]] = found.tolist()
        self.seconds += time.process_time() - began
        return out


def serve(adapter: Adapter) -> None:
    """Answer the driver until stdin ends."""
    with _own_stdout() as replies:
        session = _Session(adapter)
        for line in sys.stdin:
            try:
                reply = session.answer(json.loads(line))
            except Exception as error:  # whatever a framework raises
                reply = {"error": f"{type(error).__name__}: {error}"}
            reply |= {"peak_mb": round(peak_mb(), 1), "so_far_s": time.process_time()}
            replies.write(json.dumps(reply, ensure_ascii=False) + "\n")
            replies.flush()


class _Session:
    def __init__(self, adapter: Adapter) -> None:
        self._adapter = adapter
        self._search: Callable[[str, int], list[str]] | None = None

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        do = {"about": self._about, "index": self._index, "open": self._open, "search": self._searched}[request.pop("do")]
        return do(**request)

    def _about(self) -> dict[str, Any]:
        versions = {package: _version(package) for package in self._adapter.packages}
        return {"name": self._adapter.name, "versions": versions, "retrievers": self._adapter.retrievers}

    def _index(self, retriever: str, passages: str, folder: str) -> dict[str, Any]:
        with open(passages, encoding="utf-8") as lines:
            given = [(row["id"], row["text"]) for row in map(json.loads, lines)]
        with tempfile.TemporaryDirectory() as scratch:  # imports, and whatever else is done once
            self._adapter.index(retriever, given[:_WARM], Path(scratch))
        wall, free, cpu = time.perf_counter(), self._adapter.free_seconds, time.process_time()
        same = self._adapter.index(retriever, given, Path(folder))
        free = self._adapter.free_seconds - free
        cpu, wall = time.process_time() - cpu - free, time.perf_counter() - wall - free
        return {"cpu_s": cpu, "wall_s": wall, "free_s": free, "passages": len(given), "same": same}

    def _open(self, retriever: str, folder: str) -> dict[str, Any]:
        began = time.process_time()
        self._search = self._adapter.open(retriever, Path(folder))
        return {"cpu_s": time.process_time() - began}

    def _searched(self, questions: list[str], k: int, seconds: float) -> dict[str, Any]:
        """The questions one by one, until they have taken so many seconds."""
        found, times, began = [], [], time.perf_counter()
        for question in questions:
            start = time.process_time()
            found.append(self._search(question, k))  # type: ignore[misc]
            times.append(1000 * (time.process_time() - start))
            if time.perf_counter() - began > seconds:
                break
        return {"found": found, "cpu_ms": times}


def peak_mb() -> float:
    """The most memory this process has had so far, in megabytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


@contextmanager
def _own_stdout() -> Iterator[Any]:
    """Standard output for the replies alone: whatever libraries print there goes to standard error."""
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as replies:
        os.dup2(2, 1)
        yield replies
