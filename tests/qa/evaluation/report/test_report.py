"""The files of a report: whole, self-contained, and true to the runs they are of."""

import builtins
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from index.errors import MissingExtra
from qa.evaluation.errors import DatasetError
from qa.evaluation.report import write
from qa.evaluation.report.questions import Passages, entry, place
from qa.evaluation.report.reading import read
from qa.evaluation.results import METRICS_FILE, Result, read_results
from tests.qa.evaluation.report.made_runs import ARABIC, CLOSING, SCRIPT, answer, ordinary, passage, save

LOADING = {"src", "href", "xlink:href", "srcset", "data", "action", "poster", "background", "formaction"}


class Seen(HTMLParser):
    """What a page is made of, as a browser would find it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.loads: list[str] = []
        self.handlers: list[str] = []
        self.scripts: list[str] = []
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._inside = tag
        self.loads += [value or "" for name, value in attrs if name in LOADING and not (value or "").startswith("#")]
        self.handlers += [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            self.scripts.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""


def data_of(page: Path) -> dict:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    return json.loads(found[1])


@pytest.fixture
def hostile_page(hostile_report: Path) -> Path:
    return hostile_report / "report.html"


def test_a_page_loads_nothing(hostile_page: Path) -> None:
    text = hostile_page.read_text(encoding="utf-8")
    seen = Seen(text)
    assert seen.loads == []
    assert seen.handlers == []
    assert len(seen.scripts) == 2
    assert not {"link", "img", "iframe", "object", "base", "form"} & set(seen.tags)
    outside = text.replace(seen.scripts[0], "")
    assert not re.search(r"@import|url\((?!#)|(?:https?|wss?|ftp)://", outside)
    assert "default-src 'none'" in text


def test_data_cannot_leave_its_element(hostile_page: Path) -> None:
    text = hostile_page.read_text(encoding="utf-8")
    assert SCRIPT not in text
    assert CLOSING not in text
    questions = data_of(hostile_page)["questions"]
    assert questions[0]["question"] == f"{SCRIPT} ما هذا؟"
    assert questions[0]["gold"] == [CLOSING]
    assert "\x00" in questions[1]["question"]
    assert "Stitched {{data}} {{script}}" in text


def test_all_questions_are_there_and_missing_fields_do_no_harm(hostile_page: Path) -> None:
    document = data_of(hostile_page)
    assert [item["id"] for item in document["questions"]] == ["1", "2", "3", "4", "5", "6", '7"><']
    failed = document["questions"][3]["runs"][0]
    assert failed["error"].startswith("ValueError")
    assert document["questions"][5]["answerable"] is False
    assert document["questions"][2]["runs"][0].get("confidence") is None


def test_plots_are_inside_and_take_colours_from_the_page(report_a: Path) -> None:
    text = (report_a / "report.html").read_text(encoding="utf-8")
    keys = re.findall(r'data-plot="(\w+)"', text)
    assert keys == ["languages", "types", "risk_coverage", "calibration", "latency"]
    pictures = re.findall(r"<svg.*?</svg>", text, re.DOTALL)
    assert len(pictures) == 2 * len(keys)
    ids = re.findall(r'\bid="([^"]+)"', "".join(pictures))
    assert len(ids) == len(set(ids))
    assert all("var(--series-1)" in picture for picture in pictures)
    assert "#1d2321" not in "".join(pictures)


@pytest.mark.parametrize("quote", ["يوم الاثنين", "انتهاء عملياته", "للتدريب."])
def test_a_quote_is_marked_where_it_stands_in_units_of_javascript(quote: str, tmp_path: Path) -> None:
    held = passage("a", ARABIC)
    run = save(tmp_path / "run", [Result("1", "متى؟", "ar", answer=answer("قال", quote, held), verdict="correct")])
    passages = Passages()
    made = entry(read([run]), "1", passages)["runs"][0]["citations"][0]
    units = passages.listed[made["passage"]]["text"].encode("utf-16-le")
    assert units[made["start"] * 2 : made["end"] * 2].decode("utf-16-le") == quote


def test_a_quote_is_looked_for_by_offset_before_words() -> None:
    held = passage("a", "قال ثم قال ثم قال", 50)
    citation = {"article_id": "a", "passage_id": "a:0", "quote": "قال", "start": 57, "end": 60}
    assert place(citation, "قال", [held]) == (held, 7, 10)
    assert place({**citation, "start": None}, "قال", [held]) == (held, 0, 3)
    assert place({**citation, "article_id": "b"}, "قال", [held]) is None
    assert place(citation, "مضى", [held]) is None


def test_a_passage_is_kept_once() -> None:
    passages = Passages()
    assert passages.add(passage("a", ARABIC)) == passages.add(passage("a", ARABIC)) == 0
    assert passages.add(passage("a", ARABIC, 7)) == 1


def test_json_holds_the_figures_of_the_run(run_a: Path, report_a: Path) -> None:
    document = json.loads((report_a / "report.json").read_text(encoding="utf-8"))
    metrics = json.loads((run_a / METRICS_FILE).read_text(encoding="utf-8"))
    assert document["kind"] == "run"
    assert document["runs"][0]["name"] == "first"
    assert document["runs"][0]["metrics"]["answers"] == metrics["answers"]
    assert document["comparisons"] == []


def test_three_runs_and_names_that_are_the_same(run_a: Path, tmp_path: Path) -> None:
    other = save(tmp_path / "deeper" / "first", ordinary(60, seed=3))
    write([run_a, other, run_a], tmp_path / "out")
    document = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert [run["name"] for run in document["runs"]] == ["first", "first (2)", "first (3)"]
    assert document["comparisons"][0]["not_shared"] == 60
    assert data_of(tmp_path / "out" / "report.html")["questions"][-1]["runs"][1] is None


def test_runs_without_a_question_in_common_are_refused(run_a: Path, tmp_path: Path) -> None:
    other = save(tmp_path / "other", [Result("else", "?", "en")])
    with pytest.raises(DatasetError, match="no question in common"):
        write([run_a, other], tmp_path / "out")


def test_a_run_that_did_not_finish_is_refused(tmp_path: Path) -> None:
    run = save(tmp_path / "run", ordinary(2))
    (run / METRICS_FILE).unlink()
    with pytest.raises(DatasetError, match="did not finish"):
        write([run], tmp_path / "out")
    with pytest.raises(DatasetError, match="at least one run"):
        write([], tmp_path / "out")


def test_an_empty_run_still_has_a_report(tmp_path: Path) -> None:
    write([save(tmp_path / "run", [])], tmp_path / "out")
    assert data_of(tmp_path / "out" / "report.html")["questions"] == []


def test_without_matplotlib_the_extra_is_named(run_a: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *arguments: object) -> object:
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return real(name, *arguments)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtra, match="pip install"):
        write([run_a], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_rows_survive_what_json_cannot_hold(hostile_run: Path) -> None:
    rows = {row.id: row for row in read_results(hostile_run)}
    run = read([hostile_run])[0]
    assert "\ud800" in rows["2"].question
    assert "\ufffd" in run.rows["2"].question
    assert run.name == "hostile <run> & تشغيل"
