"""A throw-away server of PostgreSQL, for the tests that need one: `initdb` into a folder that goes with the tests."""

import ctypes
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Self

import psycopg


@cache
def binaries() -> Path | None:
    """The folder of `initdb` and `postgres`, of the newest server that is installed."""
    found = [*Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    found = sorted(found, key=lambda path: float(path.parts[-3]), reverse=True)
    named = shutil.which("initdb")
    return found[0].parent if found else Path(named).resolve().parent if named else None


def _as_nobody() -> dict[str, Any]:
    """Arguments for `subprocess`: root may not run a server, so somebody else does."""
    if os.geteuid():
        return {}
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = known.get("postgres") or known["nobody"]
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _end_with_the_tests() -> None:
    """Also where the tests are killed: Linux then interrupts the server, which stops at once."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGINT)  # PR_SET_PDEATHSIG


class Server:
    """A server on a free port of this machine that trusts everybody and is gone with its folder. What it loses on a crash is
    no matter, so it writes to the disk when it likes."""

    def __init__(self) -> None:
        folder = binaries()
        assert folder is not None
        self._bin, self._who = folder, _as_nobody()
        self._root = Path(tempfile.mkdtemp(prefix="dalil-pg-"))
        if self._who:
            os.chown(self._root, self._who["user"], self._who["group"])
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        data = self._root / "data"
        self._run(["initdb", "-D", data, "-A", "trust", "-U", "dalil", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"])
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def _run(self, command: Sequence[Any]) -> None:
        done = subprocess.run(
            [self._bin / command[0], *command[1:]], capture_output=True, text=True, cwd="/", check=False, **self._who
        )
        assert done.returncode == 0, done.stderr

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = {"port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": self._root}
        options |= {"fsync": "off", "full_page_writes": "off", "max_connections": 200, "shared_buffers": "32MB"}
        settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        log = (self._root.parent / f"{self._root.name}.log").open("ab")
        with log:
            command = [self._bin / "postgres", "-D", self._root / "data", *settings]
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, cwd="/", preexec_fn=_end_with_the_tests, **self._who
            )
        for _ in range(600):
            try:
                psycopg.connect(self.dsn("postgres"), connect_timeout=2).close()
                return
            except psycopg.OperationalError:
                assert self._process.poll() is None, "the server ended at once"
                time.sleep(0.05)
        raise AssertionError("the server does not answer")

    def stop(self) -> None:
        """Stop it at once, as when its machine is cut off; what was committed is there after `start`."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait()
            self._process = None

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self._root, ignore_errors=True)
        (self._root.parent / f"{self._root.name}.log").unlink(missing_ok=True)

    def dsn(self, database: str = "dalil") -> str:
        return f"host=127.0.0.1 port={self.port} user=dalil dbname={database}"

    def url(self, schema: str = "dalil", database: str = "dalil") -> str:
        return f"postgresql+psycopg://dalil@127.0.0.1:{self.port}/{database}?schema={schema}"

    def execute(self, statement: str, database: str = "dalil") -> list[tuple[Any, ...]]:
        """Run a statement as the owner of everything."""
        with psycopg.connect(self.dsn(database), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def __enter__(self) -> Self:
        # A locale that orders text in its own way, where the server can have one: ours must not depend on it.
        version = int(self.execute("SHOW server_version_num", "postgres")[0][0])
        locale = " TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US'" if version >= 150_000 else ""
        self.execute(f"CREATE DATABASE dalil{locale}", "postgres")
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
