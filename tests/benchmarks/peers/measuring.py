"""What is done with each peer, step by step; each step's result is a file, so that a stopped run goes on where it was."""

import hashlib
import json
import os
import shutil
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa.evaluation.provenance import code_hash
from tests.benchmarks.peers import material
from tests.benchmarks.peers.environments import ADAPTERS, OURS, Peer, PeerError, python_of
from tests.benchmarks.peers.material import Asked, Material
from tests.benchmarks.peers.wire import Process

DEPTH = 10
STARTS = 3
FREE = "free encoder"
ANSWER = "answer"
Results = dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """What to measure, and where: `count` made-up passages, `seconds` of questions to those, `timeout` for one request."""

    material: Material
    out: Path
    cache: Path
    count: int
    seconds: float = 20.0
    timeout: float = 1200.0


class Bench:
    """The measurements of one peer."""

    def __init__(self, peer: Peer, plan: Plan) -> None:
        self._peer, self._plan = peer, plan
        self._python = python_of(peer, plan.cache)
        self._home = plan.out / peer.key
        self._home.mkdir(parents=True, exist_ok=True)
        files = [peer.adapter, ADAPTERS / "serving.py", Path(__file__), Path(material.__file__)]
        code = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]
        ours = code_hash() if peer.key == OURS else ""
        self._same = {"data": plan.material.hash, "code": code, "installs": json.dumps(peer.installs), "ours": ours}

    def run(self) -> Results:
        """Everything, or what is left of it. What fails is told in the result and on stderr."""
        about = self._once("about", lambda: self._about())
        found: Results = {"about": about, "retrieval": {}, "start": {}, "failed": {}}
        for retriever in about["retrievers"]:
            steps: dict[str, Callable[[str], Results]] = {"start": self._start}
            if ANSWER not in retriever and FREE not in retriever:
                steps = {"retrieval": self._retrieval} | steps
            for name, step in steps.items():
                self._try(found, name, retriever, step)
        hybrid = next(name for name in about["retrievers"] if FREE in name)
        self._try(found, f"scale-{self._plan.count}", hybrid, self._scale)
        return found

    def _try(self, found: Results, name: str, retriever: str, step: Callable[[str], Results]) -> None:
        try:
            result = self._once(f"{name} {retriever}", lambda: step(retriever))
        except PeerError as error:
            print(f"{self._peer.key}: {error}", file=sys.stderr, flush=True)
            found["failed"][f"{name} {retriever}"] = str(error)
            return
        if name.startswith("scale"):
            found["scale"] = result
        else:
            found[name][retriever] = result

    def _once(self, name: str, step: Callable[[], Results]) -> Results:
        path = self._home / f"{name.replace(',', '').replace(' ', '-')}.json"
        if path.exists():
            stored = json.loads(path.read_text(encoding="utf-8"))
            if stored["same"] == self._same:
                return dict(stored["result"])
        print(f"{self._peer.key}: {name}", file=sys.stderr, flush=True)
        result = step()
        path.write_text(json.dumps({"same": self._same, "result": result}, ensure_ascii=False), encoding="utf-8")
        return result

    def _process(self) -> Process:
        return Process(self._python, self._peer.adapter, self._home / "stderr.log", self._plan.timeout)

    def _about(self) -> Results:
        with self._process() as process:
            return process.ask("about")

    def _index(self, retriever: str, passages: Path, folder: Path) -> Results:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        with self._process() as process:
            done = process.ask("index", retriever=retriever, passages=str(passages), folder=str(folder))
        return done | {"disk_mb": size_mb(folder)}

    def _small(self, retriever: str) -> Path:
        """The folder with the dataset's passages indexed; the index is kept from one step to the next."""
        folder = self._plan.out / "indexes" / self._peer.key / retriever.replace(",", "").replace(" ", "-")
        stamp = folder.with_suffix(".json")
        if not (stamp.exists() and json.loads(stamp.read_text(encoding="utf-8"))["key"] == self._same):
            passages = material.write(self._plan.material.passages, self._plan.out / "passages.jsonl")
            done = self._index(retriever, passages, folder)
            stamp.write_text(json.dumps({"key": self._same, "same": done["same"]}), encoding="utf-8")
        return folder

    def _retrieval(self, retriever: str) -> Results:
        folder = self._small(retriever)
        same = json.loads(folder.with_suffix(".json").read_text(encoding="utf-8"))["same"]
        out: Results = {"same": same}
        with self._process() as process:
            process.ask("open", retriever=retriever, folder=str(folder))
            for asked in self._plan.material.asked:
                done = process.ask("search", questions=asked.questions, k=DEPTH, seconds=self._plan.timeout)
                out[asked.direction] = {"found": done["found"], "cpu_ms": statistics.median(done["cpu_ms"])}
        return out

    def _start(self, retriever: str) -> Results:
        """A new process until its first answer: seconds by the clock and of the processor."""
        folder = self._small(retriever)
        question = self._plan.material.asked[0].questions[0]
        runs = []
        for _ in range(STARTS):
            with self._process() as process:
                runs.append(_first_answer(process, retriever, folder, question))
        return {name: statistics.median(run[name] for run in runs) for name in runs[0]}

    def _scale(self, retriever: str) -> Results:
        plan = self._plan
        passages = plan.out / f"made-up-{plan.material.hash}-{plan.count}.jsonl"
        if not passages.exists():
            part = material.write(list(material.made_up(plan.material, plan.count)), passages.with_suffix(".part"))
            part.replace(passages)
        folder = plan.out / "indexes" / self._peer.key / "scale"
        indexed = self._index(retriever, passages, folder)
        questions = plan.material.asked[0].questions[:300]
        with self._process() as process:
            first = _first_answer(process, retriever, folder, questions[0])
            done = process.ask("search", questions=questions[1:], k=DEPTH, seconds=plan.seconds)
        shutil.rmtree(folder)  # some gigabytes
        times = sorted(done["cpu_ms"])
        return {
            "passages": plan.count,
            "index_cpu_us": 1e6 * indexed["cpu_s"] / plan.count,
            "index_wall_s": indexed["wall_s"],
            "index_peak_mb": indexed["peak_mb"],
            "disk_mb": indexed["disk_mb"],
            "first": first,
            "query_cpu_ms": statistics.median(times),
            "query_p95_ms": times[int(0.95 * (len(times) - 1))],
            "queries": len(times),
            "query_peak_mb": done["peak_mb"],
        }


