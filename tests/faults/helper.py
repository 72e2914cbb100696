"""Real processes for tests of faults, cheap to start: one process loads everything, and forks a child for each command.

Each child is a process of its own, with an exit code, streams in files, and, where the test wants it, a fault: a limit on the
size of files, a disk it may not write to, another time.
"""

import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from datetime import datetime as real_datetime
from datetime import timedelta
from http.client import HTTPException
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PATIENCE_S = 240.0

# -- in the children -----------------------------------------------------------------------------------------------------


def shift_clock(seconds: float) -> None:
    """Another time for everything that reads the clock of the wall; the monotonic clock goes on as it did."""
    really = time.time
    time.time = lambda: really() + seconds  # type: ignore[assignment]

    class Shifted(real_datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return real_datetime.now(tz) + timedelta(seconds=seconds)

    for name, module in list(sys.modules.items()):
        if name.split(".")[0] in ("qa", "index") and getattr(module, "datetime", None) is real_datetime:
            module.datetime = Shifted  # type: ignore[attr-defined]


def give_up_root() -> None:
    """Take from root the right to write where the permissions of a file say no."""
    if os.geteuid() == 0:
        header = (ctypes.c_uint32 * 2)(0x20080522, 0)
        data = (ctypes.c_uint32 * 6)()
        libc = ctypes.CDLL(None, use_errno=True)
        assert libc.capget(header, data) == 0
        for word in (0, 1):  # effective and permitted: CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER
            data[word] &= ~0b1110
        assert libc.capset(header, data) == 0


def _child(order: dict[str, Any]) -> int:
    with open(order["stdout"], "wb") as out, open(order["stderr"], "wb") as err:
        os.dup2(out.fileno(), 1)
        os.dup2(err.fileno(), 2)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.update(order["environment"])
    if order["largest"]:
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["largest"], resource.RLIM_INFINITY))
    if order["clock"]:
        shift_clock(order["clock"])
    if order["no_root"]:
        give_up_root()
    from qa.cli.app import run

    return run(order["arguments"])


def main() -> None:
    """Load everything, then fork a child for each line of JSON, and wait for one when told."""
    import uvicorn  # noqa: F401

    import qa.cli.ask
    import qa.cli.backup
    import qa.cli.index
    import qa.cli.serve  # noqa: F401
    from index.embedding import load_encoder

    load_encoder()
    for line in sys.stdin:
        order = json.loads(line)
        if "wait" in order:
            _, status = os.waitpid(order["wait"], 0)
            print(os.waitstatus_to_exitcode(status), flush=True)
            continue
        child = os.fork()
        if child == 0:
            status = 99
            try:
                status = _child(order)
                sys.stdout.flush()
                sys.stderr.flush()
            finally:
                os._exit(status)
        print(child, flush=True)


# -- in the test ---------------------------------------------------------------------------------------------------------


@dataclass
class Running:
    """A command that runs, or has run."""

    pid: int
    helper: "Helper"
    stdout: Path
    stderr: Path
    code: int | None = None

    def wait(self) -> "Running":
        """Until it has ended, however that was."""
        if self.code is None:
            self.code = int(self.helper._ask({"wait": self.pid}))
        return self

    def kill(self, sign: int = signal.SIGKILL) -> "Running":
        """End it."""
        if self.code is None:
            os.kill(self.pid, sign)
        return self.wait()

    def pid_lives(self) -> bool:
        """Whether it has not ended yet; one that has is still there until somebody waits for it."""
        try:
            return Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        except OSError:
            return False

    @property
    def out(self) -> str:
        """What it has written to stdout so far."""
        return self.stdout.read_text(encoding="utf-8", errors="replace")

    @property
    def err(self) -> str:
        """What it has written to stderr so far."""
        return self.stderr.read_text(encoding="utf-8", errors="replace")

    def failed_plainly(self) -> str:
        """The one line of a command that failed as it should: exit code 1, nothing on stdout, no traceback."""
        assert self.wait().code == 1, (self.code, self.out, self.err)
        last = self.err.splitlines()[-1]
        assert last.startswith("dalil: "), self.err
        assert "unexpected" not in last, last
        assert "Traceback" not in self.err, self.err
        return last


@dataclass
class Service:
    """A running service, and where it is."""

    running: Running
    url: str

    def send(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and JSON of a response. Raises `OSError` where the service goes away."""
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as response:
                return response.status, json.loads(response.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())
        except (HTTPException, ValueError) as error:  # it was killed in the middle of what it said
            raise OSError(str(error)) from None

    def ask(self, question: str, **more: Any) -> dict[str, Any]:
        """An answer."""
        status, answer = self.send("POST", "/ask", {"question": question, **more})
        assert status == 200, answer
        found: dict[str, Any] = answer
        return found


@dataclass
class Helper:
    """The process that forks, and what it has started."""

    folder: Path
    started: list[Running] = field(default_factory=list)

    def __post_init__(self) -> None:
        paths = [str(ROOT), str(ROOT / "index" / "tiktoken_plugin"), os.environ.get("PYTHONPATH", "")]
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from tests.faults.helper import main; main()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
        )

    def _ask(self, order: dict[str, Any]) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(order), file=self._process.stdin, flush=True)
        return self._process.stdout.readline()

    def start(
        self,
        *arguments: object,
        largest: int = 0,
        clock: float = 0,
        no_root: bool = False,
        environment: dict[str, str] | None = None,
    ) -> Running:
        """Start a command of `dalil`.

        No file may grow beyond `largest` bytes; `clock` seconds are added to the time; `no_root` makes permissions count.
        """
        number = len(self.started)
        streams = [self.folder / f"{number}.{name}" for name in ("out", "err")]
        for stream in streams:
            stream.touch()
        order = {"arguments": [str(one) for one in arguments], "stdout": str(streams[0]), "stderr": str(streams[1])}
        order |= {"largest": largest, "clock": clock, "no_root": no_root, "environment": environment or {}}
        running = Running(int(self._ask(order)), self, *streams)
        self.started.append(running)
        return running

    def run(self, *arguments: object, **faults: Any) -> Running:
        """A command from beginning to end."""
        return self.start(*arguments, **faults).wait()

    def serve(self, data: Path, *arguments: object, **faults: Any) -> "Service":
        """A service over `data` that answers."""
        running = self.start("serve", "--port", 0, "--data", data, *arguments, **faults)
        until = time.monotonic() + PATIENCE_S
        while "http://" not in running.out:
            assert running.pid_lives(), running.err
            assert time.monotonic() < until, running.err
            time.sleep(0.02)
        return Service(running, "http://" + running.out.split("http://")[1].split()[0].rstrip("/"))

    def close(self) -> None:
        """End everything."""
        for running in self.started:
            running.kill()
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
