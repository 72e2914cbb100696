"""Help is short, true and bilingual, and a command pays only for what it needs."""

import json

import pytest

from qa.cli.app import COMMANDS, app
from qa.text import is_rtl

CONTEXT = app.make_context("dalil", [], resilient_parsing=True)
NAMES = app.list_commands(CONTEXT)
HEAVY = {"torch", "sentence_transformers", "transformers", "fastapi", "uvicorn", "trafilatura", "pandas", "rich", "dateparser"}


@pytest.mark.parametrize("name", NAMES)
def test_each_command_has_help_with_an_example_in_both_languages(dalil, name):
    status, out, _ = dalil(name, "--help")
    assert status == 0
    assert len(out.splitlines()) < 60
    examples = [line.strip() for line in out.splitlines() if line.strip().startswith(f"dalil {name}")]
    assert examples
    if name not in ("doctor", "remove", "eval"):
        assert any(is_rtl("".join(char for char in line if ord(char) > 0x590)) for line in out.splitlines())


@pytest.mark.parametrize("name", NAMES)
def test_the_line_in_the_list_is_the_one_of_the_command(name):
    command = app.get_command(CONTEXT, name)
    assert command is not None
    assert command.name == name
    assert command.get_short_help_str(limit=200) == COMMANDS[name][1]


def test_the_list_names_every_command_and_no_other(dalil):
    _, out, _ = dalil("--help")
    listed = out.partition("Commands:")[2].split("\n")
    assert [line.split()[0] for line in listed if line.strip()] == NAMES
    assert {"index", "remove", "ask", "chat", "search", "serve", "doctor"} <= set(NAMES)


def test_a_command_whose_module_is_not_there_is_not_offered(dalil, monkeypatch):
    monkeypatch.setitem(COMMANDS, "mcp", ("qa.no_such_module:command", "Nothing."))
    assert "mcp" not in dalil("--help")[1]
    assert dalil("mcp")[0] == 2


@pytest.mark.parametrize("arguments", [["ask", "متى انتهت العمليات القتالية؟"], ["search", "coalition"], ["--help"]])
def test_no_command_imports_more_than_it_needs(process, data, arguments):
    code = (
        "import json, sys; from qa.cli.app import run; status = run(sys.argv[1:]);"
        "print(json.dumps([status, sorted({name.split('.')[0] for name in sys.modules})]), file=sys.stderr)"
    )
    where = ["--data", str(data)] if arguments != ["--help"] else []
    status, modules = json.loads(process(*arguments, *where, code=code).stderr)
    assert status == 0
    assert not HEAVY & set(modules)
