"""CPU time and memory on a JSONL file of articles: `python tests/benchmarks/bench_speed.py ARTICLES QUESTIONS`.

CPU seconds of child processes are what the system counted for them, so a busy machine does not change them much.
"""

import json
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import httpx
import numpy as np

from qa import Dalil

NEWS = Path("../shared/data/news-dev")
ONE_THREAD = os.environ | {"OMP_NUM_THREADS": "1"}


def cpu(command: Sequence[str]) -> float:
    """CPU seconds of one command, its children included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ONE_THREAD)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def memory_of_service(data: str, questions: Sequence[str]) -> float:
    """Resident megabytes of `dalil serve` after answering the questions."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    service = subprocess.Popen(
        [sys.executable, "-m", "qa.cli", "serve", "--data", data, "--port", str(port)], stderr=subprocess.DEVNULL
    )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            for _ in range(200):
                try:
                    if client.get("/readyz").status_code == 200:
                        break
                except httpx.TransportError:
                    time.sleep(0.1)
            for question in questions:
                client.post("/ask", json={"question": question}).raise_for_status()
        lines = Path(f"/proc/{service.pid}/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024
    finally:
        service.terminate()
        service.wait()


def main(articles: Path, asked: Path) -> None:
    """Measure and print."""
    questions = [json.loads(line)["question"] for line in asked.read_text(encoding="utf-8").splitlines()]
    dalil_command = [sys.executable, "-m", "qa.cli"]
    with tempfile.TemporaryDirectory() as data:
        index = [*dalil_command, "index", str(articles), "--data", data]
        print(f"index from nothing          {cpu(index):7.2f} CPU s")
        print(f"index again, unchanged      {cpu(index):7.2f} CPU s")
        print(f"ask, a new process          {cpu([*dalil_command, 'ask', questions[0], '--data', data]):7.2f} CPU s")
        print(f"import sentence_transformers{cpu([sys.executable, '-c', 'import sentence_transformers']):7.2f} CPU s")
        with Dalil.open(data, remembered=0) as dalil:
            wall, busy = [], []
            for question in questions:
                began, worked = time.perf_counter(), time.process_time()
                dalil.ask(question)
                wall.append(time.perf_counter() - began)
                busy.append(time.process_time() - worked)
        for name, values in (("wall", wall), ("CPU", busy)):
            p50, p95 = np.percentile(np.array(values) * 1000, [50, 95])
            print(f"ask in process, {name:4}        p50 {p50:6.1f} ms  p95 {p95:6.1f} ms")
        if sys.platform == "linux":
            print(f"memory of the service       {memory_of_service(data, questions):7.0f} MB")


if __name__ == "__main__":
    given = [Path(argument) for argument in sys.argv[1:3]]
    main(*(given if len(given) == 2 else (NEWS / "corpus.jsonl", NEWS / "questions.jsonl")))
