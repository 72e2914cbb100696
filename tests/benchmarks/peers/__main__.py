"""Dalil beside LlamaIndex, Haystack, txtai and LangChain, in one table.

    python -m tests.benchmarks.peers DATASET [--questions FILE] [--out FOLDER] [--passages 100000] [--only dalil haystack]

DATASET is a SQuAD file (or anything else that `dalil eval` reads), FILE its questions in another language. The first run
installs each peer into an environment of its own; a stopped run goes on where it was. Prints the table, and writes it as
`peers.md` and `peers.json` into FOLDER. README.md in this folder tells what is measured, with which settings.
"""

import argparse
import json
import sys
from datetime import date
from pathlib import Path

from qa.evaluation import DatasetError
from tests.benchmarks.peers import material
from tests.benchmarks.peers.environments import CACHE, PEERS, PeerError
from tests.benchmarks.peers.measuring import Bench, Plan, machine
from tests.benchmarks.peers.table import markdown, report


def main() -> None:
    """Measure what is not measured yet, and print the table."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.peers", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--questions", type=Path, help="the same questions in another language")
    parser.add_argument("--out", type=Path, default=CACHE / "results", help="folder for results and indexes [%(default)s]")
    parser.add_argument("--cache", type=Path, default=CACHE, help="folder for the environments [%(default)s]")
    parser.add_argument("--passages", type=int, default=100_000, help="made-up passages [%(default)s]")
    parser.add_argument("--only", nargs="*", choices=[peer.key for peer in PEERS], help="these systems alone")
    arguments = parser.parse_args()
    try:
        given = material.read(arguments.dataset, arguments.questions)
    except DatasetError as error:
        sys.exit(f"{error}")
    plan = Plan(given, arguments.out, arguments.cache, arguments.passages)
    plan.out.mkdir(parents=True, exist_ok=True)
    facts = machine() | {
        "day": date.today().isoformat(),
        "dataset": given.name,
        "passages": len(given.passages),
        "count": plan.count,
        "directions": [one.direction for one in given.asked],
        "questions": ", ".join(f"{len(one.questions)} questions {one.direction}" for one in given.asked),
    }
    wanted = [peer for peer in PEERS if not arguments.only or peer.key in arguments.only]
    try:
        results = {peer.key: Bench(peer, plan).run() for peer in wanted}
    except PeerError as error:
        sys.exit(f"{error}")
    document = report(results, given.asked, facts)
    page = markdown(document, [peer.not_measured for peer in wanted if peer.not_measured])
    (plan.out / "peers.json").write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    (plan.out / "peers.md").write_text(page, encoding="utf-8")
    print(page)


if __name__ == "__main__":
    main()
