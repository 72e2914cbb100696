"""Arrays of a safetensors file without reading it: they lie in the mapped file, which all processes share.

Put another file in its place, never write over it: the system kills a process whose mapped file shrinks.
"""

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_KINDS = {"F": "f", "I": "i", "U": "u"}
_LENGTH = 8  # bytes that give the header's


def mapped_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays by name, read-only.

    Format: https://huggingface.co/docs/safetensors. Raises `ValueError` where the file is not of it or is cut short, and
    `OSError` where it cannot be opened.
    """
    try:
        content = np.memmap(path, np.uint8, "r")
        (length,) = struct.unpack("<Q", content[:_LENGTH].tobytes())
        header = json.loads(content[_LENGTH : _LENGTH + length].tobytes())
        header.pop("__metadata__", None)
        return {name: _array(content[_LENGTH + length :], **facts) for name, facts in header.items()}
    except (struct.error, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"{path.name} is no safetensors file") from error


def _array(content: NDArray[np.uint8], dtype: str, shape: list[int], data_offsets: list[int]) -> NDArray[Any]:
    start, end = data_offsets
    if not 0 <= start <= end <= len(content) or min(shape, default=0) < 0:
        raise ValueError("an array that lies outside of the file")
    return np.asarray(content[start:end]).view(f"{_KINDS[dtype[0]]}{int(dtype[1:]) // 8}").reshape(shape)
