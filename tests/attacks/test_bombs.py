"""Each bomb in a process of its own that may take 1.5 GB of addresses and some seconds of CPU time, and no more."""

import resource
import subprocess
import sys

import pytest

from tests.attacks.bombs import BOMBS

_MEMORY = 1536 << 20
_SECONDS = 20


def _limited() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_read_or_refused_within_bounds(name: str) -> None:
    command = [sys.executable, "-m", "tests.attacks.bombs", name]
    done = subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=_limited)
    assert done.returncode == 0, done.stdout + done.stderr[-1000:]
