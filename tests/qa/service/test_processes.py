"""`dalil serve --workers 2` as real processes: they count together, see each other's articles, and none is missed for long."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from qa.dalil import Dalil
from tests.scripted_server import Reply, passages_of
from tests.scripted_server import serve as scripted

RATE = 8
START_S = 120
EVENTS = {"Accept": "text/event-stream"}


class Service:
    """The running command."""

    def __init__(self, data, **settings):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        environment = os.environ | {f"DALIL_{name.upper()}": str(value) for name, value in settings.items()}
        command = [sys.executable, "-m", "qa.cli", "serve", "--data", str(data), "--port", str(self.port), "--workers", "2"]
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.line = self.process.stdout.readline()

    def get(self, path, address="192.0.2.1", **asked):
        """Over a connection of its own, which the system gives to either process."""
        return httpx.get(self.url + path, headers={"X-Forwarded-For": address}, timeout=60, trust_env=False, **asked)

    def figures(self):
        lines = self.get("/metrics", "192.0.2.250").text.splitlines()
        return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line[:1] != "#")}

    def workers(self):
        found = (re.fullmatch(r'dalil_memory_bytes\{pid="(\d+)"\}', name) for name in self.figures())
        return {int(one[1]) for one in found if one}

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()


@pytest.fixture(scope="module")
def asked_model():
    """A model that says nothing until it is let go."""
    asked, release = threading.Event(), threading.Event()

    def reply(body):
        asked.set()
        release.wait(60)
        number, text = next(iter(passages_of(body).items()))
        return Reply([f"<claim><quote>{text[:80]}</quote><passage>{number}</passage></claim>"])

    with scripted(reply) as server:
        server.asked, server.release = asked, release
        yield server
        release.set()


@pytest.fixture(scope="module")
def service(tmp_path_factory, asked_model):
    data = tmp_path_factory.mktemp("data")
    with Dalil.open(data) as dalil:
        dalil.index(["seeds"])
    proxied = {"trusted_proxies": "127.0.0.1", "keys": "off", "rate_per_address": RATE, "metrics_open": True}
    running = Service(data, llm_url=asked_model.url, llm_model="scripted", drain_s=1.5, stop_s=60, **proxied)
    yield running
    running.end()


def until(condition, seconds=START_S):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.1)
    raise AssertionError("it does not happen")


def test_both_are_there_when_the_address_is_told(service):
    assert service.url in service.line
    assert len(service.workers()) == 2


def test_they_count_requests_together(service):
    for number in range(12):
        assert service.get("/articles", f"192.0.2.{10 + number}").status_code == 200
    rows = service.figures()
    assert rows['dalil_requests_total{method="GET",route="/articles",status="200"}'] == 12
    assert rows['dalil_request_seconds_count{route="/articles"}'] == 12
    assert rows['dalil_index_size{what="articles"}'] == 2


def test_they_limit_an_address_together(service):
    began = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: service.get("/v1/models", "192.0.2.5").status_code, range(4 * RATE)))
    filled_again = (time.monotonic() - began) * RATE / 60 + 1
    assert RATE <= statuses.count(200) <= RATE + filled_again
    assert set(statuses) <= {200, 429}


def test_each_sees_at_once_what_the_other_stored(service):
    for number in range(6):
        body = {"id": f"new-{number}", "text": f"The company Zarqun{number} opened a factory."}
        address = {"X-Forwarded-For": f"192.0.2.{50 + number}"}
        httpx.post(f"{service.url}/articles", json=body, headers=address, timeout=60, trust_env=False).raise_for_status()
        hits = service.get("/search", f"192.0.2.{60 + number}", params={"q": f"Zarqun{number}", "k": 1}).json()["hits"]
        assert hits[0]["article_id"] == f"new-{number}"


def test_one_that_is_killed_is_replaced(service):
    before, answered = service.workers(), 'dalil_requests_total{method="GET",route="/sources",status="200"}'
    for number in range(6):
        assert service.get("/sources", f"192.0.2.{30 + number}").status_code == 200
    counted = service.figures()[answered]
    victim = min(before)
    os.kill(victim, signal.SIGKILL)
    after = until(lambda: (now := service.workers()) and victim not in now and len(now) == 2 and now)
    assert len(after & before) == 1
    # What it counted is not forgotten.
    assert service.figures()[answered] == counted


def test_the_end_is_told_first_and_waits_for_a_stream(service, asked_model):
    events = []

    def listen():
        asked = {"json": {"question": "Who denied Russia's claims?"}, "headers": EVENTS | {"X-Forwarded-For": "192.0.2.99"}}
        with httpx.stream("POST", f"{service.url}/ask", timeout=100, trust_env=False, **asked) as response:
            events.extend(line for line in response.iter_lines() if line.startswith("event:"))

    listening = threading.Thread(target=listen)
    listening.start()
    assert asked_model.asked.wait(60)
    service.process.send_signal(signal.SIGTERM)
    told = until(lambda: (reply := service.get("/readyz", "192.0.2.98")).status_code == 503 and reply)
    assert told.json()["error"]["code"] == "stopping"
    until(lambda: not accepts(service.port))
    assert listening.is_alive()
    asked_model.release.set()
    listening.join(60)
    assert events[-1] == "event: answer"
    assert service.process.wait(60) == 0
    assert "Traceback" not in service.process.stderr.read()


def accepts(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True


def test_without_the_first_process_the_others_end(tmp_path):
    running = Service(tmp_path)
    try:
        workers = until(lambda: len(found := running.workers()) == 2 and found)
        running.process.kill()
        until(lambda: not any(os.path.exists(f"/proc/{pid}/cmdline") and alive(pid) for pid in workers))
        assert not accepts(running.port)
    finally:
        running.end()


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as state:
            return state.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_what_keeps_them_from_starting_is_one_line(tmp_path):
    with Dalil.open(tmp_path) as dalil:
        dalil.index(["seeds"])
    running = Service(tmp_path, encoder="another/encoder")
    try:
        assert running.process.wait(START_S) == 1
        told = running.process.stderr.read().strip().splitlines()
        assert len(told) == 1
        assert "another/encoder" in told[0]
        assert running.line == ""
    finally:
        running.end()
