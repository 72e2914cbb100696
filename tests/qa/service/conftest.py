"""The service over real HTTP: uvicorn in a thread, on a free port, over the two seed articles or over a stand-in."""

import socket
import threading
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from types import SimpleNamespace

import httpx
import pytest
import uvicorn

from qa.dalil import Dalil
from qa.service.app import create_app
from qa.settings import Settings

SEEDS = Path(__file__).parents[3] / "seeds"


@contextmanager
def serving(dalil, **settings):
    """A client of a running service. `raw` opens a plain connection to it."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    data = dalil.settings.data if isinstance(dalil, Dalil) else mkdtemp()
    app = create_app(dalil, Settings(data=data, **settings))
    config = uvicorn.Config(app, access_log=False, proxy_headers=False, log_level="critical", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20, trust_env=False) as client:
            client.raw = lambda: socket.create_connection(("127.0.0.1", port), timeout=20)
            yield client
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


@pytest.fixture(scope="session")
def serve():
    return serving


@pytest.fixture(scope="session")
def seeded(tmp_path_factory):
    """A function that makes an index over the seeds, open for the whole session."""
    opened = []

    def make():
        dalil = Dalil.open(tmp_path_factory.mktemp("data"))
        dalil.index([SEEDS])
        opened.append(dalil)
        return dalil

    yield make
    for dalil in opened:
        dalil.close()


@pytest.fixture(scope="module")
def client(seeded):
    """The service over an index of the two seeds; a test leaves the articles as it found them."""
    with serving(seeded(), max_body_mb=0.1) as found:
        yield found


@pytest.fixture
def stand_in():
    """Stands where an index would, for what a real one does not do on demand: fail, wait, answer half."""
    return SimpleNamespace(articles=lambda **_: ([], 0))
