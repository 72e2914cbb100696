"""What a long training has done is kept, whole or not at all."""

import os
from functools import partial

import pytest

from qa.reading.training.stages import Stages


def work(stages, name):
    if name == "bad":
        raise ValueError(name)
    stages.write(name, (name, os.getpid()))


def test_results_come_back_and_are_made_once(tmp_path):
    stages = Stages(tmp_path / "work", 2)
    stages.make(["a", "b"], partial(work, stages))
    first = stages.read("a"), stages.read("b")
    assert [name for name, _ in first] == ["a", "b"]
    assert os.getpid() not in {process for _, process in first}
    stages.make(["a", "b"], partial(work, stages))
    assert (stages.read("a"), stages.read("b")) == first


def test_what_fails_leaves_what_is_done(tmp_path):
    stages = Stages(tmp_path, 1)
    with pytest.raises(ValueError, match="bad"):
        stages.make(["good", "bad"], partial(work, stages))
    assert stages.has("good")
    assert not stages.has("bad")


def test_what_cannot_be_pickled_leaves_the_old_result(tmp_path):
    stages = Stages(tmp_path, 1)
    stages.write("a", 1)
    with pytest.raises(Exception, match="pickle"):
        stages.write("a", lambda: None)
    assert stages.read("a") == 1
