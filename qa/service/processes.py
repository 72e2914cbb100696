"""Several processes of one service: started, started again when they die, and ended together.

Each has a socket of its own on the same port where the system spreads connections over such sockets (Linux); elsewhere all
share one. The sockets stay open here, so that connections to a process that died wait for the one in its place.
"""

import logging
import multiprocessing
import os
import shutil
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import FrameType
from typing import Any

from prometheus_client.multiprocess import mark_process_dead

from index.errors import DalilError
from qa.dalil import Dalil
from qa.service.logs import log_as_json
from qa.service.metrics import SHARED_FOLDER
from qa.service.rates import RATES, Table
from qa.service.server import LAST_NET_S, drain_s, leave, serve
from qa.settings import Settings

STUCK_S = 120.0
"""A process whose event loop has not turned for so long is ended by force."""
_LOOK_S = 1.0
_LONGEST_PAUSE_S = 30.0
_log = logging.getLogger("dalil.service")
_spawning = multiprocessing.get_context("spawn")  # not fork: threads and databases do not survive it


class StartError(DalilError):
    """Raised when the processes of the service cannot start; the message is that of the first that failed."""

    code = "not_started"


@dataclass(slots=True)
class _Place:
    """One of the processes, whoever is in its place."""

    listener: socket.socket
    beat: Any
    process: BaseProcess | None = None
    news: Connection | None = None
    ready: bool = False
    began: float = 0.0
    pause_s: float = 0.0
    due: float = 0.0


@dataclass(slots=True)
class Processes:
    """One process for each of `listeners`, which are closed at the end."""

    settings: Settings
    listeners: list[socket.socket]
    _places: list[_Place] = field(init=False, default_factory=list)
    _signals: list[int] = field(init=False, default_factory=list)

    def run(self, ready: Callable[[], None]) -> None:
        """Serve until a signal says to stop; `ready()` is called once all processes answer. Raises `StartError`."""
        with _shared_folder() as shared, self._listening_to_signals() as waking:
            self._places = [_Place(listener, _spawning.Value("d", 0.0, lock=False)) for listener in self.listeners]
            told = False
            try:
                while not self._signals:
                    for place in self._places:
                        self._look_after(place, shared)
                    if not told and all(place.ready for place in self._places):
                        told = True
                        ready()
                    self._wait(waking)
                self._stop()
            finally:
                for place in self._places:
                    if place.process is not None and place.process.is_alive():
                        place.process.kill()

    # -- one process -----------------------------------------------------------------------------------------------------

    def _look_after(self, place: _Place, shared: Path) -> None:
        """Start it where it is due, hear what it says, and see whether it still lives. Raises `StartError`."""
        now = time.monotonic()
        if place.process is None:
            if now >= place.due:
                self._start(place, shared)
            return
        self._hear(place)
        if place.process.is_alive():
            if place.ready and now - place.beat.value > STUCK_S:
                _log.error("process %s of the service is stuck: it is ended", place.process.pid)
                place.process.kill()
            return
        mark_process_dead(place.process.pid, str(shared))  # type: ignore[no-untyped-call]
        if not place.ready and not any(other.ready for other in self._places):
            raise StartError(f"a process of the service ended as it started ({_ending(place.process)})")
        lived = now - place.began
        place.pause_s = min(_LONGEST_PAUSE_S, max(1.0, 2 * place.pause_s)) if lived < _LONGEST_PAUSE_S else 0.0
        what = (place.process.pid, _ending(place.process), place.pause_s)
        _log.warning("process %s of the service ended (%s); another takes its place in %g s", *what)
        place.process.close()
        place.process, place.ready, place.due = None, False, now + place.pause_s

    def _start(self, place: _Place, shared: Path) -> None:
        news, telling = _spawning.Pipe(duplex=False)
        place.beat.value = time.monotonic()
        given = (self.settings, place.listener, shared, telling, place.beat)
        # Not a daemon: those may have no children, which some models start.
        place.process = _spawning.Process(target=_work, args=given, name="dalil serve")
        place.news, place.began = news, time.monotonic()
        place.process.start()
        telling.close()

    def _hear(self, place: _Place) -> None:
        try:
            while place.news is not None and place.news.poll():
                word = place.news.recv()
                place.ready = place.ready or word is None
                if word is not None and not any(other.ready for other in self._places):
                    raise StartError(word)
                if word is not None:
                    _log.error("a process of the service cannot start: %s", word)
        except (EOFError, OSError):
            place.news = None

    def _wait(self, waking: int) -> None:
        """Until something happens, or a second is over."""
        things: list[Any] = [waking]
        for place in self._places:
            if place.process is not None:
                things += [place.process.sentinel, *([place.news] if place.news is not None else [])]
        if waking in wait(things, _LOOK_S):
            os.read(waking, 1000)

    # -- the end ---------------------------------------------------------------------------------------------------------

    def _stop(self) -> None:
        """Pass the signal on, and every further one; end by force what takes longer than it may."""
        passed = 0
        drain = drain_s(self.settings) if self._signals[0] == signal.SIGTERM else 0.0
        closing = time.monotonic() + drain
        end = closing + self.settings.stop_s + 2 * LAST_NET_S
        while any(place.process is not None and place.process.is_alive() for place in self._places):
            for number in self._signals[passed:]:
                passed += 1
                for place in self._places:
                    if place.process is not None and place.process.is_alive() and place.process.pid is not None:
                        os.kill(place.process.pid, number)
            now = time.monotonic()
            if now >= closing:
                # Theirs are closed by then; a connection to one that is open only here would wait for ever.
                for listener in self.listeners:
                    listener.close()
            if now >= end:
                _log.error("the processes of the service did not end in time: they are ended by force")
                return
            time.sleep(0.05)

    @contextmanager
    def _listening_to_signals(self) -> Iterator[int]:
        """Notes SIGINT and SIGTERM; gives the file that there is something to read from after one."""
        reading, writing = os.pipe()
        os.set_blocking(writing, False)

        def note(number: int, _: FrameType | None) -> None:
            self._signals.append(number)
            os.write(writing, b"!")

        before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield reading
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            os.close(reading)
            os.close(writing)


