"""Loading a model from its folder, and saying in one line why one cannot be loaded and what to do.

Models are always loaded from a folder on this machine: one that is in the Hub's cache costs no request.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from index.errors import MissingExtra, ModelError
from index.hub import causes, fetch_model, find_model, first_line, is_hub_name, is_offline

T = TypeVar("T")

_FETCH = "`dalil models fetch`"
_WORDS = (
    # What a library says in such a case, in small letters, and what we say; the first that fits.
    (
        ("out of memory", "memoryerror", "not enough memory", "can't allocate"),
        "there is not enough memory {said}: choose a smaller model, or another device",
    ),
    (
        ("not compiled with cuda", "no cuda gpus", "nvidia driver", "invalid device", "expected one of cpu", "mps device"),
        "the device that is set is not there {said}: set it to cpu, or leave it out",
    ),
    (("trust_remote_code",), "it brings program code of its own, which Dalil does not run: choose another model"),
    (
        ("safetensor", "unpickling", "zip archive", "jsondecode", "eoferror", "corrupt", "size mismatch", "expecting value"),
        "its files in {folder} are damaged {said}: delete that folder and fetch the model again (" + _FETCH + ")",
    ),
    (
        ("does not recognize this architecture", "model type"),
        "the installed transformers does not know its kind {said}: upgrade transformers, or choose another model",
    ),
)


def load_model(name: str, role: str, load: Callable[[str], T], *, instead: str = "leave the setting out") -> T:
    """`load(folder)` for the model called `name`, a folder or a name on the Hub, fetched now if it is not here.

    `role` and `instead` are for errors: "the reranker 'x' cannot be loaded: ...; or leave the setting out". Raises
    `ModelError`, and `MissingExtra` where a package is not installed.
    """
    folder = _folder(name, role, instead)
    try:
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()  # it would stand between the lines of a command
        return load(str(folder))
    except (ModelError, MissingExtra):
        raise
    except ImportError as error:
        raise MissingExtra(f"the {role} {name!r} needs a package that is not installed ({first_line(error)})") from error
    except Exception as error:  # whatever the libraries below raise
        raise ModelError(f"the {role} {name!r} cannot be loaded: {why_not(error, folder)}; or {instead}") from error


def _folder(name: str, role: str, instead: str) -> Path:
    found = find_model(name)
    if found is not None:
        return found.folder
    if name and Path(os.path.expanduser(name)).is_dir():
        why = "the folder holds no complete model (config.json and weights are needed): copy it again"
    elif not is_hub_name(name):
        why = "there is no such folder: correct the path, or give a name on the Hugging Face Hub"
    elif is_offline():
        why = f"it is not on this machine, and HF_HUB_OFFLINE is set: fetch it ({_FETCH}) where there is a network"
    else:
        try:
            return fetch_model(name)
        except ModelError as error:
            raise ModelError(f"the {role} is not on this machine: {error}; or {instead}") from error
    raise ModelError(f"the {role} {name!r} cannot be loaded: {why}; or {instead}")


def why_not(error: Exception, folder: Path) -> str:
    """Why a model in `folder` could not be loaded or run, and what to do, from what a library raised."""
    text = " ".join(f"{type(cause).__name__}: {cause}" for cause in causes(error)).lower()
    said = f"({type(error).__name__}: {first_line(error)})"
    for words, told in _WORDS:
        if any(word in text for word in words):
            return told.format(said=said, folder=folder)
    return f"{said[1:-1]} (its folder is {folder}): choose another model"
