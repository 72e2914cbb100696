import os
import subprocess
import sys
from pathlib import Path

import pytest

from index.article import Article
from index.readers import Skipped, read_bytes, read_path, read_source

SEEDS = Path(__file__).parents[3] / "seeds"
BODY = "The minister said on Monday that the work would go on until the end of next year."


def put(folder, **files):
    for name, content in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def ids(results):
    return [result.id for result in results if isinstance(result, Article)]


def skipped(results):
    return {Path(result.origin).name: result.reason for result in results if isinstance(result, Skipped)}


def test_seeds_are_read_with_their_metadata():
    first, second = read_path(SEEDS)
    assert (first.id, first.source, first.date, first.language) == ("000_4e84c7e255c49780", "راديو سوا", None, "ar")
    assert (second.id, second.source, second.date) == ("003_bdcf7e066c1938b0", None, "2018-05-20")
    for article in (first, second):
        source = (SEEDS / f"{article.id}.txt").read_text(encoding="utf-8")
        assert article.title in source.splitlines()
        assert all(line in source.splitlines() for line in article.text.split("\n"))


def test_a_folder_is_walked_in_order_and_one_bad_file_stops_nothing(tmp_path):
    files = {
        "b.txt": BODY,
        "a.md": f"# Title\n\n{BODY}",
        "sub__c.jsonl": '{"text": "' + BODY + '", "id": "j"}',
        "empty.txt": "",
        "blank.txt": " \n ",
        "binary.txt": bytes(range(256)),
        "broken.pdf": b"%PDF-1.4 nothing",
        "broken.docx": b"PK nothing",
        "picture.png": b"\x89PNG",
        "no_suffix": BODY,
        ".hidden.txt": BODY,
        ".git__d.txt": BODY,
        "~$a.docx": b"lock",
        "menu.txt": "Skip to content\nXS\nSM\nMD",
    }
    put(tmp_path, **files)
    results = list(read_path(tmp_path))
    assert ids(results) == ["a", "b", "j"]
    reasons = skipped(results)
    assert set(reasons) == {
        *("empty.txt", "blank.txt", "binary.txt", "broken.pdf", "broken.docx", "picture.png", "no_suffix", "menu.txt")
    }
    assert "files ending in .png are not read" in reasons["picture.png"]
    assert reasons["empty.txt"] == reasons["blank.txt"] == "the file is empty"
    assert all(len(reason) > 15 for reason in reasons.values())


def test_the_same_name_in_two_folders_gives_the_later_one_its_path(tmp_path):
    put(tmp_path, **{"a__x.txt": BODY, "b__x.txt": BODY + " b", "b__x.md": BODY + " c", "y.txt": BODY})
    assert ids(read_path(tmp_path)) == ["x", "b/x.md", "b/x.txt", "y"]


def test_links_in_a_circle_end_and_broken_links_are_told(tmp_path):
    put(tmp_path, **{"in__a.txt": BODY})
    (tmp_path / "in" / "back").symlink_to(tmp_path)
    (tmp_path / "in" / "self").symlink_to(tmp_path / "in" / "self")
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere.txt")
    (tmp_path / "loop.txt").symlink_to(tmp_path / "loop.txt")
    results = list(read_path(tmp_path))
    assert ids(results) == ["a"]
    assert {"gone.txt", "loop.txt"} <= set(skipped(results))


def test_what_is_no_regular_file_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    assert skipped(read_path(tmp_path)) == {"pipe.txt": "this is no regular file"}


def test_files_above_the_limit_are_skipped(tmp_path):
    put(tmp_path, **{"big.txt": BODY * 10, "small.txt": BODY})
    results = list(read_path(tmp_path, max_bytes=200))
    assert ids(results) == ["small"]
    assert "larger than the limit of 200 bytes" in skipped(results)["big.txt"]


@pytest.mark.parametrize("name", [b"caf\xe9.txt", b"new\nline.txt", "خبر ١.txt".encode()])
def test_odd_file_names_give_usable_ids(tmp_path, name):
    with open(os.fsencode(tmp_path) + b"/" + name, "wb") as file:
        file.write(BODY.encode())
    (article,) = read_path(tmp_path)
    assert article.id.encode().decode() == article.id
    assert article.id.isprintable()
    assert article.origin.isprintable()


@pytest.mark.parametrize("source", ["nowhere/at/all.txt", "a\0b", "ftp://example.org/a.txt", "file:///etc/passwd", "x" * 5000])
def test_what_cannot_be_opened_is_told(source):
    (result,) = read_source(source)
    assert isinstance(result, Skipped)
    assert result.reason


def test_an_unreadable_folder_is_told(tmp_path, monkeypatch):
    put(tmp_path, **{"a.txt": BODY, "sub__b.txt": BODY})
    real = Path.iterdir

    def refuse(self):
        if self.name == "sub":
            raise PermissionError(13, "Permission denied")
        return real(self)

    monkeypatch.setattr(Path, "iterdir", refuse)
    results = list(read_path(tmp_path))
    assert ids(results) == ["a"]
    assert skipped(results) == {"sub": "this folder cannot be read (Permission denied)"}


def test_reading_text_loads_no_heavy_library():
    code = (
        "import sys; from pathlib import Path; from index.readers import read_path; "
        f"assert len(list(read_path(Path({str(SEEDS)!r})))) == 2; "
        "heavy = {'trafilatura', 'docx', 'pypdfium2', 'feedparser', 'httpx', 'httpcore', "
        "'charset_normalizer', 'lxml', 'bidi'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[3]
    ).stdout
    assert shown.strip() == "[]"


@pytest.mark.parametrize("error", [KeyError("x"), RecursionError(), AssertionError("odd")])
def test_a_reader_that_fails_stops_nothing(tmp_path, monkeypatch, error):
    from index.readers import markdown

    def fail(data, name, charset=None):
        raise error

    monkeypatch.setattr(markdown, "read", fail)
    put(tmp_path, **{"a.md": BODY, "b.txt": BODY})
    results = list(read_path(tmp_path))
    assert ids(results) == ["b"]
    assert set(skipped(results)) == {"a.md"}


def test_a_file_in_memory_is_read_as_one_in_a_folder(tmp_path):
    lines = "\n".join(f'{{"text": "{BODY} {n}"}}' for n in range(3))
    put(tmp_path, **{"a.txt": BODY, "b.jsonl": lines})
    for name in ("a.txt", "b.jsonl"):
        data = (tmp_path / name).read_bytes()
        held = list(read_bytes(f"folder/{name}", data))
        assert [(item.id, item.text) for item in held] == [(item.id, item.text) for item in read_path(tmp_path / name)]
        assert held[0].origin.startswith(name)
    assert skipped(read_bytes("a.txt", BODY.encode(), max_bytes=10))["a.txt"].startswith("it is larger than the limit")
