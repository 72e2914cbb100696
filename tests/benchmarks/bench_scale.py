"""Time, memory and disk from a thousand to a million passages: `python tests/benchmarks/bench_scale.py --out FOLDER`.

One index grows through `--sizes` (passages); at each size a thousand passages are added, a thousand removed, the index is
opened by a new process and asked. Every step is a process of its own, so that its peak of memory is its own; CPU seconds are
what the system counted. Writes `scale.json` and `scale.png` into FOLDER, where the index grows too until it is deleted.

A million passages take about forty minutes of CPU: `--sizes 1000 10000 100000 170000` is a fifth of that.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks import synthetic

SIZES = (1_000, 10_000, 100_000, 170_000, 1_000_000)
PER_ARTICLE = 5.8
CHANGED = 1_000
ASKED = 100
Figures = dict[str, Any]


# -- steps, each in its own process --------------------------------------------------------------------------------------


def measured(work: Callable[[], Figures]) -> Figures:
    """What `work` tells, with seconds of CPU and wall, and megabytes of memory: the peak, and its own at the end."""
    cpu, wall = time.process_time(), time.perf_counter()
    told = work()
    told |= {"cpu_s": time.process_time() - cpu, "wall_s": time.perf_counter() - wall}
    return told | {"peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "own_mb": _own_memory()}


def _own_memory() -> float | None:
    """What the process does not share with files that it has mapped."""
    if not sys.platform.startswith("linux"):
        return None
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("RssAnon")).split()[1]) / 1024


def step_index(data: Path, first: int, last: int) -> Figures:
    """Articles from `first` up to `last`, from files, which are gone afterwards."""
    from qa import Dalil

    with Dalil.open(data) as dalil:
        before = dalil.size()["passages"]
        dalil.index([data.parent / "articles"])
        passages = dalil.size()["passages"]
    return {"new": passages - before, "passages": passages}


def step_remove(data: Path, first: int, last: int) -> Figures:
    """Those articles out again."""
    from qa import Dalil

    with Dalil.open(data) as dalil:
        before = dalil.size()["passages"]
        dalil.remove([f"s{number}" for number in range(first, last)])
        return {"gone": before - dalil.size()["passages"]}


def step_open(data: Path, first: int, last: int) -> Figures:
    """Nothing open, one answer."""
    from qa import Dalil

    with Dalil.open(data, create=False) as dalil:
        dalil.ask(synthetic.question(first))
    return {}


def step_ask(data: Path, first: int, last: int) -> Figures:
    """Questions about articles between `first` and `last`, one after the other; milliseconds each."""
    from qa import Dalil

    cpu, wall, right, search = [], [], [], []
    numbers = np.linspace(first, last - 1, ASKED).astype(int).tolist()
    with Dalil.open(data, create=False) as dalil:
        dalil.ask(synthetic.question(first))
        for number in numbers:
            question = synthetic.question(number)
            began, worked = time.perf_counter(), time.process_time()
            answer = dalil.ask(question)
            wall.append(1000 * (time.perf_counter() - began))
            cpu.append(1000 * (time.process_time() - worked))
            right.append(f"s{number}" in [hit.article_id for hit in answer.passages])
            worked = time.process_time()
            dalil.search(question)
            search.append(1000 * (time.process_time() - worked))
        facts = dalil.facts()["index"]
    told: Figures = {"kind": facts["vector search"], "right": float(np.mean(right))}
    for name, values in (("cpu_ms", cpu), ("wall_ms", wall), ("search_cpu_ms", search)):
        told[name] = dict(zip(("p50", "p95"), np.percentile(values, [50, 95]).round(2).tolist(), strict=True))
    return told


def step_recall(data: Path, first: int, last: int) -> Figures:
    """The vector search against an exact one."""
    from qa import Dalil

    with Dalil.open(data, create=False) as dalil:
        found = dalil.recall(100)
    return {f"recall@{depth}": float(np.mean(shares)) for depth, shares in found.shares.items()}


STEPS = {name.removeprefix("step_"): step for name, step in globals().copy().items() if name.startswith("step_")}


# -- the run ---------------------------------------------------------------------------------------------------------------


def run(step: str, data: Path, first: int, last: int) -> Figures:
    """One step in a new process."""
    command = [sys.executable, __file__, "--step", step, str(data), str(first), str(last)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    told: Figures = json.loads(done.stdout.splitlines()[-1])
    print(f"  {step:7} {json.dumps(told)}", flush=True)
    return told


def stages(sizes: list[int], work: Path) -> Iterator[Figures]:
    """The figures at each size."""
    data, there = work / "data", 0
    for size in sizes:
        print(f"{size:,} passages", flush=True)
        articles, changed = round(size / PER_ARTICLE), round(CHANGED / PER_ARTICLE)
        figures: Figures = {"size": size}
        for name, first, last in (("index", there, articles), ("add", articles, articles + changed)):
            shutil.rmtree(work / "articles", ignore_errors=True)
            list(synthetic.write(work / "articles", range(first, last)))
            figures[name] = run("index", data, first, last)
        shutil.rmtree(work / "articles")
        figures["remove"] = run("remove", data, articles, articles + changed)
        figures["open"] = run("open", data, there, articles)
        figures["ask"] = run("ask", data, 0, articles)
        figures["recall"] = run("recall", data, 0, articles)
        figures["disk_mb"] = {path.name: _megabytes(path) for path in sorted(data.iterdir())}
        there = articles
        yield figures


def _megabytes(path: Path) -> float:
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return round(sum(file.stat().st_size for file in files) / 1e6, 1)


def main(sizes: list[int], out: Path) -> None:
    """Grow, measure, write after every size."""
    out.mkdir(parents=True, exist_ok=True)
    work, told = out / "work", []
    shutil.rmtree(work, ignore_errors=True)
    try:
        for figures in stages(sorted(sizes), work):
            told.append(figures)
            (out / "scale.json").write_text(json.dumps({"cores": os.cpu_count(), "sizes": told}, indent=1), encoding="utf-8")
            plot(told, out / "scale.png")
    finally:
        shutil.rmtree(work, ignore_errors=True)
    print(table(told))


def table(told: list[Figures]) -> str:
    """The figures as a table in Markdown."""
    rows: list[tuple[str, Callable[[Figures], str]]] = [
        ("vector search", lambda of: str(of["ask"]["kind"])),
        ("indexing, CPU ms per passage", lambda of: f"{1000 * of['index']['cpu_s'] / of['index']['new']:.2f}"),
        ("indexing, peak MB", lambda of: f"{of['index']['peak_mb']:.0f}"),
        ("1,000 more, CPU s", lambda of: f"{of['add']['cpu_s']:.1f}"),
        ("1,000 out, CPU s", lambda of: f"{of['remove']['cpu_s']:.1f}"),
        ("new process to first answer, CPU s", lambda of: f"{of['open']['cpu_s']:.2f}"),
        ("a question, CPU ms p50 / p95", lambda of: "{p50:.1f} / {p95:.1f}".format(**of["ask"]["cpu_ms"])),
        ("a search, CPU ms p50 / p95", lambda of: "{p50:.1f} / {p95:.1f}".format(**of["ask"]["search_cpu_ms"])),
        ("asking, peak MB (own)", lambda of: f"{of['ask']['peak_mb']:.0f} ({of['ask']['own_mb'] or 0:.0f})"),
        (
            "recall@10 / @100 of vectors",
            lambda of: f"{_recall(of, 10):.3f} / {_recall(of, 100):.3f}",
        ),
        ("disk MB", lambda of: f"{sum(of['disk_mb'].values()):.0f}"),
    ]
    lines = ["| passages | " + " | ".join(f"{of['size']:,}" for of in told) + " |", "|---" * (len(told) + 1) + "|"]
    lines += [f"| {name} | " + " | ".join(value(of) for of in told) + " |" for name, value in rows]
    return "\n".join(lines)


def _recall(of: Figures, depth: int) -> float:
    value: float = of["recall"][f"recall@{depth}"]
    return value


def plot(told: list[Figures], path: Path) -> None:
    """Time and memory against the number of passages, both axes logarithmic."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    sizes = [of["index"]["passages"] for of in told]
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    times = {
        "indexing, ms a passage": [1000 * of["index"]["cpu_s"] / of["index"]["new"] for of in told],
        "a question, ms": [of["ask"]["cpu_ms"]["p50"] for of in told],
        "a search, ms": [of["ask"]["search_cpu_ms"]["p50"] for of in told],
        "1,000 more, s": [of["add"]["cpu_s"] for of in told],
        "1,000 out, s": [of["remove"]["cpu_s"] for of in told],
        "process to first answer, s": [of["open"]["cpu_s"] for of in told],
    }
    memory = {
        "indexing, peak": [of["index"]["peak_mb"] for of in told],
        "asking, peak": [of["ask"]["peak_mb"] for of in told],
        "asking, own": [of["ask"]["own_mb"] for of in told],
        "disk": [sum(of["disk_mb"].values()) for of in told],
    }
    for axes, lines, unit in ((left, times, "CPU time"), (right, memory, "MB")):
        for name, values in lines.items():
            axes.loglog(sizes, values, marker="o", markersize=3, label=name)
        axes.set(xlabel="passages", ylabel=unit)
        axes.grid(alpha=0.3, which="major")
        axes.legend(fontsize=7)
    figure.savefig(path, dpi=90)
    pyplot.close(figure)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--out", type=Path, default=Path("scale"))
    parser.add_argument("--step", nargs=4, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.step:
        name, folder, begin, end = given.step
        print(json.dumps(measured(lambda: STEPS[name](Path(folder), int(begin), int(end)))))
    else:
        main(given.sizes, given.out)
