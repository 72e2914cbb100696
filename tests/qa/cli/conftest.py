"""The command line over the two seed articles: in this process, or as a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from qa.cli.app import run

ROOT = Path(__file__).parents[3]
SEEDS = ROOT / "seeds"


@pytest.fixture(scope="session")
def seeds():
    return SEEDS


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    """The folder of an index over the seeds; tests that change it make their own."""
    folder = tmp_path_factory.mktemp("data") / "index"
    assert run(["index", str(SEEDS), "--data", str(folder)]) == 0
    return folder


@pytest.fixture
def dalil(capfd, monkeypatch):
    """Runs a command in this process: exit status, stdout, stderr."""
    monkeypatch.delenv("DALIL_DATA", raising=False)

    def call(*arguments):
        capfd.readouterr()
        status = run([str(argument) for argument in arguments])
        return status, *capfd.readouterr()

    return call


@pytest.fixture(scope="session")
def process():
    """Runs a command as a process of its own, with bytes in and out."""

    def call(*arguments, stdin=b"", environment=None, code=None):
        paths = [str(ROOT), str(ROOT / "index" / "tiktoken_plugin"), os.environ.get("PYTHONPATH", "")]
        run_by = ["-c", code] if code else ["-m", "qa.cli"]
        return subprocess.run(
            [sys.executable, *run_by, *(str(argument) for argument in arguments)],
            input=stdin,
            capture_output=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), **(environment or {})},
            timeout=120,
            check=False,
        )

    return call
