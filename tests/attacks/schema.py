"""Requests made from our OpenAPI, good and bad, by schemathesis.

`python -m tests.attacks.schema --minutes 10` goes on for that long, with new requests each time; the test makes a few of each.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from qa.dalil import Dalil
from tests.qa.service.conftest import serving
from tests.samples import ARTICLES


def check_response(path: str, response: Any) -> None:
    """No failure of ours, and every error in its one shape."""
    assert response.status_code < 500, f"{path}: {response.status_code} {response.text[:500]}"
    if response.status_code >= 400 and path != "/mcp":
        error = response.json()["error"]
        wanted = {"message", "type", "param", "code"} if path.startswith("/v1/") else {"code", "message"}
        assert set(error) == wanted, f"{path}: {response.text[:500]}"
        assert error["code"]
        assert error["message"]


def attack(examples: int, number: int, each: Callable[[str], None] = lambda _: None) -> int:
    """`examples` good and bad requests for each route, those of seed `number`; gives how many were sent."""
    sent = 0
    with tempfile.TemporaryDirectory() as folder, Dalil.open(folder) as dalil:
        dalil.add(ARTICLES)
        with serving(dalil, request_timeout_s=300) as client:
            base = str(client.base_url).rstrip("/")
            for found in schemathesis.openapi.from_url(f"{base}/openapi.json").get_all_operations():
                operation = found.ok()
                each(operation.label)
                sent += _send(operation, examples, number)
            assert client.get("/readyz").status_code == 200
    return sent


def _send(operation: Any, examples: int, number: int) -> int:
    sent = 0
    good, bad = (operation.as_strategy(generation_mode=mode) for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE))
    checks = list(HealthCheck)

    @seed(number)
    @settings(max_examples=examples, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=checks)
    @given(case=good | bad)
    def send(case: Any) -> None:
        nonlocal sent
        sent += 1
        check_response(operation.path, case.call(timeout=300))

    with suppress(Unsatisfiable):  # a route without parameters cannot be asked wrongly
        send()
    return sent


def main() -> int:
    """Attack for some minutes."""
    parser = argparse.ArgumentParser(prog="python -m tests.attacks.schema", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=0, help="of the first round; each round takes the next")
    options = parser.parse_args()
    end, number, sent = time.monotonic() + 60 * options.minutes, options.seed, 0
    while time.monotonic() < end:
        print(f"round of seed {number}", flush=True)
        sent += attack(30, number)
        number += 1
    print(f"{sent} requests, nothing found")
    return 0


if __name__ == "__main__":
    sys.exit(main())
