"""The lock files of deployments: nothing is missing that the project needs, all has its hashes, nothing names a machine."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from qa.service.deploy.lock import HERE, LOCKED_EXTRAS, PROJECT, split

FILES = ("requirements.lock", "torch.lock")


def locked() -> dict[str, str]:
    found = {}
    for name in FILES:
        for line in (HERE / name).read_text(encoding="utf-8").splitlines():
            if match := re.match(r"([A-Za-z0-9._-]+)==([^\s;\\]+)", line):
                found[str(canonicalize_name(match[1]))] = match[2]
    return found


def needed() -> list[Requirement]:
    project = tomllib.loads(Path(PROJECT).read_text(encoding="utf-8"))["project"]
    lines = list(project["dependencies"])
    waiting = list(LOCKED_EXTRAS)
    while waiting:
        for line in project["optional-dependencies"][waiting.pop()]:
            requirement = Requirement(line)
            if requirement.name == project["name"]:
                waiting += requirement.extras
            else:
                lines.append(line)
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize("requirement", sorted(set(needed()), key=str), ids=str)
def test_the_lock_has_what_the_project_needs(requirement: Requirement) -> None:
    """Run `make lock` where this fails."""
    version = locked().get(str(canonicalize_name(requirement.name)))
    assert version is not None
    assert requirement.specifier.contains(version)


@pytest.mark.parametrize("name", FILES)
def test_every_package_has_hashes_and_nothing_names_a_machine(name: str) -> None:
    text = (HERE / name).read_text(encoding="utf-8")
    blocks = re.split(r"(?m)^(?=[A-Za-z0-9])", text)[1:]
    assert all("--hash=sha256:" in block for block in blocks)
    assert "://" not in text
    assert not re.search(r"(?m)^\s*(?:-i|--index|--extra-index|--find-links|-f)\b|file:|/opt|/home|/root|/work", text)


def test_torch_and_what_comes_with_it_stand_apart() -> None:
    one = "a==1 \\\n    --hash=sha256:00\n"
    assert split(one + one.replace("a=", "torch=") + one.replace("a=", "nvidia-x=")) == (
        one,
        one.replace("a=", "torch=") + one.replace("a=", "nvidia-x="),
    )
    assert not re.search(r"(?m)^(?:torch|triton|nvidia-\S+)==", (HERE / "requirements.lock").read_text(encoding="utf-8"))
