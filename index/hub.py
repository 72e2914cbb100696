"""Where models lie, a folder or the cache of the Hugging Face Hub, and fetching them."""

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from index.errors import ModelError

_UNUSED = ("*.onnx", "*.onnx_data", "onnx/*", "openvino/*", "*.msgpack", "*.h5", "*.ot", "*.gguf", "*.tflite", "*.mlmodel*")
_WEIGHTS = ("*.safetensors", "*.bin")
_OFFLINE = ("1", "TRUE", "YES", "ON")


@dataclass(frozen=True, slots=True)
class Place:
    """A model on this machine: its folder, the bytes of all files, and of the weights alone."""

    folder: Path
    size: int
    weights: int


@dataclass(frozen=True, slots=True)
class Fetched:
    """What fetching a model would bring: bytes in all, and bytes that are not here yet."""

    size: int
    missing: int


def find_model(name: str) -> Place | None:
    """The model called `name`, a folder or a name on the Hub, if it is complete on this machine."""
    folder = _folder(name)
    if folder is None or not _is_complete(folder):
        return None
    files = [path for path in folder.rglob("*") if path.is_file()]
    return Place(folder, sum(path.stat().st_size for path in files), sum(path.stat().st_size for path in _weights(folder)))


def _folder(name: str) -> Path | None:
    given = Path(os.path.expanduser(name))
    if name and given.is_dir():
        return given
    if not is_hub_name(name):
        return None
    from huggingface_hub import constants
    from huggingface_hub.file_download import repo_folder_name

    cached = Path(constants.HF_HUB_CACHE) / repo_folder_name(repo_id=name, repo_type="model")
    try:
        snapshot = cached / "snapshots" / (cached / "refs" / "main").read_text(encoding="utf-8").strip()
    except OSError:
        return None
    return snapshot if snapshot.is_dir() else None


def is_hub_name(name: str) -> bool:
    """Whether a name can be one on the Hub, and not just a path."""
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils import validate_repo_id  # type: ignore[attr-defined]

    try:
        validate_repo_id(name)
    except HFValidationError:
        return False
    return True


def _weights(folder: Path) -> list[Path]:
    for pattern in _WEIGHTS:
        if found := [path for path in folder.rglob(pattern) if path.is_file()]:
            return found
    return []


def _is_complete(folder: Path) -> bool:
    """Whether a description and weights are there, with every part that a list of parts names."""
    if not any((folder / name).is_file() for name in ("config.json", "modules.json")) or not _weights(folder):
        return False
    try:
        listed = [json.loads(path.read_bytes())["weight_map"].values() for path in folder.glob("*.index.json")]
    except (OSError, ValueError, KeyError):
        return False
    # One of the lists is enough: a repository may offer the same weights in two formats.
    return not listed or any(all((folder / part).is_file() for part in parts) for parts in listed)


def is_offline() -> bool:
    """Whether the environment forbids requests to the Hub."""
    return any(os.environ.get(name, "").upper() in _OFFLINE for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"))


def fetch_plan(name: str) -> Fetched:
    """What `fetch_model` would download. Raises `ModelError`."""
    from huggingface_hub import snapshot_download

    try:
        planned = snapshot_download(name, ignore_patterns=_ignored(name), dry_run=True)
    except Exception as error:  # the Hub's client raises errors of four libraries
        raise _cannot_fetch(name, error) from error
    sizes = [(file.file_size or 0, file.will_download) for file in planned]
    return Fetched(sum(size for size, _ in sizes), sum(size for size, missing in sizes if missing))


def fetch_model(name: str, *, bars: bool = False) -> Path:
    """Download what is missing of a model on the Hub into its cache; `bars` shows how far it is on stderr.

    Raises `ModelError`. What was downloaded before a break is not downloaded again.
    """
    from huggingface_hub import snapshot_download
    from huggingface_hub.utils.tqdm import disable_progress_bars, enable_progress_bars

    if bars:
        enable_progress_bars()
    else:
        disable_progress_bars()
    try:
        return Path(snapshot_download(name, ignore_patterns=_ignored(name)))
    except Exception as error:
        raise _cannot_fetch(name, error) from error


def free_space() -> int:
    """Bytes that the disk of the Hub's cache has left."""
    from huggingface_hub import constants

    folder = Path(constants.HF_HUB_CACHE)
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def _ignored(name: str) -> list[str]:
    """Files that are not read here: other formats, and pickled weights where the same are there as safetensors."""
    from huggingface_hub import HfApi

    try:
        there = {file.rfilename for file in HfApi().model_info(name).siblings or ()}
    except Exception as error:
        raise _cannot_fetch(name, error) from error
    return [*_UNUSED, *(["*.bin"] if there & {"model.safetensors", "model.safetensors.index.json"} else [])]


def _cannot_fetch(name: str, error: Exception) -> ModelError:
    from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, OfflineModeIsEnabled, RepositoryNotFoundError

    chain = causes(error)
    why = f"the Hub cannot be reached ({first_line(chain[-1])}): connect this machine, or copy the model's folder here"
    if any(isinstance(cause, OfflineModeIsEnabled) for cause in chain):
        why = "HF_HUB_OFFLINE is set: unset it, or copy the model's folder here and set its path"
    elif any(isinstance(cause, GatedRepoError) for cause in chain):
        why = "its owners let nobody in who has not accepted their terms: accept them on its page, then set HF_TOKEN"
    elif any(isinstance(cause, RepositoryNotFoundError) for cause in chain):
        why = "there is no such model on the Hub, or it is private: check the name, or set HF_TOKEN"
    elif any(isinstance(cause, OSError) and cause.errno == 28 for cause in chain):
        why = "the disk is full: free some space, or set HF_HOME to a folder on another disk"
    elif (answer := next((cause for cause in chain if isinstance(cause, HfHubHTTPError)), None)) is not None:
        status = answer.response.status_code
        advice = "set HF_TOKEN to a token that may read it" if status in (401, 403) else "try again later"
        why = f"the Hub answered with status {status}: {advice}"
    return ModelError(f"{name!r} cannot be fetched: {why}")


def causes(error: BaseException) -> list[BaseException]:
    """The error and what it came from, the first cause last."""
    chain: list[BaseException] = [error]
    while (cause := chain[-1].__cause__ or chain[-1].__context__) is not None and cause not in chain:
        chain.append(cause)
    return chain


def first_line(error: BaseException) -> str:
    """What an error says, shortened; its kind where it says nothing."""
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__
