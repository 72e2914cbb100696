"""`/metrics`: what this process has done, for Prometheus."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST as CONTENT_TYPE
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from qa.answer import Answer

if TYPE_CHECKING:
    from qa.service.work import Workers

__all__ = ["CONTENT_TYPE", "Metrics"]

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Metrics:
    """The figures of one application, in a registry of their own. Safe to share between threads.

    No label holds what a client chose: neither addresses nor methods that do not exist make a new row.
    """

    def __init__(self, *workers: "Workers") -> None:
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        registry.register(_Queues(workers))
        told = ["route", "method", "status"]
        self._requests = Counter("dalil_requests", "Requests answered.", told, registry=registry)
        self._seconds = Histogram(
            "dalil_request_seconds", "Time for a request, to its last byte.", ["route"], buckets=_SECONDS, registry=registry
        )
        self.in_flight = Gauge("dalil_requests_in_flight", "Requests being answered now.", registry=registry)
        self._questions = Counter("dalil_questions", "Questions answered or refused.", ["language", "mode"], registry=registry)
        self._refusals = Counter("dalil_refusals", "Questions the articles do not answer.", ["language"], registry=registry)
        self._size = Gauge("dalil_index_size", "What the index holds.", ["what"], registry=registry)
        self._calls = Counter("dalil_model_calls", "Calls of the language model for answers.", registry=registry)
        self._tokens = Counter("dalil_model_tokens", "Tokens it read and wrote.", ["direction"], registry=registry)
        self._cost = Counter("dalil_model_cost", "What they cost, where prices are set.", registry=registry)

    def request(self, route: str | None, method: str, status: int | None, seconds: float) -> None:
        """Count a request; `status` is `None` where the client left before there was one."""
        named = route or "none"
        self._requests.labels(named, method if method in _METHODS else "other", str(status or "left")).inc()
        self._seconds.labels(named).observe(seconds)

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

    def page(self, size: dict[str, int]) -> bytes:
        """All of it in Prometheus' text format, with the `size` of the index as it is now."""
        for what, count in size.items():
            self._size.labels(what).set(count)
        return generate_latest(self._registry)


class _Queues(Collector):
    """What the workers do at the moment of asking."""

    def __init__(self, workers: "Iterable[Workers]") -> None:
        self._workers = tuple(workers)

    def collect(self) -> Iterable[Metric]:
        """The two families."""
        waiting = GaugeMetricFamily("dalil_queue", "Calls that wait for a thread.", labels=["work"])
        running = GaugeMetricFamily("dalil_working", "Calls that a thread is at work on.", labels=["work"])
        for one in self._workers:
            waiting.add_metric([one.name], one.waiting)
            running.add_metric([one.name], one.running)
        yield from (waiting, running)
