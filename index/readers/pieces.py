"""Files to be read in any process: small ones together, long ones of lines in pieces, in the order of one process."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from index.readers import LINES, Skipped, Unnamed, files, is_wide, read_file

PIECE_BYTES = 1_000_000
"""About as much as a worker prepares in a second or two with the bundled encoder."""
_FILES = 64


@dataclass(frozen=True, slots=True)
class Piece:
    """A file with its path within the folder that was named, or the whole lines of it between two bytes.

    `first` is the number of its first line.
    """

    path: str
    within: str
    lines: tuple[int, int] | None = None
    first: int = 1


@dataclass(frozen=True, slots=True)
class NotHere:
    """A piece whose file this machine does not have."""

    path: str


def pieces(source: Path, piece_bytes: int = PIECE_BYTES) -> Iterator[list[Piece | Skipped]]:
    """The files at `source` as lists to be read one after the other, each of about `piece_bytes`."""
    together: list[Piece | Skipped] = []
    size = 0
    for found in files(source):
        for piece, length in [(found, 0)] if isinstance(found, Skipped) else _cut(*found, piece_bytes):
            together.append(piece)
            size += length
            if size >= piece_bytes or len(together) >= _FILES:
                yield together
                together, size = [], 0
    if together:
        yield together


def _cut(path: Path, within: Path, piece_bytes: int) -> Iterator[tuple[Piece, int]]:
    whole = Piece(str(path), str(within))
    try:
        size = path.stat().st_size
        if path.suffix.lower() not in LINES or size <= piece_bytes or not path.is_file():
            yield whole, size
            return
        with path.open("rb") as file:
            if is_wide(file.read(4)):
                yield whole, size
                return
            file.seek(0)
            start, number = 0, 1
            while block := file.read(piece_bytes):
                block += file.readline()
                yield Piece(str(path), str(within), (start, start + len(block)), number), len(block)
                start, number = start + len(block), number + block.count(b"\n")
    except OSError:
        yield whole, 0  # whoever reads it says why it cannot be read


def read_piece(piece: Piece | Skipped, max_bytes: int) -> Iterator[Unnamed | Skipped | NotHere]:
    """What is in a piece."""
    if isinstance(piece, Skipped):
        yield piece
    elif not Path(piece.path).exists():
        yield NotHere(piece.path)
    else:
        yield from read_file(Path(piece.path), Path(piece.within), max_bytes, lines=piece.lines, first=piece.first)
