"""Tells scrapes what PostgreSQL knows: its most costly statements and the queue of jobs."""

import asyncio
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

import structlog
from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from db import statistics
from db.connections import Connections
from db.statistics import JobCount, NoStatistics, StatementCost

MOST_STATEMENTS: Final = 20
EVERY: Final = 15.0  # seconds
KEPT: Final = 60.0  # seconds; older than that, nothing is said rather than something old
OTHER: Final = "other"

_PATIENCE: Final = 2.0  # seconds, for everything
_STATUSES: Final = ("queued", "picked", "failed")
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Look:
    """What was seen, and when."""

    at: float
    jobs: list[JobCount]
    statements: list[StatementCost]


class Statistics(Collector):
    """A scrape gets the last look and asks for the next one; it never waits and never fails."""

    def __init__(self, pool: Connections, jobs: Collection[str]) -> None:
        self._pool = pool
        self._names = jobs
        self._loop = asyncio.get_running_loop()
        self._last: _Look | None = None
        self._next = 0.0
        self._looking: asyncio.Task[None] | None = None
        self._look_if_due()

    def collect(self) -> Iterable[Metric]:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._look_if_due)
        look = self._last
        is_known = look is not None and time.monotonic() - look.at < KEPT
        yield GaugeMetricFamily(
            "plaza_statistics_known", "1 while PostgreSQL's own figures below could be had.", value=is_known
        )
        if look is not None and is_known:
            yield from self._jobs(look.jobs)
            yield from _statements(look.statements)

    async def close(self) -> None:
        self._next = float("inf")
        if self._looking is not None:
            await self._looking

    def _look_if_due(self) -> None:
        if time.monotonic() >= self._next and (self._looking is None or self._looking.done()):
            self._next = time.monotonic() + EVERY
            self._looking = asyncio.create_task(self._look())

    async def _look(self) -> None:
        try:
            async with asyncio.timeout(_PATIENCE), self._pool.lent() as connection:
                jobs = await statistics.jobs(connection)
                try:
                    statements = await statistics.top_statements(connection, MOST_STATEMENTS)
                except NoStatistics:
                    statements = []
        except Exception as error:  # whatever it is, a scrape goes without
            _log.warning("no_statistics", kind=type(error).__name__)
            return
        self._last = _Look(time.monotonic(), jobs, statements)

    def _jobs(self, found: list[JobCount]) -> Iterable[Metric]:
        number = {(name, status): 0 for name in self._names for status in _STATUSES}
        oldest = dict.fromkeys(self._names, 0.0)
        for each in found:
            name = each.name if each.name in self._names else OTHER
            number[name, each.status] = number.get((name, each.status), 0) + each.number
            if each.status == "queued":
                oldest[name] = max(oldest.get(name, 0.0), each.oldest)
        jobs = GaugeMetricFamily("plaza_jobs", "Jobs in the queue.", labels=["name", "status"])
        for labels, value in number.items():
            jobs.add_metric(labels, value)
        ages = GaugeMetricFamily(
            "plaza_job_oldest_seconds", "For how long the oldest job that waits has been due.", labels=["name"]
        )
        for name, age in oldest.items():
            ages.add_metric([name], age)
        return jobs, ages


def _statements(found: list[StatementCost]) -> Iterable[Metric]:
    labels = ["queryid", "statement"]
    calls = CounterMetricFamily("plaza_postgresql_statement_calls", "Of the most costly.", labels=labels)
    rows = CounterMetricFamily("plaza_postgresql_statement_rows", "Of the most costly.", labels=labels)
    seconds = CounterMetricFamily("plaza_postgresql_statement_seconds", "Of the most costly.", labels=labels)
    for each in found:
        named = [str(each.queryid), statistics.short(each.sql)]
        calls.add_metric(named, each.calls)
        rows.add_metric(named, each.rows)
        seconds.add_metric(named, each.seconds)
    return calls, rows, seconds
