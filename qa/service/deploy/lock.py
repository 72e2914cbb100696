"""Makes the lock files beside this one: every package of a deployment with its version and the hashes of its files.

`make lock` runs it with `uv`. `requirements.lock` holds all but torch; `torch.lock` holds torch as the Python Package Index has
it and what comes with it, on Linux the libraries of CUDA. Wheels of torch for the CPU alone come from an index of PyTorch's own
and have other hashes: `make lock TORCH=cpu` writes those into `torch-cpu.lock`.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
PROJECT = HERE.parents[2] / "pyproject.toml"
LOCKED_EXTRAS = ("all", "translate")
_WITH_TORCH = re.compile(r"torch|triton|nvidia-.*|cuda-.*")
_HEAD = """\
# Made by `make lock`; do not edit. Linux, macOS and Windows, Python 3.11 to 3.13, with the extras {extras}.
# pip install --no-deps --require-hashes -r {names}
"""


def main(torch: str) -> int:
    """Resolve, and write the files; 1 where uv cannot."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "all.lock"
        extras = [argument for extra in LOCKED_EXTRAS for argument in ("--extra", extra)]
        quiet = ["--quiet", "--no-annotate", "--no-header", "--no-emit-index-url", "--no-emit-find-links"]
        backend = ["--torch-backend", torch, "--python-platform", "linux"] if torch else ["--universal"]
        command = ["uv", "pip", "compile", str(PROJECT), *extras, "--generate-hashes", "--python-version", "3.11", *quiet]
        done = subprocess.run([sys.executable, "-m", *command, *backend, "-o", str(out)], check=False)  # noqa: S603
        if done.returncode:
            return 1
        packages = out.read_text(encoding="utf-8")
    both = split(packages)
    if torch:
        _write(f"torch-{torch}.lock", both[1])
    else:
        _write("requirements.lock", both[0])
        _write("torch.lock", both[1])
    return 0


def split(packages: str) -> tuple[str, str]:
    """A lock as one without torch, and one of torch and what comes with it alone."""
    blocks = re.split(r"(?m)^(?=[A-Za-z0-9])", packages)
    parts: tuple[list[str], list[str]] = ([], [])
    for block in filter(str.strip, blocks):
        parts[_WITH_TORCH.fullmatch(block.partition("==")[0]) is not None].append(block)
    return "".join(parts[0]), "".join(parts[1])


def _write(name: str, packages: str) -> None:
    names = name if name != "requirements.lock" else "torch.lock -r requirements.lock"
    (HERE / name).write_text(_HEAD.format(extras=", ".join(LOCKED_EXTRAS), names=names) + packages, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
