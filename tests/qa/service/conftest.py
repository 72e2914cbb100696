"""The service over real HTTP: uvicorn in a thread, on a free port, over the two seed articles or over a stand-in."""

import socket
import threading
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from types import SimpleNamespace

import httpx
import pytest

from qa.dalil import Dalil
from qa.service.app import create_app
from qa.service.connections import HEAD_S, bounded
from qa.service.server import Server
from qa.settings import Settings

SEEDS = Path(__file__).parents[3] / "seeds"


@contextmanager
def serving(dalil, bound=None, head_s=HEAD_S, **settings):
    """A client of a running service. `raw` opens a plain connection to it; `server` and `context` are what it is made of."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    data = dalil.settings.data if isinstance(dalil, Dalil) else mkdtemp()
    app = create_app(dalil, Settings(data=data, **({"stop_s": 1} | settings)))
    server = Server(app, app.state.context.settings)
    server.config.http = bounded(bound or 10_000, head_s, app.state.turned_away)
    server.config.log_level = "critical"
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20, trust_env=False) as client:
            client.server, client.context, client.port = server, app.state.context, port
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
