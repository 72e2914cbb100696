"""`/metrics`: what the service has done, for Prometheus; with several processes, what all of them have done.

Then every process writes its figures into files of a folder they share, as the client library does it when
`PROMETHEUS_MULTIPROC_DIR` names one before it is imported; whichever process is asked adds them up.
"""

import asyncio
import os
import threading
from collections.abc import Callable
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST as CONTENT_TYPE
from prometheus_client.multiprocess import MultiProcessCollector

from qa.answer import Answer

if TYPE_CHECKING:
    from qa.service.work import Workers

__all__ = ["CONTENT_TYPE", "SHARED_FOLDER", "Metrics"]

SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_EVERY_S = 1.0
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class Metrics:
    """The figures of one application, in a registry of their own. Safe to share between threads.

    No label holds what a client chose: neither addresses nor methods that do not exist make a new row.
    """

    def __init__(self, *workers: "Workers") -> None:
        self._registry = registry = CollectorRegistry()
        self.shared = SHARED_FOLDER in os.environ
        if not self.shared:
            ProcessCollector(registry=registry)
        told = ["route", "method", "status"]
        self._requests = Counter("dalil_requests", "Requests answered.", told, registry=registry)
        self._seconds = Histogram(
            "dalil_request_seconds", "Time for a request, to its last byte.", ["route"], buckets=_SECONDS, registry=registry
        )
        self.in_flight = self._gauge("dalil_requests_in_flight", "Requests being answered now.")
        self._refused = Counter("dalil_refused_requests", "Requests told to come back later.", ["reason"], registry=registry)
        self._questions = Counter("dalil_questions", "Questions answered or refused.", ["language", "mode"], registry=registry)
        self._refusals = Counter("dalil_refusals", "Questions the articles do not answer.", ["language"], registry=registry)
        self._calls = Counter("dalil_model_calls", "Calls of the language model for answers.", registry=registry)
        self._tokens = Counter("dalil_model_tokens", "Tokens it read and wrote.", ["direction"], registry=registry)
        self._cost = Counter("dalil_model_cost", "What they cost, where prices are set.", registry=registry)
        self._size = self._gauge("dalil_index_size", "What the index holds.", ["what"], "livemostrecent")
        self._watch(workers)
        self._processes()

    def _gauge(self, name: str, what: str, labels: list[str] | None = None, mode: str = "livesum") -> Gauge:
        return Gauge(name, what, labels or [], registry=self._registry, multiprocess_mode=mode)  # type: ignore[arg-type]

    def _watch(self, workers: "tuple[Workers, ...]") -> None:
        """Figures of the threads that do the work."""
        registry = self._registry
        waiting = self._gauge("dalil_queue", "Calls that wait for a thread.", ["work"])
        running = self._gauge("dalil_working", "Calls that a thread is at work on.", ["work"])
        full = Counter("dalil_queue_refused", "Calls that would have waited too long.", ["work"], registry=registry)
        waited = Histogram(
            "dalil_wait_seconds", "Time a call waited for a thread.", ["work"], buckets=_SECONDS, registry=registry
        )
        took = Histogram("dalil_work_seconds", "Time a thread took for a call.", ["work"], buckets=_SECONDS, registry=registry)
        self._now: list[tuple[Gauge, Callable[[], float]]] = []
        for one in workers:
            self._now.append((waiting.labels(one.name), partial(attrgetter("waiting"), one)))
            self._now.append((running.labels(one.name), partial(attrgetter("running"), one)))
            one.on_refused = full.labels(one.name).inc
            one.on_done = _both(waited.labels(one.name).observe, took.labels(one.name).observe)

    def _processes(self) -> None:
        """Figures of each process; with several, the label `pid` tells them apart."""
        facts: dict[str, tuple[str, Callable[[], float]]] = {
            "dalil_memory_bytes": ("Resident memory of a process.", _memory),
            "dalil_open_files": ("Open files of a process.", _files),
            "dalil_threads": ("Threads of a process.", threading.active_count),
        }
        for name, (what, value) in facts.items():
            self._now.append((self._gauge(name, what, mode="liveall"), value))

    def follow(self, name: str, what: str, value: Callable[[], float]) -> None:
        """A further figure of each process."""
        self._now.append((self._gauge(name, what, mode="liveall"), value))

    def request(self, route: str | None, method: str, status: int | None, seconds: float) -> None:
        """Count a request; `status` is `None` where the client left before there was one."""
        named = route or "none"
        self._requests.labels(named, method if method in _METHODS else "other", str(status or "left")).inc()
        self._seconds.labels(named).observe(seconds)

    def refused(self, reason: str) -> None:
        """Count a request that was told to come back later; `reason` is the code of the error."""
        self._refused.labels(reason).inc()

    def answered(self, answer: Answer) -> None:
        """Count an answer or a refusal, and what a language model did for it."""
        self._questions.labels(answer.language, answer.mode).inc()
        if answer.refused:
            self._refusals.labels(answer.language).inc()
        usage = answer.usage or {}
        self._calls.inc(usage.get("calls") or 0)
        self._tokens.labels("in").inc(usage.get("tokens_in") or 0)
        self._tokens.labels("out").inc(usage.get("tokens_out") or 0)
        self._cost.inc(usage.get("cost") or 0)

    def look(self) -> None:
        """Note what is so at this moment."""
        for gauge, value in self._now:
            gauge.set(value())

    async def keep_looking(self) -> None:
        """Note it every second, for the processes that are asked in this one's place."""
        while True:
            self.look()
            await asyncio.sleep(_EVERY_S)

    def page(self, size: dict[str, int]) -> bytes:
        """All of it in Prometheus' text format, with the `size` of the index as it is now."""
        for what, count in size.items():
            self._size.labels(what).set(count)
        self.look()
        if not self.shared:
            return generate_latest(self._registry)
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return generate_latest(together)


def _both(first: Callable[[float], None], second: Callable[[float], None]) -> Callable[[float, float], None]:
    def note(one: float, other: float) -> None:
        first(one)
        second(other)

    return note


def _memory() -> float:
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE_BYTES
    except OSError:  # not Linux
        return 0.0


def _files() -> float:
    for folder in ("/proc/self/fd", "/dev/fd"):
        try:
            return len(os.listdir(folder)) - 1
        except OSError:
            continue
    return 0.0
