"""Every setting, in one place, with where its value came from.

Order: keywords, then `DALIL_*` in the environment, then `dalil.toml` in the data folder, then `dalil.toml` here, then defaults.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from index.errors import SettingsError

DEFAULT_DATA = ".dalil"


class Settings(BaseModel):
    """The settings; the environment variable of a field is `DALIL_` and its name in capitals."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: Path = Field(Path(DEFAULT_DATA), description="folder that holds the index")
    language: Literal["auto", "ar", "en"] = Field("auto", description="language of the words around the quotes")
    k: int = Field(5, ge=1, le=100, description="passages given with an answer")
    encoder: str = Field("bundled", description="`bundled`, or a sentence-transformers model name or folder")
    query_prefix: str | None = Field(None, description="text put before a question by the encoder")
    passage_prefix: str | None = Field(None, description="text put before a passage by the encoder")
    device: str | None = Field(None, description="torch device of the encoder, such as `cpu` or `cuda`")
    encoding: str = Field("dalil_ar_en", description="tiktoken encoding that counts passage tokens")
    passage_tokens: int = Field(200, ge=16, le=8192, description="token budget of a passage")
    passage_overlap: int = Field(1, ge=0, le=10, description="whole sentences shared by neighbouring passages")
    refuse_below: float = Field(0.35, ge=0, le=1, description="answers below this confidence become refusals")
    max_question: int = Field(2000, ge=1, le=100_000, description="longest question, in characters")
    max_file_mb: float = Field(50, gt=0, description="largest file or page that is read, in megabytes")
    max_body_mb: float = Field(10, gt=0, description="largest HTTP request body, in megabytes")
    request_timeout_s: float = Field(30, gt=0, description="longest time for one HTTP request, in seconds")
    allow_private_urls: bool = Field(False, description="let `dalil index URL` reach private and loopback addresses")
    host: str = Field("127.0.0.1", description="address the service listens on")
    port: int = Field(8080, ge=0, le=65535, description="port the service listens on")


def _from_environment(environ: Mapping[str, str]) -> dict[str, str]:
    names = {f"DALIL_{name.upper()}": name for name in Settings.model_fields}
    return {names[key]: value for key, value in environ.items() if key in names and value != ""}


def _from_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"cannot read the settings in {path}: {error}") from error


def load_settings(environ: Mapping[str, str] | None = None, **keywords: Any) -> tuple[Settings, dict[str, str]]:
    """The settings and, per name, their origin (`keyword`, `DALIL_K`, a file's path, or `default`).

    Keywords that are `None` count as not given. Raises `SettingsError` naming the setting, its value and where it stands.
    """
    keyword_layer = {name: value for name, value in keywords.items() if value is not None}
    environment_layer = _from_environment(os.environ if environ is None else environ)
    data = Path(keyword_layer.get("data") or environment_layer.get("data") or DEFAULT_DATA)
    files = list(dict.fromkeys([data / "dalil.toml", Path("dalil.toml")]))
    layers: list[tuple[str, Mapping[str, Any]]] = [("keyword", keyword_layer), ("environment", environment_layer)]
    layers += [(str(path), _from_file(path)) for path in files]
    values: dict[str, Any] = {}
    origins = dict.fromkeys(Settings.model_fields, "default")
    for origin, layer in reversed(layers):
        for name, value in layer.items():
            values[name] = value
            origins[name] = f"DALIL_{name.upper()}" if origin == "environment" else origin
    try:
        return Settings(**values), origins
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else "?"
        raise SettingsError(f"setting {name!r} ({origins.get(name, '?')}): {first['msg']}, got {first['input']!r}") from None
