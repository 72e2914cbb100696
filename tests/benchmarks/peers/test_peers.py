"""The protocol with a made-up peer, that a stopped run goes on, and the table on fixed numbers. Nothing is installed."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.peers import environments, measuring
from tests.benchmarks.peers.environments import Peer, PeerError
from tests.benchmarks.peers.material import Asked, made_up, read
from tests.benchmarks.peers.measuring import Bench, Plan, score
from tests.benchmarks.peers.table import markdown, report
from tests.benchmarks.peers.wire import Process

TOY = """
import json, sys
from pathlib import Path
from serving import Adapter, serve

class Toy(Adapter):
    name, packages = "Toy", ("pytest", "no-such-package")
    retrievers = {"keyword": "by the longest word", "hybrid, free encoder": "the same"}

    def index(self, retriever, passages, folder):
        print("a library talks on stdout")
        (folder / "all.json").write_text(json.dumps(passages))
        return {passages[-1][0]: passages[0][0]} if passages[-1][1] == passages[0][1] else {}

    def open(self, retriever, folder):
        passages = json.loads((folder / "all.json").read_text())
        def search(question, k):
            if question == "die":
                print("the last words", file=sys.stderr, flush=True)
                sys.exit(3)
            word = max(question.split(), key=len)
            return [name for name, text in passages if word in text][:k]
        return search

with open(Path(__file__).with_name("started.log"), "a") as log:
    log.write("x")
serve(Toy())
"""
TEXTS = {"سد": "افتتح الوزير سد الوادي أمس", "جسر": "أغلق المجلس جسر النهر يوم الجمعة"}


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "adapters"
    folder.mkdir()
    shutil.copy(environments.ADAPTERS / "serving.py", folder)
    (folder / "toy_peer.py").write_text(TOY, encoding="utf-8")
    for module in (environments, measuring):
        monkeypatch.setattr(module, "ADAPTERS", folder)
    return folder / "toy_peer.py"


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """A SQuAD file of two paragraphs, each asked about once."""
    paragraphs = [
        {"context": text, "qas": [{"id": word, "question": f"أين {text.split()[-2]}؟", "answers": [{"text": word}]}]}
        for word, text in TEXTS.items()
    ]
    path = tmp_path / "toy.json"
    path.write_text(json.dumps({"data": [{"title": "t", "paragraphs": paragraphs}]}), encoding="utf-8")
    return path


def test_a_peer_answers_and_fails_in_words(toy: Path, tmp_path: Path) -> None:
    passages, folder = tmp_path / "passages.jsonl", tmp_path / "index"
    passages.write_text("".join(json.dumps({"id": key, "text": text}) + "\n" for key, text in TEXTS.items()), encoding="utf-8")
    folder.mkdir()
    with Process(Path(sys.executable), toy, tmp_path / "log", timeout=60) as peer:
        about = peer.ask("about")
        assert (about["name"], about["versions"]["no-such-package"]) == ("Toy", "not installed")
        indexed = peer.ask("index", retriever="keyword", passages=str(passages), folder=str(folder))
        assert indexed["passages"] == 2
        assert indexed["peak_mb"] > 1
        assert indexed["so_far_s"] > 0
        with pytest.raises(PeerError, match="toy_peer failed to open: FileNotFoundError"):
            peer.ask("open", retriever="keyword", folder=str(tmp_path / "nowhere"))
        peer.ask("open", retriever="keyword", folder=str(folder))
        assert peer.ask("search", questions=["افتتح الوزير", "؟"], k=5, seconds=9)["found"] == [["سد"], []]


def test_a_peer_that_dies_leaves_its_last_words(toy: Path, tmp_path: Path) -> None:
    (tmp_path / "all.json").write_text("[]", encoding="utf-8")
    with Process(Path(sys.executable), toy, tmp_path / "log", timeout=60) as peer:
        peer.ask("open", retriever="keyword", folder=str(tmp_path))
        with pytest.raises(PeerError, match="ended while it was asked to search: the last words"):
            peer.ask("search", questions=["die"], k=5, seconds=9)


def test_a_stopped_run_goes_on(toy: Path, dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "STARTS", 1)
    plan = Plan(read(dataset, None), tmp_path / "out", tmp_path / "cache", count=30, timeout=60)
    found = Bench(Peer("toy"), plan).run()
    assert found["failed"] == {}
    assert list(found["retrieval"]) == ["keyword"]
    assert list(found["start"]) == ["keyword", "hybrid, free encoder"]
    assert found["scale"]["passages"] == 30
    starts = toy.with_name("started.log").read_text()
    (tmp_path / "out/toy/start-keyword.json").unlink()
    assert Bench(Peer("toy"), plan).run()["retrieval"] == found["retrieval"]
    assert toy.with_name("started.log").read_text() == starts + "x", "only the missing step is done again"


def test_made_up_passages_are_always_the_same(dataset: Path) -> None:
    given = read(dataset, None)
    once = list(made_up(given, 50))
    assert once == list(made_up(given, 50))
    assert len({text for _, text in once}) == 50


def test_scores() -> None:
    asked = Asked("ar→ar", ["؟"] * 4, [("a",), ("b",), ("c", "d"), ("e",)])
    found = [["a", "x"], ["x", "same as b", "b"], ["d", "c"], ["x", "y"]]
    assert score(found, asked, {"same as b": "b"}) == {"first": 0.5, "five": 0.75, "mrr": (1 + 1 / 2 + 1) / 4}


def _result(name: str, places: list[list[str]], factor: float) -> dict[str, Any]:
    names = "index_cpu_us index_wall_s query_cpu_ms query_p95_ms index_peak_mb query_peak_mb disk_mb"
    scale: dict[str, Any] = dict.fromkeys(names.split(), 10.0 * factor)
    return {
        "about": {"name": name, "versions": {"package": "1.0"}, "retrievers": {"keyword": "as documented"}},
        "retrieval": {"keyword": {"same": {}, "ar→ar": {"found": places, "cpu_ms": 1.0}}},
        "start": {"keyword": {"wall_s": factor, "cpu_s": factor, "peak_mb": 50.0}},
        "scale": {**scale, "passages": 30, "first": {"cpu_s": factor}},
        "failed": {},
    }


def test_the_table_says_where_others_win() -> None:
    asked = [Asked("ar→ar", ["؟", "؟"], [("a",), ("b",)])]
    results = {"dalil": _result("Dalil", [["a"], ["x", "b"]], 2.0), "toy": _result("Toy", [["a"], ["x"]], 1.0)}
    results["toy"]["scale"]["index_cpu_us"] = 99.4
    results["toy"]["failed"] = {"start dense": "no model"}
    facts = {"day": "2026-11-27", "cores": 2, "processor": "made up", "load": 0.1, "dataset": "toy.json", "passages": 2}
    facts |= {"questions": "2 questions ar→ar", "count": 30, "directions": ["ar→ar"]}
    document = report(results, asked, facts)
    assert "Toy: indexing, s 10, Dalil 20" in document["theirs"]
    assert not [line for line in document["theirs"] if "overhead" in line or "ar→ar" in line]
    page = markdown(document, ["a default that needs a key"])
    assert "| Dalil | keyword | 50.0 | 100.0 | 75.0 |" in page
    assert "| Toy | keyword | 50.0 | 50.0 | 50.0 |" in page
    assert "| overhead per passage, CPU µs | 20 | 99 |" in page
    assert "- Toy: start dense failed: no model" in page
    assert "- a default that needs a key" in page
