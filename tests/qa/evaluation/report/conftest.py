"""Runs to report on."""

from pathlib import Path

import pytest

from tests.qa.evaluation.report.made_runs import hostile, ordinary, save


@pytest.fixture
def hostile_run(tmp_path: Path) -> Path:
    return save(tmp_path / "hostile <run> & تشغيل", hostile())


@pytest.fixture
def run_a(tmp_path: Path) -> Path:
    return save(tmp_path / "first", ordinary(120))


@pytest.fixture
def run_b(tmp_path: Path) -> Path:
    return save(tmp_path / "ثان", ordinary(120, right=0.95))
