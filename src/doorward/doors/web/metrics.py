"""Figures for Prometheus: how many requests, how answered. No name, address or path of anybody is in them."""

from prometheus_client import CollectorRegistry, Counter, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

MEDIA_TYPE = CONTENT_TYPE_LATEST
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Metrics:
    """The figures of one server process; `process` tells them from those of the others behind the same port."""

    def __init__(self, process: str) -> None:
        """Begin at nothing."""
        self.registry = CollectorRegistry(auto_describe=False)
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self._requests = Counter(
            "doorward_requests", "Requests answered", ["process", "method", "status"], registry=self.registry
        )
        checks = Counter(
            "doorward_session_checks",
            "Checks of sessions answered at the gate, from memory or from the database",
            ["process", "answered_from"],
            registry=self.registry,
        )
        self._process = process
        self.recalled = checks.labels(process, "memory")
        self.looked_up = checks.labels(process, "database")

    def answered(self, method: str, status: int) -> None:
        """Count an answer; methods that nobody uses are counted together."""
        self._requests.labels(self._process, method if method in _METHODS else "other", str(status)).inc()

    def page(self) -> bytes:
        """Write all figures as Prometheus reads them."""
        return generate_latest(self.registry)