def _first_answer(process: Process, retriever: str, folder: Path, question: str) -> dict[str, float]:
    process.ask("open", retriever=retriever, folder=str(folder))
    done = process.ask("search", questions=[question], k=DEPTH, seconds=0)
    return {"wall_s": process.wall_s, "cpu_s": done["so_far_s"], "peak_mb": done["peak_mb"]}


def size_mb(folder: Path) -> float:
    """Megabytes of all files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def same_for_all(results: Mapping[str, Results]) -> dict[str, str]:
    """Passages that a system keeps once with another: either is right then, for everybody."""
    found = [one["same"] for result in results.values() for one in result["retrieval"].values()]
    return {one: other for same in found for one, other in same.items()}


def score(found: Sequence[Sequence[str]], asked: Asked, same: Mapping[str, str]) -> dict[str, float]:
    """How often a right passage comes first and among the first five, and the mean of one through its place (to ten)."""
    places = []
    for names, gold in zip(found, asked.gold, strict=True):
        right = {same.get(name, name) for name in gold}
        distinct = list(dict.fromkeys(same.get(name, name) for name in names))
        places.append(next((place for place, name in enumerate(distinct, 1) if name in right), None))
    count = len(places)
    return {
        "first": sum(place == 1 for place in places) / count,
        "five": sum(place is not None and place <= 5 for place in places) / count,
        "mrr": sum(1 / place for place in places if place) / count,
    }


def machine() -> dict[str, Any]:
    """What it ran on, and how busy that was."""
    models = [line for line in _lines(Path("/proc/cpuinfo")) if line.startswith("model name")]
    return {
        "cores": os.cpu_count(),
        "processor": models[0].partition(":")[2].strip() if models else "unknown",
        "load": round(os.getloadavg()[0], 1),
    }


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []
