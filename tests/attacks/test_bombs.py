"""Files made to take all memory or all time: see `tests.attacks.bombs`."""

import subprocess
import sys


def test_every_bomb_is_read_or_refused_within_bounds() -> None:
    done = subprocess.run([sys.executable, "-m", "tests.attacks.bombs"], capture_output=True, text=True, check=False)
    assert done.stdout.endswith("failed: none\n"), done.stdout + done.stderr[-2000:]
