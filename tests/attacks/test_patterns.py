"""No regular expression of the code takes much longer for a long text than it should: see `tests.attacks.patterns`."""

import os
import subprocess
import sys

import pytest


@pytest.mark.skipif("DALIL_LONG" not in os.environ, reason="long: DALIL_LONG=1, or python -m tests.attacks.patterns")
def test_no_pattern_goes_over_a_text_again_and_again() -> None:
    done = subprocess.run([sys.executable, "-m", "tests.attacks.patterns"], capture_output=True, text=True, check=False)
    last = done.stdout.strip().rpartition("\n")[2]
    assert last == "done", f"too slow, or an error: {last}\n{done.stderr[-2000:]}"
