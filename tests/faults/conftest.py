"""What tests of faults share: the process that starts processes, and a small index to spoil copies of."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.faults.helper import Helper
from tests.samples import ARTICLES

QUESTIONS = {
    "dam": "كم كلف سد وادي الزهور؟",
    "bridge": "Why was the old iron bridge closed?",
    "festival": "من يرأس لجنة تحكيم المهرجان؟",
    "orchard": "What harvest do growers of apples expect?",
}


def write_articles(path: Path, articles: object = ARTICLES) -> Path:
    """A file of articles to index."""
    lines = (json.dumps(asdict(article), ensure_ascii=False) for article in articles)  # type: ignore[attr-defined]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def rounds(default: int) -> int:
    """How often something random is tried: `DALIL_FAULTS=20` takes twenty times as many as the suite does by itself."""
    return int(default * float(os.environ.get("DALIL_FAULTS", "1")))


@pytest.fixture(scope="session")
def helper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Helper]:
    """Starts commands of `dalil` as processes of their own."""
    started = Helper(tmp_path_factory.mktemp("streams"))
    yield started
    started.close()


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory, helper: Helper) -> Path:
    """The folder of an index over the sample articles. Not to be changed."""
    place = tmp_path_factory.mktemp("sound")
    assert helper.run("index", write_articles(place / "news.jsonl"), "--data", place / "data").code == 0
    return place / "data"


@pytest.fixture
def data(sound: Path, tmp_path: Path) -> Path:
    """A copy of that folder."""
    return Path(shutil.copytree(sound, tmp_path / "data"))


@pytest.fixture
def served(helper: Helper) -> Iterator[Callable[..., object]]:
    """Starts services, which end with the test."""
    before = len(helper.started)
    yield helper.serve
    for running in helper.started[before:]:
        running.kill()
