"""Counts and times runs of jobs; the names are our own."""

from collections.abc import Collection
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram

from server.logging import JOB, RequestNotes
from server.telemetry.names import Labels
from server.telemetry.operations import OperationMetrics

OUTCOMES: Final = ("done", "failed", "interrupted")

_BUCKETS: Final = (0.01, 0.1, 1, 10, 60, 600)


class JobMetrics:
    """From zero, like an operation's; what a job asks of the database stands beside theirs."""

    def __init__(self, registry: CollectorRegistry, operations: OperationMetrics, names: Collection[str]) -> None:
        runs = Counter("plaza_job_runs", "Runs of jobs.", ["name", "outcome"], registry=registry)
        seconds = Histogram(
            "plaza_job_seconds", "How long they ran.", ["name"], buckets=_BUCKETS, registry=registry
        )
        self._runs = {(name, outcome): runs.labels(name, outcome) for name in names for outcome in OUTCOMES}
        self._seconds = {name: seconds.labels(name) for name in names}
        self._sql = {name: operations.sql(Labels(name, JOB)) for name in names}

    def done(self, name: str, note: RequestNotes, seconds: float, outcome: str) -> None:
        self._runs[name, outcome].inc()
        self._seconds[name].observe(seconds)
        self._sql[name].add(note)
