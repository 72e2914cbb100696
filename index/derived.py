"""What the two derived indexes share: how far each has followed the store, and the note of it beside its files."""

import json
import os
import zlib
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

_CHECKED_WHOLE = 32_000_000
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Marks:
    """How far the store has come, or a derived index has followed it: the last passage id given and the last removal."""

    passage: int = 0
    removal: int = 0

    def beyond(self, other: "Marks") -> bool:
        """Whether either number is larger: what follows a store is never beyond it, unless an older store was put back."""
        return self.passage > other.passage or self.removal > other.removal


NOTHING = Marks()
"""Where everything begins."""


@dataclass(frozen=True, slots=True)
class FileMark:
    """What a file was like when it was noted: the CRC32 of its first `size` bytes, and its time of change in nanoseconds.

    A file may have grown since, by what a later note will count in.
    """

    name: str
    size: int
    checksum: int
    changed: int

    def check(self, folder: Path) -> Path:
        """The path of the file. Raises `ValueError` where it was cut or altered, `OSError` where it cannot be read.

        Small files are always read whole. Larger ones are only where they were written to since: a million vectors need not be
        read to open an index. What a disk loses without a write is found by `whole`.
        """
        path = folder / self.name
        status = path.stat()
        if status.st_size < self.size:
            raise ValueError(f"{self.name} has {status.st_size} of {self.size} bytes")
        if self.size <= _CHECKED_WHOLE or status.st_mtime_ns != self.changed:
            self.whole(folder)
        return path

    def whole(self, folder: Path) -> None:
        """Compare every byte. Raises as `check` does."""
        found, left = 0, self.size
        with (folder / self.name).open("rb") as file:
            while left and (piece := file.read(min(_PIECE, left))):
                found, left = zlib.crc32(piece, found), left - len(piece)
        if left or found != self.checksum:
            raise ValueError(f"the checksum of {self.name} is wrong")


@dataclass(frozen=True, slots=True)
class State:
    """`owner` ties the files to one store and one way of making them; `files` are the data by what each is for.

    `kind`, `covered` and `trained` are those of `index.vectors`.
    """

    owner: str
    marks: Marks
    kind: str = ""
    files: dict[str, FileMark] = field(default_factory=dict)
    covered: int = 0
    trained: int = 0


def read_state(folder: Path) -> State | None:
    """The note in `folder`, or `None` where there is none that can be read: the index is then made again from the store."""
    try:
        values = json.loads((folder / "state.json").read_text(encoding="utf-8"))
        seal = values.get("seal")  # notes of the first versions have none, and tell of no files
        files = {role: FileMark(**mark) for role, mark in values.get("files", {}).items()}
        known = {item.name: values[item.name] for item in fields(State) if item.name in values}
        state = State(**{**known, "marks": Marks(**values["marks"]), "files": files})
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    return state if seal in (None, _seal(state)) else None


def _seal(state: State) -> int:
    return zlib.crc32(json.dumps(asdict(state), sort_keys=True).encode())


def write_state(folder: Path, state: State) -> None:
    """Replace the note at once: a reader sees the old one or the new one, also after a crash. One process at a time."""
    temporary = folder / "state.json.tmp"
    with temporary.open("w", encoding="utf-8") as file:
        json.dump({**asdict(state), "seal": _seal(state)}, file)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(folder / "state.json")


def sync_folder(folder: Path) -> None:
    """Make sure that what was renamed in the folder stays so after a power loss."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
