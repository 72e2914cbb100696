"""How many can ask at once: `python tests/benchmarks/bench_load.py [closed|steady|mix|overload|idle] ...`; see `--help`.

Starts `dalil serve` over a folder like news-dev and asks it over HTTP from processes of their own. No two questions are
equal, or, with `--again`, the questions of the set come over and over.
CPU seconds of the service for a request, from /proc, say the same on a busy machine as on an idle one; rates and times do not.
"""

import argparse
import json
import multiprocessing
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from load_client import Tally, run

NEWS = Path("../shared/data/news-dev")
MIX = {"ask": 55.0, "stream": 15.0, "search": 15.0, "read": 8.0, "ready": 3.0, "add": 2.0, "remove": 2.0}
_TICK = os.sysconf("SC_CLK_TCK")
_FLAT_MB_PER_HOUR = 20.0


class Service:
    """A running `dalil serve` with its processes."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int) -> None:
        self.process, self.port = process, port

    def pids(self) -> list[int]:
        """The service's processes."""
        found, waiting = [], [self.process.pid]
        while waiting:
            pid = waiting.pop()
            found.append(pid)
            try:
                waiting += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
            except OSError:
                continue
        return found

    def cpu_s(self) -> float:
        """CPU seconds that all of them used."""
        total = 0
        for pid in self.pids():
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
        return total / _TICK

    def memory_mb(self) -> dict[int, float]:
        """Resident megabytes of each."""
        found = {}
        for pid in self.pids():
            for line in Path(f"/proc/{pid}/status").read_text().splitlines():
                if line.startswith("VmRSS"):
                    found[pid] = int(line.split()[1]) / 1024
        return found

    def files(self) -> int:
        """Open files of all of them."""
        return sum(len(os.listdir(f"/proc/{pid}/fd")) for pid in self.pids())

    def figures(self) -> dict[str, float]:
        """`/metrics`, without histograms."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=30) as page:
            lines = [line.rpartition(" ") for line in page.read().decode().splitlines() if not line.startswith("#")]
        return {name: float(value) for name, _, value in lines if "_bucket" not in name}


@contextmanager
def serving(data: Path, workers: int) -> Iterator[Service]:
    """The service over an index, warm."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    many = ["--workers", str(workers)] if workers != 1 else []
    process = subprocess.Popen([sys.executable, "-m", "qa.cli", "serve", "--data", str(data), "--port", str(port), *many])
    try:
        while process.poll() is None:  # minutes, on a busy machine
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5).close()
                break
            except OSError:
                time.sleep(0.2)
        yield Service(process, port)
    finally:
        process.terminate()
        process.wait()


def measured(service: Service, given: argparse.Namespace, pattern: str, options: dict[str, Any]) -> Tally:
    """Run the clients and print what they saw and what it cost."""
    before = service.cpu_s()
    with multiprocessing.get_context("spawn").Pool(given.processes) as pool:
        jobs = [
            pool.apply_async(run, (service.port, given.news, given.seed * 100 + n, pattern, options, given.again))
            for n in range(given.processes)
        ]
        tally = Tally()
        for job in jobs:
            tally.merge(job.get())
    spent = service.cpu_s() - before
    show(tally, spent)
    return tally


def show(tally: Tally, spent: float) -> None:
    """Print the table."""
    every = sum(map(len, tally.seconds.values()))
    good = sum(len(values) for (_, status), values in tally.seconds.items() if status == 200)
    print(f"  {every} requests in {tally.wall_s:.1f} s, {good / tally.wall_s:.1f} answered a second")
    print(f"  service {1000 * spent / max(every, 1):.2f} CPU ms a request ({spent / tally.wall_s:.2f} cores), ", end="")
    print(f"clients {1000 * tally.cpu_s / max(every, 1):.2f} CPU ms a request")
    for (kind, status), values in sorted(tally.seconds.items()):
        values.sort()
        at = [1000 * values[min(len(values) - 1, int(share * len(values)))] for share in (0.5, 0.95, 0.99, 1)]
        named = "  ".join(f"{name} {value:7.1f}" for name, value in zip(("p50", "p95", "p99", "max"), at, strict=True))
        print(f"    {kind:8} {status:3} {len(values):7}   {named} ms")
    for what, times in tally.wrong.most_common(12):
        print(f"    WRONG {times} times: {what}")


def watch(service: Service, samples: list[tuple[float, dict[int, float], int]], every_s: float, done: threading.Event) -> None:
    """Note memory and open files until done."""
    began = time.monotonic()
    while not done.wait(every_s):
        samples.append((time.monotonic() - began, service.memory_mb(), service.files()))


