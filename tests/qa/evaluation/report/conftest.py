"""Runs to report on, and their reports; made once, since drawing plots takes its time. Tests must not change them."""

from pathlib import Path

import pytest

from qa.evaluation.report import write
from tests.qa.evaluation.report.made_runs import hostile, ordinary, save


@pytest.fixture(scope="session")
def hostile_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(tmp_path_factory.mktemp("runs") / "hostile <run> & تشغيل", hostile())


@pytest.fixture(scope="session")
def run_a(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(tmp_path_factory.mktemp("runs") / "first", ordinary(120))


@pytest.fixture(scope="session")
def run_b(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(tmp_path_factory.mktemp("runs") / "ثان", ordinary(120, right=0.95))


@pytest.fixture(scope="session")
def hostile_report(hostile_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _report(tmp_path_factory, hostile_run)


@pytest.fixture(scope="session")
def report_a(run_a: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _report(tmp_path_factory, run_a)


@pytest.fixture(scope="session")
def report_ab(run_a: Path, run_b: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _report(tmp_path_factory, run_a, run_b)


def _report(tmp_path_factory: pytest.TempPathFactory, *runs: Path) -> Path:
    out = tmp_path_factory.mktemp("report")
    write(runs, out)
    return out
