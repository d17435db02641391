"""What a Prometheus sees of the culler. Fed with the report of each pass by `app.py`.

A registry of its own, so that several cullers in one process (tests) do not mix.
"""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from workshop_culler.passes.report import Report


class Metrics:
    """Counters and gauges of one culler."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._passes = Counter(
            "workshop_culler_passes",
            "Passes over hub and cluster",
            ["outcome"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "workshop_culler_pass_seconds", "How long a pass took", registry=self.registry
        )
        self._requests = Counter(
            "workshop_culler_requests", "Requests made", ["to"], registry=self.registry
        )
        self._removed = Counter(
            "workshop_culler_removed",
            "Things stopped or deleted",
            ["what", "rule", "outcome"],
            registry=self.registry,
        )
        self._last = Gauge(
            "workshop_culler_last_pass_timestamp_seconds",
            "When a pass last went all the way",
            registry=self.registry,
        )
        self._sessions = Gauge(
            "workshop_culler_servers",
            "Active servers when all were listed last, NaN before that",
            registry=self.registry,
        )
        self._sessions.set(float("nan"))
        self._held = Gauge(
            "workshop_culler_held_projects",
            "Projects that finalizers keep terminating, and that could not be freed",
            registry=self.registry,
        )
        self._extensions = Counter(
            "workshop_culler_extensions", "Extensions granted", ["by"], registry=self.registry
        )

        self._events = Counter(
            "workshop_culler_events",
            "Tries to deliver an event to a receiver",
            ["destination", "outcome"],
            registry=self.registry,
        )
        self._waiting = Gauge(
            "workshop_culler_events_waiting",
            "Events that a receiver was not told yet",
            ["destination"],
            registry=self.registry,
        )
        self._lost = Gauge(
            "workshop_culler_events_lost",
            "Events that were dropped since the start, as the queue was full",
            registry=self.registry,
        )

    def count_pass(self, report: Report, wall: float) -> None:
        """Count a pass that ended at a time (seconds since the epoch)."""
        self._passes.labels("ok" if report.ok else "trouble").inc()
        self._seconds.observe(report.seconds)
        self._requests.labels("hub").inc(report.hub_requests)
        self._requests.labels("cluster").inc(report.cluster_requests)
        if not report.outage:
            self._last.set(wall)
        if report.active is not None:
            self._sessions.set(report.active)
        if not report.outage:
            self._held.set(report.held)
        for row in report.rows:
            if row.done:
                outcome = "failed" if row.failed else "done"
                self._removed.labels(row.what, row.verdict.rule, outcome).inc()

    def count_extension(self, by: str) -> None:
        """Count an extension; `by` is owner or instructor."""
        self._extensions.labels(by).inc()

    def count_event(self, destination: str, outcome: str) -> None:
        """Count a try to deliver: delivered, retry or given up."""
        self._events.labels(destination, outcome).inc()

    def set_waiting(self, waiting: Mapping[str, int], lost: int) -> None:
        """Note how many events wait for each destination, and how many were dropped."""
        for destination, count in waiting.items():
            self._waiting.labels(destination).set(count)
        self._lost.set(lost)

    def render(self) -> bytes:
        """All of it in Prometheus' text format."""
        return generate_latest(self.registry)
