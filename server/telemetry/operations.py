"""Counts and times operations, each under its name; as cheaply as can be, since it is done for every request."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from server.errors import FAULTS
from server.logging import RequestNotes
from server.telemetry.names import Labels, Names
from server.telemetry.timings import Timing, Timings

_BUCKETS: Final = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class _Sql:
    """What one operation or job asked of the database."""

    __slots__ = ("seconds", "statements")

    def __init__(self) -> None:
        self.statements = 0
        self.seconds = 0.0

    def add(self, note: RequestNotes) -> None:
        self.statements += note.statements
        self.seconds += note.sql_seconds


class _Operation:
    """All outcomes from zero, for to Prometheus a first value is no increase."""

    __slots__ = ("errors", "failed", "ok", "refused", "seconds", "sql")

    def __init__(self, seconds: Timing, sql: _Sql) -> None:
        self.seconds = seconds
        self.sql = sql
        self.ok = self.refused = self.failed = 0
        self.errors: Counter[str] = Counter()

    def done(self, note: RequestNotes, seconds: float) -> None:
        self.seconds.add(seconds)
        self.sql.add(note)
        if not note.errors:
            self.ok += 1
            return
        self.errors.update(set(note.errors))
        if FAULTS.isdisjoint(note.errors):
            self.refused += 1
        else:
            self.failed += 1


class OperationMetrics(Collector):
    """Only the event loop's thread writes; a scrape's thread reads."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._names = Names()
        self._seconds = Timings(
            "plaza_request_seconds", "From a whole body to an answer.", Labels._fields, _BUCKETS, registry
        )
        self._operations: dict[Labels, _Operation] = {}
        self._sql: dict[Labels, _Sql] = {}
        registry.register(self)

    def done(self, note: RequestNotes, seconds: float) -> None:
        """An operation is over; `note` tells what it was and how it went."""
        labels = self._names.labels(note.operation, signed_in=note.viewer_id is not None)
        operation = self._operations.get(labels)
        if operation is None:
            operation = _Operation(self._seconds.at(*labels), self.sql(labels))
            self._operations[labels] = operation
        operation.done(note, seconds)

    def sql(self, labels: Labels) -> _Sql:
        return self._sql.setdefault(labels, _Sql())

    def collect(self) -> Iterable[Metric]:
        names = Labels._fields
        requests = CounterMetricFamily("plaza_requests", "Operations answered.", labels=[*names, "outcome"])
        errors = CounterMetricFamily(
            "plaza_request_errors", "Operations that met an error of the code.", labels=[*names, "code"]
        )
        statements = CounterMetricFamily("plaza_sql_statements", "SQL statements sent.", labels=names)
        seconds = CounterMetricFamily("plaza_sql_seconds", "Time waiting for them.", labels=names)
        for labels, operation in self._operations.copy().items():
            for outcome in ("ok", "refused", "failed"):
                requests.add_metric([*labels, outcome], getattr(operation, outcome))
            for code, number in operation.errors.copy().items():
                errors.add_metric([*labels, code], number)
        for labels, sql in self._sql.copy().items():
            statements.add_metric(labels, sql.statements)
            seconds.add_metric(labels, sql.seconds)
        return requests, errors, statements, seconds
