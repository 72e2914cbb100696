"""The report for a pull request, and how figures and labels are written everywhere."""

import re
from pathlib import Path

import pytest

from qa.evaluation.comparing import compare_runs
from qa.evaluation.report.comparing import shown
from qa.evaluation.report.labels import INTERFACES, interval, labels, written
from qa.evaluation.report.markdown import markdown, worst
from qa.evaluation.report.reading import read


def test_markdown_shows_figures_with_intervals_and_the_worst(run_a: Path) -> None:
    runs = read([run_a])
    text = markdown(runs, [])
    low, high = runs[0].metrics["intervals"]["answers"]["accuracy"]
    assert f"({written(low, 'share').rstrip('%')} to {written(high, 'share').rstrip('%')})" in text
    assert "Arabic (60)" in text
    assert text.count('<td dir="auto">متى أعلن') + text.count('<td dir="auto">When did') == 10
    verdicts = [row.verdict for row in worst(runs[0])]
    assert "correct" not in verdicts


def test_markdown_cannot_be_broken_out_of(hostile_run: Path) -> None:
    text = markdown(read([hostile_run]), [])
    assert "<script" not in text
    assert "<img" not in text
    assert "@everyone" not in text
    assert "\u202e" not in text
    assert not re.search(r"[\x00-\x08\ud800-\udfff]", text)
    assert len(text) < 30_000


def test_tables_of_markdown_have_rows_of_one_width(run_a: Path, run_b: Path) -> None:
    runs = read([run_a, run_b])
    text = markdown(runs, [shown(runs, 1, compare_runs([run_a, run_b])[0])])
    widths: set[int] = set()
    for line in text.splitlines():
        if line.startswith("|"):
            widths.add(len(re.findall(r"(?<!\\)\|", line)))
        elif widths:
            assert len(widths) == 1
            widths = set()


def test_every_label_is_there_in_both_languages() -> None:
    document = labels()
    for part, entries in document.items():
        for key, entry_of in entries.items():
            for interface in INTERFACES:
                assert entry_of.get(interface), (part, key, interface)
                if part != "figures" and key != "switch":
                    placeholders = [sorted(re.findall(r"\{\w+\}", entry_of[name])) for name in INTERFACES]
                    assert placeholders[0] == placeholders[1], (part, key)


def test_every_label_the_page_asks_for_exists() -> None:
    folder = Path(markdown.__code__.co_filename).parent
    source = "".join(
        (folder / name).read_text(encoding="utf-8") for name in ("figures.js", "questions.js", "detail.js", "page.js")
    )
    asked = set(re.findall(r'word\("(\w+)"(?:,\s*\{[^}]*\})?\)', source)) | set(re.findall(r'\badd\("(\w+)"', source))
    asked |= set(re.findall(r'data-word="(\w+)"', (folder / "page.html").read_text(encoding="utf-8")))
    assert asked - set(labels()["words"]) == set()


@pytest.mark.parametrize(
    ("value", "kind", "sign", "expected"),
    [
        (0.7625, "share", False, "76.3%"),
        (0.0, "share", True, "0.0"),
        (0.5, "share", True, "+50.0"),
        (-0.5, "score", True, "−0.500"),
        (1500.0, "ms", False, "1.50 s"),
        (12.3, "number", False, "12.3"),
        (None, "ms", False, "–"),
    ],
)
def test_figures_are_written(value: float | None, kind: str, sign: bool, expected: str) -> None:
    assert written(value, kind, sign=sign) == expected


def test_intervals_are_written() -> None:
    assert interval([0.1, 0.25], "share") == "10.0 to 25.0"
    assert interval([31.0, 40.0], "ms") == "31 to 40 ms"
    assert interval(None, "share") == ""