def verdict(samples: list[tuple[float, dict[int, float], int]]) -> None:
    """Print how memory went over the time after the first third, by process, as a line of least squares."""
    kept = samples[len(samples) // 3 :]
    for pid in kept[-1][1] if kept else ():
        points = [(at / 3600, memory[pid]) for at, memory, _ in kept if pid in memory]
        if len(points) < 3:
            continue
        middle, mean = (sum(column) / len(points) for column in zip(*points, strict=True))
        spread = sum((at - middle) ** 2 for at, _ in points)
        slope = sum((at - middle) * (mb - mean) for at, mb in points) / spread
        flat = "flat" if slope <= _FLAT_MB_PER_HOUR else "GROWS"
        print(f"  process {pid}: {points[0][1]:.0f} MB then {points[-1][1]:.0f} MB, {slope:+.1f} MB an hour: {flat}")
    for at, memory, files in samples[:: max(1, len(samples) // 12)]:
        held = " ".join(f"{mb:.0f}" for mb in memory.values())
        print(f"    after {at:5.0f} s: {held} MB, {files} files open")


def mix(service: Service, given: argparse.Namespace) -> None:
    """The mixed load, with memory."""
    samples: list[tuple[float, dict[int, float], int]] = []
    done = threading.Event()
    watching = threading.Thread(target=watch, args=(service, samples, max(1.0, given.seconds / 180), done))
    watching.start()
    options = {"kinds": MIX, "many": given.clients // given.processes, "seconds": given.seconds, "rate": given.rate}
    measured(service, given, "closed", options)
    done.set()
    watching.join()
    verdict(samples)


def idle(service: Service, given: argparse.Namespace) -> None:
    """Hundreds of connections that say nothing, and a steady load beside them."""
    held = [socket.create_connection(("127.0.0.1", service.port)) for _ in range(given.idle)]
    options = {"kind": given.kind, "rate": given.rate or 10, "seconds": given.seconds}
    measured(service, given, "steady", options)
    print(f"  {service.files()} files open")
    for one in held:
        one.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mode", nargs="?", default="closed", choices=["closed", "steady", "mix", "overload", "idle"])
    parser.add_argument("--news", type=Path, default=NEWS, help="folder with corpus.jsonl and questions.jsonl")
    parser.add_argument("--data", type=Path, help="an index over it; made in a temporary folder where none is named")
    parser.add_argument("--workers", type=int, default=1, help="as for dalil serve")
    parser.add_argument("--kind", default="ask", help="closed, steady: ask, stream, search, read, health, ready")
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--processes", type=int, default=1, help="processes that the clients are in")
    parser.add_argument("--rate", type=float, default=0.0, help="requests a second in all; 0 in closed and mix: as they can")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--idle", type=int, default=500, help="idle: silent connections")
    parser.add_argument("--again", action="store_true", help="ask the questions of the set over and over")
    parser.add_argument("--seed", type=int, default=1, help="another seed asks other questions")
    given = parser.parse_args()
    if not (given.news / "corpus.jsonl").exists():
        sys.exit(f"{given.news} holds no corpus.jsonl: name the folder of a news set with --news")
    with tempfile.TemporaryDirectory() as made:
        data = given.data or Path(made)
        if given.data is None:
            index = [sys.executable, "-m", "qa.cli", "index", str(given.news / "corpus.jsonl"), "--data", made]
            subprocess.run(index, check=True, stdout=subprocess.DEVNULL)
        with serving(data, given.workers) as service:
            warm = {"kinds": {"ask": 1.0}, "many": 8, "seconds": 15.0 if given.again else 2.0}
            run(service.port, given.news, 99 + given.seed, "closed", warm, given.again)
            print(f"{given.mode} {given.kind} {json.dumps({'workers': given.workers, 'clients': given.clients})}", flush=True)
            share = given.processes
            if given.mode == "mix":
                mix(service, given)
            elif given.mode == "idle":
                idle(service, given)
            elif given.mode == "closed":
                options = {"kinds": {given.kind: 1.0}, "many": given.clients // share, "seconds": given.seconds}
                measured(service, given, "closed", options | {"rate": given.rate / share})
            else:
                beside = {"health": 5.0, "ready": 5.0} if given.mode == "overload" else None
                options = {"kind": given.kind, "rate": (given.rate or 20) / share, "seconds": given.seconds, "others": beside}
                measured(service, given, "steady", options)
            told = {name: value for name, value in service.figures().items() if "refus" in name or "flight" in name}
            print("  " + ", ".join(f"{name} {value:g}" for name, value in told.items()))


if __name__ == "__main__":
    main()