def _ending(process: BaseProcess) -> str:
    code = process.exitcode or 0
    return f"by signal {-code}" if code < 0 else f"with exit code {code}"


@contextmanager
def _shared_folder() -> Iterator[Path]:
    """A folder for what the processes count together, gone afterwards."""
    shared = Path(tempfile.mkdtemp(prefix="dalil-"))
    before = os.environ.get(SHARED_FOLDER)
    try:
        Table.make(shared / RATES)
        os.environ[SHARED_FOLDER] = str(shared)
        yield shared
    finally:
        if before is None:
            os.environ.pop(SHARED_FOLDER, None)
        else:
            os.environ[SHARED_FOLDER] = before
        shutil.rmtree(shared, ignore_errors=True)


def _work(settings: Settings, listener: socket.socket, shared: Path, news: Connection, beat: Any) -> None:
    """One process, from beginning to end."""
    # Ctrl-C in a terminal reaches its whole process group; the first process passes on what the others are to know.
    os.setpgrp()
    threading.Thread(target=_follow_parent, daemon=True).start()
    if settings.log == "json":
        log_as_json()
    told = False

    def alive() -> None:
        nonlocal told
        beat.value = time.monotonic()
        if not told:
            told = True
            news.send(None)

    try:
        with listener, Dalil.open(**settings.model_dump(exclude_none=True)) as dalil:
            serve(dalil, settings, listener, shared, alive)
    except DalilError as error:
        news.send(str(error))
        raise SystemExit(1) from None
    leave()


def _follow_parent() -> None:
    """End with the first process, however that ends."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)
