"""Whether the files of a tantivy index are whole: tantivy writes a checksum at the end of each, and does not look at it again.

A segment's file ends with a footer: JSON that has the CRC-32 of all before it, the length of that JSON, and a fixed number.
"""

import json
import struct
import zlib
from pathlib import Path

from index.derived import FileMark

META = "meta.json"
_TAIL = struct.Struct("<II")  # of the footer: its length, and the number all footers end with
_MAGIC = 1337
_BLOCK = 1 << 20


def meta_mark(folder: Path) -> FileMark:
    """Of the list of segments. Raises `OSError`."""
    path = folder / META
    content = path.read_bytes()
    return FileMark(META, len(content), zlib.crc32(content), path.stat().st_mtime_ns)


def check_segments(folder: Path, checked: set[str]) -> None:
    """Raise `ValueError` where a file that the list of segments names is not as tantivy wrote it.

    Files never change: those in `checked` are not read again, and what is read is added to it.
    """
    listed = json.loads((folder / META).read_text(encoding="utf-8"))
    for segment in listed["segments"]:
        name = segment["segment_id"].replace("-", "")
        files = {file.name for file in folder.glob(f"{name}.*")}
        deletes = segment.get("deletes")
        if deletes and f"{name}.{deletes['opstamp']}.del" not in files:
            raise ValueError(f"{name}.{deletes['opstamp']}.del is missing")
        for file in sorted(files - checked):
            _check(folder / file)
        checked |= files


def _check(path: Path) -> None:
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        return  # the file of a segment that has just been merged away; one that is needed is missed on opening
    with path.open("rb") as file:
        file.seek(max(0, size - _TAIL.size))
        tail = file.read()
        length, magic = _TAIL.unpack(tail) if len(tail) == _TAIL.size else (0, 0)
        body = size - _TAIL.size - length
        if magic != _MAGIC or body < 0:
            raise ValueError(f"{path.name} is cut short or damaged")
        file.seek(body)
        footer = json.loads(file.read(length))
        file.seek(0)
        checksum, left = 0, body
        while left and (block := file.read(min(left, _BLOCK))):
            checksum, left = zlib.crc32(block, checksum), left - len(block)
        if left or not isinstance(footer, dict) or checksum != footer.get("crc"):
            raise ValueError(f"{path.name} is damaged: its checksum is wrong")
