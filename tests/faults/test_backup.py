"""Backups: taken while others index and ask, whole, refused where they are not, and the same answers once restored."""

import json
import sqlite3
import stat
import time
from pathlib import Path

import pytest

from index.backup import BackupError, back_up, restore
from index.errors import IndexMissing, InputError
from tests.faults.conftest import QUESTIONS, write_articles
from tests.faults.helper import Helper
from tests.samples import numbered


def answers(service) -> dict[str, object]:
    """The best citation of each answer; a further one may change with how rare words are among more articles."""
    return {article_id: service.ask(question)["citations"][0] for article_id, question in QUESTIONS.items()}


def test_taken_while_another_process_indexes_and_a_service_answers(helper: Helper, data: Path, tmp_path: Path, served) -> None:
    service = served(data)
    before = answers(service)
    service.ask(QUESTIONS["dam"], conversation_id="kept")
    assert service.send("POST", "/feedback", {"question": "kept", "thumb": "up"})[0] < 300
    indexing = helper.start(
        "index", write_articles(tmp_path / "more.jsonl", [numbered(number) for number in range(2000)]), "--data", data
    )
    taken = []
    while indexing.pid_lives() and len(taken) < 2:
        done = helper.run("backup", tmp_path / f"{len(taken)}.tar{'.gz' * (len(taken) % 2)}", "--json", "--data", data)
        assert done.code == 0, done.err
        taken.append(json.loads(done.out))
        time.sleep(0.1)
    assert indexing.wait().code == 0, indexing.err
    assert len(taken) >= 1
    assert answers(service) == before
    service.running.kill()
    folder = tmp_path / "back"
    assert helper.run("restore", taken[-1]["path"], "--data", folder).code == 0
    with sqlite3.connect(folder / "dalil.db") as connection:
        ids = {row[0] for row in connection.execute("SELECT id FROM articles")}
    more = sum(name.startswith("n") for name in ids)
    assert len(ids) == taken[-1]["articles"]
    assert ids == {"dam", "festival", "bridge", "orchard"} | {f"n{number}" for number in range(more)}, (
        "one moment, whole batches"
    )
    back = served(folder)
    assert answers(back) == before
    assert back.send("GET", "/conversations/kept")[1]["history"][0]["question"] == QUESTIONS["dam"]
    back.running.kill()
    checked = helper.run("doctor", "--check", "--data", folder)
    assert checked.code == 0, checked.out + checked.err
    assert not list(tmp_path.glob(".*"))


@pytest.fixture(scope="module", params=[".tar", ".tar.gz"])
def taken(request: pytest.FixtureRequest, sound: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("taken") / f"b{request.param}"
    return back_up(sound, path)[0]


def test_only_its_owner_may_read_it(taken: Path) -> None:
    assert stat.S_IMODE(taken.stat().st_mode) == 0o600


@pytest.mark.parametrize("share", [0.0, 0.0001, 0.3, 0.9, 0.9999])
def test_a_backup_that_was_cut_short_is_refused(taken: Path, tmp_path: Path, share: float) -> None:
    content = taken.read_bytes()
    cut = tmp_path / taken.name
    cut.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(BackupError, match=r"cut short|damaged|no backup"):
        restore(cut, tmp_path / "data")
    assert [path.name for path in tmp_path.iterdir()] == [cut.name]


@pytest.mark.parametrize("share", [0.05, 0.3, 0.5, 0.7])
def test_a_backup_with_a_flipped_bit_is_refused(taken: Path, tmp_path: Path, share: float) -> None:
    content = bytearray(taken.read_bytes())
    content[int(len(content) * share)] ^= 4
    (tmp_path / taken.name).write_bytes(content)
    with pytest.raises(BackupError):
        restore(tmp_path / taken.name, tmp_path / "data")
    assert not (tmp_path / "data").exists()


def test_a_folder_with_something_in_it_is_kept(taken: Path, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "mine.txt").write_text("kept")
    with pytest.raises(BackupError, match="--force"):
        restore(taken, tmp_path / "data")
    held, aside = restore(taken, tmp_path / "data", force=True)
    assert held.articles == 4
    assert aside is not None
    assert (aside / "mine.txt").read_text() == "kept"
    assert not (tmp_path / "data" / "mine.txt").exists()
    (tmp_path / "empty").mkdir()
    assert restore(taken, tmp_path / "empty")[1] is None


def test_what_cannot_be_backed_up(sound: Path, data: Path, tmp_path: Path) -> None:
    with pytest.raises(IndexMissing):
        back_up(tmp_path, tmp_path / "b.tar")
    with pytest.raises(InputError, match=r"\.tar"):
        back_up(sound, tmp_path / "b.zip")
    with pytest.raises(BackupError):
        back_up(sound, tmp_path / "no" / "b.tar")
    with (data / "dalil.db").open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 4096 * 3)
    with pytest.raises(BackupError, match="is damaged"):
        back_up(data, tmp_path / "b.tar")
    assert not list(tmp_path.glob("*.tar")) + list(tmp_path.glob(".*"))
    (tmp_path / "x.tar").write_bytes(b"PK" + bytes(20_000))
    with pytest.raises(BackupError, match=r"no backup|cut short|damaged"):
        restore(tmp_path / "x.tar", tmp_path / "new")
