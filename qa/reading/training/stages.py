"""What takes long is done in processes, and each result is kept in a file: an interrupted training goes on from there."""

import multiprocessing
import pickle
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any


class Stages:
    """The results in a folder, by name. They are pickled: the folder must be one's own."""

    def __init__(self, folder: Path, processes: int) -> None:
        self._folder = folder
        self._processes = processes
        folder.mkdir(parents=True, exist_ok=True)

    def has(self, name: str) -> bool:
        """Whether the result is there."""
        return self._path(name).exists()

    def read(self, name: str) -> Any:
        """A result that is there."""
        return pickle.loads(self._path(name).read_bytes())  # noqa: S301

    def write(self, name: str, result: Any) -> None:
        """Keep a result, whole or not at all."""
        new = self._path(f"{name}.new")
        new.write_bytes(pickle.dumps(result, protocol=5))
        new.replace(self._path(name))

    def make(self, names: Sequence[str], work: Callable[[str], None]) -> None:
        """Let `work(name)` write those that are not there, each in a process that is forked from this one."""
        missing = [name for name in names if not self.has(name)]
        if missing:
            with ProcessPoolExecutor(self._processes, multiprocessing.get_context("fork")) as pool:
                list(pool.map(work, missing))

    def _path(self, name: str) -> Path:
        return self._folder / name
