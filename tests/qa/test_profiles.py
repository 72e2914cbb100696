"""Profiles supply defaults, and nothing else."""

from pathlib import Path
from typing import Any, get_args

import pytest

from index.errors import SettingsError
from qa.profiles import PROFILES, Profile
from qa.settings import Settings, load_settings

LOCAL = PROFILES["local"]["encoder"]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".dalil").mkdir()
    return tmp_path


def test_every_profile_sets_what_there_is() -> None:
    assert set(PROFILES) == set(get_args(Profile))
    for name, supplied in PROFILES.items():
        settings, origins = load_settings({}, profile=name)
        assert {key: getattr(settings, key) for key in supplied} == supplied
        assert {key for key, origin in origins.items() if origin == f"profile {name}"} == set(supplied)
        assert not {"data", "profile"} & set(supplied)


def test_the_default_profile_changes_nothing() -> None:
    assert load_settings({}, profile="embedded")[0] == Settings() == load_settings({})[0]


PRECEDENCE: list[tuple[str, str, str]] = [
    # Where an encoder is named, the encoder that holds, and its origin.
    ("", LOCAL, "profile local"),
    ("here", "from-here", "dalil.toml"),
    ("inside here", "from-inside", str(Path(".dalil/dalil.toml"))),
    ("environment inside here", "from-environment", "DALIL_ENCODER"),
    ("keyword environment inside here", "from-keyword", "keyword"),
    ("bundled", "bundled", "DALIL_ENCODER"),  # the default, set by hand
]


@pytest.mark.parametrize("profile_from", ["keyword", "environment", "inside", "here"])
@pytest.mark.parametrize(("given", "encoder", "origin"), PRECEDENCE)
def test_what_is_set_anywhere_wins(here: Path, profile_from: str, given: str, encoder: str, origin: str) -> None:
    files: dict[str, list[str]] = {".dalil/dalil.toml": [], "dalil.toml": []}
    environ: dict[str, str] = {}
    keywords: dict[str, Any] = {}
    for name in given.split():
        match name:
            case "here":
                files["dalil.toml"].append('encoder = "from-here"')
            case "inside":
                files[".dalil/dalil.toml"].append('encoder = "from-inside"')
            case "environment":
                environ["DALIL_ENCODER"] = "from-environment"
            case "bundled":
                environ["DALIL_ENCODER"] = "bundled"
            case "keyword":
                keywords["encoder"] = "from-keyword"
    match profile_from:
        case "keyword":
            keywords["profile"] = "local"
        case "environment":
            environ["DALIL_PROFILE"] = "local"
        case "inside":
            files[".dalil/dalil.toml"].append('profile = "local"')
        case "here":
            files["dalil.toml"].append('profile = "local"')
    for path, lines in files.items():
        (here / path).write_text("\n".join(lines), encoding="utf-8")
    settings, origins = load_settings(environ, **keywords)
    assert (settings.encoder, origins["encoder"]) == (encoder, origin)
    assert (settings.reranker, origins["reranker"]) == (PROFILES["local"]["reranker"], "profile local")
    assert settings.profile == "local"


def test_a_profile_that_there_is_not() -> None:
    with pytest.raises(SettingsError, match=r"setting 'profile' \(DALIL_PROFILE\): .*'local' or 'api', got 'cloud'"):
        load_settings({"DALIL_PROFILE": "cloud"})
