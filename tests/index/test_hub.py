"""Where models lie, and which are complete."""

import json
from pathlib import Path

import pytest
from huggingface_hub import constants

from index.hub import find_model, is_hub_name

COMMIT = "a" * 40


def lay(folder: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return folder


def shards(*names: str) -> str:
    return json.dumps({"weight_map": {f"layer.{at}": name for at, name in enumerate(names)}})


@pytest.mark.parametrize(
    ("files", "weights"),
    [
        ({"config.json": "{}", "model.safetensors": "12345"}, 5),
        ({"config.json": "{}", "pytorch_model.bin": "1234"}, 4),
        ({"config.json": "{}", "model.safetensors": "12345", "pytorch_model.bin": "1234"}, 5),
        ({"modules.json": "[]", "0_StaticEmbedding/model.safetensors": "12"}, 2),
        (
            {
                "config.json": "{}",
                "model.safetensors.index.json": shards("a.safetensors", "b.safetensors"),
                "a.safetensors": "1",
            },
            None,
        ),
        (
            {"config.json": "{}", "model.safetensors.index.json": shards("a.safetensors", "b.safetensors")}
            | {"a.safetensors": "1", "b.safetensors": "23"},
            3,
        ),
        ({"config.json": "{}", "model.safetensors.index.json": "{", "a.safetensors": "1"}, None),
        ({"config.json": "{}"}, None),
        ({"model.safetensors": "1"}, None),
        ({"notes.txt": "1"}, None),
    ],
)
@pytest.mark.parametrize("where", ["folder", "cache"])
def test_a_model_is_there_when_it_is_complete(tmp_path, monkeypatch, where, files, weights):
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    if where == "folder":
        name, folder = str(tmp_path / "model"), lay(tmp_path / "model", files)
    else:
        name, cached = "org/model", tmp_path / "models--org--model"
        folder = lay(cached / "snapshots" / COMMIT, files)
        lay(cached, {"refs/main": f"{COMMIT}\n"})
    place = find_model(name)
    assert (place and (place.folder, place.weights)) == (None if weights is None else (folder, weights))
    if place:
        assert place.size == sum(len(content) for content in files.values())


@pytest.mark.parametrize(
    ("name", "possible"),
    [
        ("BAAI/bge-m3", True),
        ("bert-base-uncased", True),
        ("/models/bge", False),
        ("./bge", False),
        ("a/b/c", False),
        ("نموذج", False),
        ("", False),
    ],
)
def test_names_that_can_be_on_the_hub(tmp_path, monkeypatch, name, possible):
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert is_hub_name(name) is possible
    assert find_model(name) is None


def test_a_folder_of_the_user(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    lay(tmp_path / "نماذج", {"config.json": "{}", "model.safetensors": "1"})
    assert find_model("~/نماذج") is not None
