"""Arrays mapped from safetensors files, against the library that defines the format."""

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save

from index.arrays import mapped_arrays

ARRAYS = {
    "bytes": np.frombuffer("دليل".encode(), np.uint8),
    "halves": np.linspace(-1, 1, 12).astype(np.float16).reshape(3, 4),
    "floats": np.linspace(-1, 1, 7).astype(np.float32),
    "long": np.arange(5, dtype=np.int64),
    "short": np.arange(-2, 2, dtype=np.int16),
    "numbers": np.arange(3, dtype=np.uint32),
    "none": np.zeros((0, 3), np.int8),
}
SOUND = save(ARRAYS, metadata={"made": "here"})


def test_arrays_are_those_of_the_library_and_cannot_be_written(tmp_path: Path):
    path = tmp_path / "model.safetensors"
    path.write_bytes(SOUND)
    found, expected = mapped_arrays(path), load_file(path)
    assert found.keys() == expected.keys() == ARRAYS.keys()
    for name, values in expected.items():
        assert (found[name].dtype, found[name].shape) == (values.dtype, values.shape)
        assert found[name].tobytes() == values.tobytes()
        assert not found[name].flags.writeable


def test_shipped_models_are_read_as_the_library_reads_them():
    models = sorted(Path(__file__).parents[2].glob("*/*/model/*.safetensors"))
    assert {path.stem for path in models} == {"model", "lexicon", "phrases", "spelling", "reader"}
    for path in models:
        found, expected = mapped_arrays(path), load_file(path)
        assert found.keys() == expected.keys()
        assert all(found[name].tobytes() == values.tobytes() for name, values in expected.items())


def headed(header: str) -> bytes:
    return len(header).to_bytes(8, "little") + header.encode() + bytes(8)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"abc",
        b"\xff" * 40,
        headed("[]"),
        headed('{"a"}'),
        headed('{"a": {"dtype": "", "shape": [1], "data_offsets": [0, 1]}}'),
        headed('{"a": {"dtype": "U8", "shape": [1], "data_offsets": [-1, 0]}}'),
        headed('{"a": {"dtype": "U8", "shape": [-1], "data_offsets": [0, 4]}}'),
        headed('{"a": {"dtype": "U8", "shape": null, "data_offsets": [0, 4]}}'),
        headed("[" * 100_000),
        SOUND[:-1],
        SOUND[:60],
    ],
    ids=[
        "empty",
        "short",
        "endless header",
        "list",
        "broken header",
        "no type",
        "negative offset",
        "negative shape",
        "no shape",
        "deep header",
        "a byte less",
        "cut in the header",
    ],
)
def test_what_is_no_such_file_is_an_error_of_one_kind(tmp_path: Path, content: bytes):
    path = tmp_path / "model.safetensors"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="safetensors"):
        mapped_arrays(path)


def test_a_file_that_is_not_there(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        mapped_arrays(tmp_path / "model.safetensors")
