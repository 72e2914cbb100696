"""A disk that is full, or may not be written to: what was acknowledged stays, one line says what to do, and then it goes on."""

import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.conftest import QUESTIONS, write_articles
from tests.faults.helper import Helper
from tests.samples import numbered

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits and permissions as Linux has them")


def stored(helper: Helper, data: Path) -> int:
    """How many articles there are, after a look at all of them."""
    checked = helper.run("doctor", "--check", "--json", "--data", data)
    assert checked.code == 0, checked.out + checked.err
    with sqlite3.connect(data / "dalil.db") as connection:
        return int(connection.execute("SELECT count(*) FROM articles").fetchone()[0])


@pytest.mark.parametrize("largest", [40_000, 250_000])
def test_no_file_may_grow(helper: Helper, data: Path, tmp_path: Path, largest: int) -> None:
    """At 40 KB not even a page goes in; further on the store, its log, BM25 fail, each in its turn."""
    more = write_articles(tmp_path / "more.jsonl", [numbered(number, words=60) for number in range(100)])
    line = helper.run("index", more, "--data", data, largest=largest).failed_plainly()
    assert any(word in line for word in ("full", "room", "written")), line
    assert helper.run("index", more, "--data", data).code == 0
    assert stored(helper, data) == 104


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("a small disk can only be mounted by root")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(path: Path) -> None:
    """Take all that is left of a disk."""
    with path.open("wb", buffering=0) as file:
        try:
            while file.write(b"x" * 4096):
                pass
        except OSError:
            return


def test_a_full_disk(helper: Helper, small_disk: Path, tmp_path: Path, served) -> None:
    data = small_disk / "data"
    assert helper.run("index", write_articles(tmp_path / "news.jsonl"), "--data", data).code == 0
    service = served(data)
    assert service.ask(QUESTIONS["dam"])["citations"]
    filler = small_disk / "filler"
    fill(filler)
    article = {"id": "late", "text": numbered(1, words=3000).text}
    for _ in range(2):
        status, told = service.send("POST", "/articles", article)
        assert (status, told["error"]["code"]) == (503, "store_unreadable"), told
        assert "full" in told["error"]["message"] or "room" in told["error"]["message"]
    assert service.send("POST", "/feedback", {"question": "x" * 1500, "thumb": "up"})[0] == 503
    assert service.ask(QUESTIONS["dam"])["citations"], "questions are answered as before"
    line = helper.run("index", write_articles(tmp_path / "m.jsonl", [numbered(7, 9000)]), "--data", data).failed_plainly()
    assert "full" in line or "room" in line
    filler.unlink()
    assert service.send("POST", "/articles", article)[0] == 200
    assert service.send("GET", "/articles/late")[0] == 200
    assert service.running.kill().err.count("Traceback") == 0
    assert stored(helper, data) == 5


def freeze(folder: Path, writable: bool) -> None:
    """Take the right to write from everything in a folder, or give it back."""
    for path in [folder, *folder.rglob("*")]:
        mode = stat.S_IMODE(path.stat().st_mode)
        path.chmod(mode | 0o200 if writable else mode & ~0o222)


@pytest.fixture
def frozen(data: Path) -> Iterator[Path]:
    freeze(data, writable=False)
    yield data
    freeze(data, writable=True)


COMMANDS = [["index", "NEWS"], ["remove", "dam"], ["keys", "create"], ["doctor", "--repair"], ["ask", QUESTIONS["dam"]]]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_a_folder_that_is_read_only(helper: Helper, frozen: Path, tmp_path: Path, command: list[str]) -> None:
    news = write_articles(tmp_path / "n.jsonl", [numbered(1)])
    before = {path: path.read_bytes() for path in frozen.rglob("*") if path.is_file()}
    line = helper.run(*(news if one == "NEWS" else one for one in command), "--data", frozen, no_root=True).failed_plainly()
    assert "read-only" in line or "written" in line or "writable" in line, line
    assert str(frozen) in line
    assert {path: path.read_bytes() for path in frozen.rglob("*") if path.is_file()} == before


def test_a_folder_that_is_read_only_while_another_process_has_it_open(helper: Helper, data: Path) -> None:
    """Then the database can be read, and BM25 cannot: that is no answer, and no refusal either."""
    with closing(sqlite3.connect(data / "dalil.db")) as other:
        assert other.execute("SELECT count(*) FROM articles").fetchone()[0] > 0
        freeze(data, writable=False)
        try:
            line = helper.run("ask", QUESTIONS["dam"], "--data", data, no_root=True).failed_plainly()
        finally:
            freeze(data, writable=True)
    assert "cannot be read, nor made again" in line
    assert str(data) in line


def test_no_folder_can_be_made(helper: Helper, tmp_path: Path) -> None:
    place = tmp_path / "closed"
    place.mkdir(mode=0o555)
    news = write_articles(tmp_path / "n.jsonl", [numbered(1)])
    line = helper.run("index", news, "--data", place / "data", no_root=True).failed_plainly()
    assert str(place) in line
