"""One process of one peer, spoken to in JSON lines."""

import json
import os
import select
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from tests.benchmarks.peers.environments import PeerError


class Process:
    """`with Process(...) as peer: peer.ask("open", ...)`; `wall_s` counts from its start."""

    def __init__(self, python: Path, adapter: Path, log: Path, timeout: float) -> None:
        """Start it; what it prints to stderr goes to the end of `log`."""
        self._name, self._log, self._timeout = adapter.stem, log, timeout
        self._began = time.perf_counter()
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                [str(python), str(adapter)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=os.environ | {"TQDM_DISABLE": "1", "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"},
            )
        self._buffer = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is not None:
            self._process.kill()
        self._stream("stdin").close()
        self._stream("stdout").close()
        self._process.wait()

    @property
    def wall_s(self) -> float:
        """Seconds since the process was started."""
        return time.perf_counter() - self._began

    def ask(self, do: str, **values: Any) -> dict[str, Any]:
        """One request and its reply. Raises `PeerError` with what the peer said, or where it says nothing."""
        try:
            self._stream("stdin").write(json.dumps({"do": do, **values}).encode() + b"\n")
            self._stream("stdin").flush()
            line = self._line()
        except BrokenPipeError:
            line = b""
        if not line:
            raise PeerError(f"{self._name} ended while it was asked to {do}: {_last_line(self._log)}")
        reply: Mapping[str, Any] = json.loads(line)
        if "error" in reply:
            raise PeerError(f"{self._name} failed to {do}: {reply['error']}")
        return dict(reply)

    def _line(self) -> bytes:
        """The next line, or what there is of it when the process ends."""
        end = time.perf_counter() + self._timeout
        output = self._stream("stdout").fileno()
        while b"\n" not in self._buffer:
            if not select.select([output], [], [], max(0.0, end - time.perf_counter()))[0]:
                raise PeerError(f"{self._name} gave no answer within {self._timeout:.0f} seconds")
            data = os.read(output, 1 << 20)
            if not data:
                break
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line

    def _stream(self, name: str) -> IO[bytes]:
        stream: IO[bytes] | None = getattr(self._process, name)
        assert stream is not None
        return stream


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"
