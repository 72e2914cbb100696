"""What the two derived indexes share: how far each has followed the store, and the note of it beside its files."""

import json
import os
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Marks:
    """How far the store has come, or a derived index has followed it: the last passage id given and the last removal."""

    passage: int = 0
    removal: int = 0

    def beyond(self, other: "Marks") -> bool:
        """Whether either number is larger: what follows a store is never beyond it, unless an older store was put back."""
        return self.passage > other.passage or self.removal > other.removal


@dataclass(frozen=True, slots=True)
class State:
    """`owner` ties the files to one store and one way of making them.

    `file`, `checksum` and `kind` describe the data where it is one file.
    """

    owner: str
    marks: Marks
    file: str = ""
    checksum: int = 0
    kind: str = ""


def read_state(folder: Path) -> State | None:
    """The note in `folder`, or `None` where there is none that can be read: the index is then made again from the store."""
    try:
        values = json.loads((folder / "state.json").read_text(encoding="utf-8"))
        seal = values.pop("seal", None)  # notes of the first versions have none
        state = State(**{**values, "marks": Marks(**values["marks"])})
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
