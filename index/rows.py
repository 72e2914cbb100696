"""Vectors as files that are mapped into memory and only grow: one of row ids, one of float16 rows, in the order of the ids.

A generation of them lives until too many of its rows are gone; then the rows are written anew, under another name. Whoever has
the old files mapped keeps them until it looks at the note again.
"""

import os
import secrets
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

import numpy as np
from numpy.typing import NDArray

from index.derived import FileMark


@dataclass(frozen=True, slots=True)
class Rows:
    """`ids` (n,) int64, rising, and `vectors` (n, dimensions) float16: row i belongs to ids[i]."""

    ids: NDArray[np.int64]
    vectors: NDArray[np.float16]

    @classmethod
    def none(cls, dimensions: int) -> Self:
        """No rows."""
        return cls(np.empty(0, np.int64), np.empty((0, dimensions), np.float16))

    @classmethod
    def mapped(cls, folder: Path, ids: FileMark, vectors: FileMark, dimensions: int) -> Self:
        """The noted rows, mapped. Raises `ValueError` or `OSError` where the files are not as noted."""
        count = ids.size // 8
        if vectors.size != count * dimensions * 2:
            raise ValueError(f"{vectors.name} does not hold {count} vectors of {dimensions} dimensions")
        paths = [mark.check(folder) for mark in (ids, vectors)]
        if not count:
            return cls.none(dimensions)
        # Bare arrays: slicing a np.memmap costs microseconds each time.
        return cls(
            np.memmap(paths[0], np.int64, "r", shape=(count,)).view(np.ndarray),
            np.memmap(paths[1], np.float16, "r", shape=(count, dimensions)).view(np.ndarray),
        )

    def __len__(self) -> int:
        return len(self.ids)

    def positions(self, ids: Sequence[int] | NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """For each of `ids`, its position (0 where it is not held) and whether it is held."""
        wanted = np.asarray(ids, np.int64)
        if not len(self):
            return np.zeros(len(wanted), np.int64), np.zeros(len(wanted), bool)
        at = np.minimum(np.searchsorted(self.ids, wanted), len(self) - 1)
        return at, self.ids[at] == wanted


class Growing:
    """Rows being added to the end of a generation, or to a new one; nothing counts before it is noted."""

    def __init__(self, folder: Path, after: tuple[FileMark, FileMark] | None = None) -> None:
        """Go on after the noted ids and vectors: what a crash left behind them is written over. Raises `OSError`."""
        folder.mkdir(parents=True, exist_ok=True)
        name = secrets.token_hex(4)
        before = after or (FileMark(f"{name}.ids", 0, 0, 0), FileMark(f"{name}.vectors", 0, 0, 0))
        self._ids, self._vectors = (_GrowingFile(folder, mark) for mark in before)

    def add(self, ids: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        """Add rows (n,) and (n, dimensions)."""
        self._ids.add(np.ascontiguousarray(ids, np.int64).data)
        self._vectors.add(np.ascontiguousarray(vectors, np.float16).data)

    def finish(self) -> tuple[FileMark, FileMark]:
        """Let all of it reach the disk; the marks of the two files."""
        return self._ids.finish(), self._vectors.finish()


class _GrowingFile:
    def __init__(self, folder: Path, mark: FileMark) -> None:
        self._name, self._size, self._checksum = mark.name, mark.size, mark.checksum
        self._file: BinaryIO = (folder / mark.name).open("r+b" if mark.size else "wb")
        self._file.seek(mark.size)

    def add(self, data: memoryview) -> None:
        self._file.write(data)
        self._size += data.nbytes
        self._checksum = zlib.crc32(data, self._checksum)

    def finish(self) -> FileMark:
        with self._file as file:
            file.flush()
            os.fsync(file.fileno())
            return FileMark(self._name, self._size, self._checksum, os.fstat(file.fileno()).st_mtime_ns)


def write_once(folder: Path, prefix: str, suffix: str, write: Callable[[Path], None]) -> FileMark:
    """A file that never changes, under a name of its own, on the disk when this returns. Raises what `write` raises."""
    path = folder / f"{prefix}-{secrets.token_hex(4)}.{suffix}"
    write(path)
    checksum = 0
    with path.open("r+b") as file:
        while piece := file.read(1 << 20):
            checksum = zlib.crc32(piece, checksum)
        os.fsync(file.fileno())
        status = os.fstat(file.fileno())
    return FileMark(path.name, status.st_size, checksum, status.st_mtime_ns)
