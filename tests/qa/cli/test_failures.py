"""How commands end when something is wrong: exit status, one clear line, no traceback."""

import json
import os
import pty
import signal
import subprocess
import sys

import pytest

from qa.cli import app

QUESTION = "متى أعلن التحالف الدولي انتهاء عملياته القتالية الرئيسية في العراق؟"


@pytest.mark.parametrize(
    "arguments",
    [
        ["ask"],
        ["nonsense"],
        ["ask", "x", "--k", "0"],
        ["ask", "x", "--k", "many"],
        ["ask", "x", "--language", "fr"],
        ["ask", "x", "--no-such-option"],
        ["search", "x", "--from", "2018-13-01"],
        ["search", "x", "--from", "yesterday"],
        ["search", "x", "--from", "2019", "--to", "2018"],
        ["index"],
        ["serve", "--port", "70000"],
    ],
)
def test_wrong_usage_exits_with_2(dalil, arguments):
    status, out, err = dalil(*arguments)
    assert (status, out) == (2, "")
    assert "Error: " in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["ask", ""], "empty"), (["ask", "؟!"], "empty"), (["ask", "س" * 2001], "2001"), (["search", " "], "empty")],
)
def test_unusable_questions_exit_with_1_and_one_line(dalil, data, arguments, said):
    status, out, err = dalil(*arguments, "--data", data)
    assert (status, out) == (1, "")
    assert err.startswith("dalil: ")
    assert err.count("\n") == 1
    assert said in err


@pytest.mark.parametrize("stdin", [b"\xff\xfe", "سؤال".encode("windows-1256")])
def test_stdin_that_is_not_utf8_is_told(process, data, stdin):
    done = process("ask", "-", "--data", data, stdin=stdin)
    assert done.returncode == 1
    assert b"UTF-8" in done.stderr
    assert b"Traceback" not in done.stderr


def test_an_argument_that_is_not_utf8_is_told(process, data):
    done = process("ask", os.fsdecode(b"\xff\xfe"), "--data", data)
    assert done.returncode == 1
    assert b"UTF-8" in done.stderr


def test_an_article_whose_file_name_was_no_utf8_can_be_removed(process, tmp_path):
    name = os.fsdecode(b"caf\xe9")
    (tmp_path / f"{name}.txt").write_text("The café of Malin opened on Monday.", encoding="utf-8")
    data = tmp_path / "index"
    assert process("index", tmp_path / f"{name}.txt", "--data", data).returncode == 0
    assert process("remove", name, "--data", data).returncode == 0
    done = process("remove", name, "--data", data)
    assert (done.returncode, done.stderr) == (1, b"dalil: not in the index: caf\\xe9\n")


def test_a_setting_that_cannot_be_used_is_named(dalil, data, monkeypatch):
    monkeypatch.setenv("DALIL_K", "many")
    status, _, err = dalil("ask", "x", "--data", data)
    assert status == 1
    assert "DALIL_K" in err


def raising(error):
    @app.click.command("broken")
    def command():
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (RuntimeError("two\nlines \x1b[31m"), 1, "dalil: unexpected RuntimeError: two lines (DALIL_DEBUG=1 shows where)\n"),
        (KeyboardInterrupt(), 130, "dalil: stopped\n"),
    ],
)
def test_the_unexpected_is_one_line(dalil, monkeypatch, error, status, said):
    monkeypatch.delenv("DALIL_DEBUG", raising=False)
    monkeypatch.setattr(app.LazyGroup, "get_command", lambda *_: raising(error))
    ended, out, err = dalil("broken")
    # After Ctrl-C a terminal shows "^C" first, so the line below it begins with a line break.
    assert (ended, out, err.lstrip("\n")) == (status, "", said)


def test_debugging_shows_the_traceback(dalil, monkeypatch):
    monkeypatch.setenv("DALIL_DEBUG", "1")
    monkeypatch.setattr(app.LazyGroup, "get_command", lambda *_: raising(RuntimeError("here")))
    with pytest.raises(RuntimeError, match="here"):
        dalil("broken")


def test_a_reader_that_leaves_early_is_no_error(data):
    command = f"{sys.executable} -m qa.cli search التحالف --k 100 --json --data {data} | head -c 1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, timeout=120, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"{", b"")


ASCII = {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}


@pytest.mark.parametrize("environment", [{"LC_ALL": "C"}, ASCII])
def test_arabic_comes_out_in_any_locale(process, data, environment):
    done = process("ask", "-", "--data", data, "--json", stdin=QUESTION.encode(), environment=environment)
    assert done.returncode == 0, done.stderr.decode()
    assert json.loads(done.stdout.decode())["question"] == QUESTION
    shown = process("ask", "-", "--data", data, stdin=QUESTION.encode(), environment=environment)
    assert "المصادر" in shown.stdout.decode()


def on_a_terminal(arguments, environment=None, typed=b"", interrupt_at=None):
    """What a command writes on a terminal of 80 columns, and its exit status; Ctrl-C once it has written `interrupt_at`."""
    leader, follower = pty.openpty()
    env = {name: value for name, value in os.environ.items() if name != "NO_COLOR"} | {"TERM": "xterm", "COLUMNS": "80"}
    running = subprocess.Popen(
        [sys.executable, "-m", "qa.cli", *map(str, arguments)],
        stdin=follower,
        stdout=follower,
        stderr=follower,
        env=env | (environment or {}),
        start_new_session=True,
        # A suite that runs in the background has Ctrl-C switched off, and its children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    os.close(follower)
    if typed:
        os.write(leader, typed)
    seen = b""
    try:
        while chunk := os.read(leader, 10_000):
            seen += chunk
            if interrupt_at and interrupt_at in seen:
                interrupt_at = None
                running.send_signal(signal.SIGINT)
    except OSError:
        pass
    os.close(leader)
    return running.wait(30), seen.decode(errors="replace")


@pytest.mark.parametrize(("environment", "styled"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_quotes_are_bold_on_a_terminal_unless_plain_text_is_wanted(data, environment, styled):
    status, seen = on_a_terminal(["ask", QUESTION, "--data", data], environment)
    assert status == 0
    assert ("\x1b[1;4m" in seen) is styled
    assert ("\x1b" in seen) is styled


def test_index_shows_a_bar_on_a_terminal(seeds, tmp_path):
    status, seen = on_a_terminal(["index", seeds, "--data", tmp_path])
    assert status == 0
    assert "\x1b[?25l" in seen, "no bar hid the cursor"
    assert seen.rstrip().endswith("added: 2, updated: 0, unchanged: 0")


def test_index_is_quiet_in_a_pipe(process, seeds, tmp_path):
    done = process("index", seeds, "--data", tmp_path)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode().count("\n") == 1


def test_ctrl_c_while_serving_says_stopped(tmp_path):
    status, seen = on_a_terminal(["serve", "--port", "0", "--data", tmp_path], interrupt_at=b"Ctrl-C")
    assert "http://127.0.0.1:" in seen
    assert status == 130
    assert "dalil: stopped" in seen
    assert "Traceback" not in seen
