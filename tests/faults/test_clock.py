"""Clocks that jump: nothing breaks, and what one wrong moment did is undone by the right one."""

import json
from pathlib import Path

import pytest

from tests.faults.conftest import QUESTIONS
from tests.faults.helper import Helper

DAY = 86_400.0
JUMPS = [-55 * 365 * DAY, 300 * 365 * DAY]


def keys(helper: Helper, data: Path, **faults: float) -> dict[str, str]:
    return {
        key["name"]: key["state"]
        for key in json.loads(helper.run("keys", "list", "--json", "--data", data, **faults).out)["keys"]
    }


@pytest.mark.parametrize("jump", JUMPS, ids=lambda jump: f"{jump / DAY:+.0f} days")
def test_a_service_with_another_time(helper: Helper, data: Path, served, jump: float) -> None:
    """Conversations and thumbs of now are there again once the clock is right, whatever was done in between."""
    assert helper.run("keys", "create", "--name", "month", "--days", "30", "--data", data).code == 0
    now = served(data)
    first = now.ask(QUESTIONS["bridge"], conversation_id="before")
    now.running.kill()
    jumped = served(data, clock=jump, environment={"DALIL_LOG": "json"})
    answer = jumped.ask(QUESTIONS["bridge"], conversation_id="during")
    assert answer["citations"] == first["citations"]
    assert jumped.send("POST", "/articles", {"id": "new", "text": "Something new was said on Monday."})[0] == 200
    assert jumped.send("POST", "/feedback", {"question": "q", "thumb": "up"})[0] < 300
    assert jumped.send("GET", "/conversations")[0] == 200
    assert "Traceback" not in jumped.running.kill().err
    assert keys(helper, data, clock=jump) == {"month": "expired" if jump > 30 * DAY else "good"}
    assert keys(helper, data) == {"month": "good"}
    after = served(data)
    status, kept = after.send("GET", "/conversations/before")
    assert status == 200, kept
    assert [turn["question"] for turn in kept["history"]] == [QUESTIONS["bridge"]]
