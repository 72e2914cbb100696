"""How a run was made: what decides its results, and the versions it ran on."""

import hashlib
import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

_PACKAGES = (
    "dalil",
    "faiss-cpu",
    "ir-measures",
    "numpy",
    "pytrec-eval-terrier",
    "pystemmer",
    "safetensors",
    "sentence-transformers",
    "tantivy",
    "tokenizers",
    "torch",
    "transformers",
)
_FOLDERS = ("index", "qa", "prompts")
_WHOLE = 1_000_000
_NOT_DECISIVE = frozenset((".pyc", ".html", ".css", ".js"))


def versions() -> dict[str, str]:
    """Python, the machine's kind, and the installed packages that matter."""
    found = {"python": platform.python_version(), "platform": platform.platform()}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def code_hash() -> str:
    """Sixteen hex digits over this project's own code and bundled models, so that a stopped run never goes on with other code.

    Files of a megabyte and more count by size and first megabyte.
    """
    root = Path(__file__).parents[2]
    digest = hashlib.sha256()
    for folder in _FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and path.suffix not in _NOT_DECISIVE and "__pycache__" not in path.parts:
                digest.update(f"{path.relative_to(root).as_posix()}\0{path.stat().st_size}\0".encode())
                with path.open("rb") as file:
                    digest.update(file.read(_WHOLE))
    return digest.hexdigest()[:16]


def differences(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """The parts of two fingerprints that are not the same, as words.

    >>> differences({"seed": 0, "settings": {"k": 5}}, {"seed": 1, "settings": {"k": 5}})
    ['seed (0, now 1)']
    """
    out = []
    for name in sorted(old.keys() | new.keys()):
        before, after = old.get(name), new.get(name)
        if before == after:
            continue
        if isinstance(before, dict) and isinstance(after, dict):
            out += [f"{name}: {part}" for part in differences(before, after)]
        else:
            out.append(f"{name} ({before}, now {after})")
    return out


def now() -> str:
    """The time, in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")
