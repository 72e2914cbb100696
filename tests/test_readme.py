"""What the README shows is so: its commands and settings exist, its Python runs, its answer is the real one."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from qa import Dalil
from qa.cli.app import COMMANDS
from qa.settings import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def shown_commands():
    lines = [line.removeprefix("$ ") for block in blocks("sh") + blocks("console") for line in block.splitlines()]
    return [shlex.split(line, comments=True)[1:] for line in lines if line.startswith("dalil ")]


@pytest.mark.parametrize("words", shown_commands(), ids=" ".join)
def test_every_command_shown_is_one(words):
    assert words[0] in COMMANDS
    module, _, name = COMMANDS[words[0]][0].partition(":")
    command = getattr(__import__(module, fromlist=[name]), name)
    known = set(re.findall(r"--[a-z-]+", CliRunner().invoke(command, ["--help"]).output))
    assert {word for word in words if word.startswith("--")} <= known


@pytest.mark.parametrize("name", re.findall(r"`DALIL_([A-Z_]+)`", README))
def test_every_setting_shown_exists(name):
    assert name.lower() in Settings.model_fields


@pytest.mark.parametrize("target", re.findall(r"\]\(([^)#:]+)\)", README))
def test_every_file_linked_is_there(target):
    assert (ROOT / target).exists()


def test_the_python_example_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    block = "\n".join(blocks("python"))
    exec(compile(block.replace('".dalil"', repr(str(tmp_path))), "README.md", "exec"), {})


def test_the_answer_shown_is_the_real_one(tmp_path):
    shown = next(block for block in blocks("console") if "dalil ask" in block)
    asked = re.findall(r'dalil ask "(.+?)"', shown)
    with Dalil.open(tmp_path) as dalil:
        dalil.index([ROOT / "seeds"])
        answer, refusal = (dalil.ask(question) for question in asked)
    assert not answer.refused
    assert answer.answer in shown
    assert answer.short
    assert answer.short in shown
    assert refusal.refused
    assert refusal.answer in shown
