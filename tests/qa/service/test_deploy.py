"""The files for containers, as far as they can be read without any: what they name is there, and every setting exists."""

import re
import tomllib

import pytest
import yaml

from qa.cli.app import COMMANDS
from qa.settings import Settings
from tests.qa.service.conftest import SEEDS

ROOT = SEEDS.parent
DEPLOY = ROOT / "qa" / "service" / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
PAGE = (DEPLOY / "README.md").read_text(encoding="utf-8")


def test_what_the_dockerfile_copies_is_all_that_the_package_needs():
    copied = {name for line in re.findall(r"^COPY (.+) /src", DOCKERFILE, re.MULTILINE) for name in line.split()}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    needed = {*project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"], *project["project"]["license-files"]}
    assert copied == needed | {"pyproject.toml", project["project"]["readme"]}
    assert all((ROOT / name).exists() for name in copied)


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_services_wait_for_services_that_there_are(name):
    service = COMPOSE["services"][name]
    assert ("image" in service) != ("build" in service)
    waits = service.get("depends_on", {})
    for other in waits:
        assert other in COMPOSE["services"]
        if isinstance(waits, dict) and "build" not in COMPOSE["services"][other]:
            assert "healthcheck" in COMPOSE["services"][other], "else it is waited for in vain"
    for volume in service.get("volumes", ()):
        assert volume.partition(":")[0] in COMPOSE["volumes"]
    if "build" in service:
        assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).samefile(DEPLOY / "Dockerfile")


def test_every_setting_named_exists():
    environment = [name for service in COMPOSE["services"].values() for name in service.get("environment", {})]
    named = {*environment, *re.findall(r"\bDALIL_[A-Z_]+\b", DOCKERFILE + PAGE)}
    known = {f"DALIL_{name.upper()}" for name in Settings.model_fields}
    # The password of the compose file is handed on as PGPASSWORD; Milvus has an extra of its own.
    own = {"DALIL_DB_PASSWORD", "DALIL_MILVUS", "DALIL_MILVUS_TOKEN"}
    assert {name for name in named if name.startswith("DALIL_")} <= known | own


def test_every_command_shown_is_one():
    shown = re.findall(r"^(?:docker compose \S+ \S+ run .*?dalil|dalil) ([a-z]+)", PAGE, re.MULTILINE)
    assert {"migrate", "index", "keys"} <= set(shown) <= set(COMMANDS)
