"""What of telemetry is on in this process, and the one watch around each of its operations and jobs."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    asynccontextmanager,
    contextmanager,
    nullcontext,
)
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, TypeAlias
from uuid import uuid4

from starlette.routing import Route

from db.observing import Observer
from db.queue import JobFunction
from engine.clients import Uses
from schema.context import Services
from schema.operation import Operation
from server.errors import is_unavailable
from server.logging import JOB, RequestNotes, notes
from server.settings import Settings
from server.telemetry.observer import StoresObserver
from server.telemetry.slow import SlowStatements

if TYPE_CHECKING:
    from server.telemetry.jobs import JobMetrics
    from server.telemetry.metrics import Metrics
    from server.telemetry.reports import Reports
    from server.telemetry.tracing import Tracing

# Around one request once its body is there: what it was and how it went stand in the notes at the end.
Watch: TypeAlias = Callable[[Mapping[str, str]], AbstractContextManager[None]]


def unwatched(_: Mapping[str, str]) -> AbstractContextManager[None]:
    return nullcontext()


class _Counted:
    """Around a request; half of what a generator would cost each."""

    __slots__ = ("_begun", "_note", "_telemetry")

    def __init__(self, telemetry: "Telemetry") -> None:
        self._telemetry = telemetry

    def __enter__(self) -> None:
        self._note = notes.get()
        self._begun = perf_counter()

    def __exit__(self, *_: object) -> None:
        self._telemetry.done(self._note, perf_counter() - self._begun)


class Telemetry:
    """Slow statements are always logged; all else is imported, and hears of anything, only when asked for."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._metrics = _metrics(settings)
        self._tracing = _tracing(settings)
        self._reports = _reports(settings)

    @property
    def observer(self) -> Observer | None:
        """For the stores."""
        slow = SlowStatements(ms / 1000) if (ms := self._settings.slow_statement_ms) else None
        if not (slow or self._metrics or self._tracing):
            return None
        return StoresObserver(slow, self._metrics.stores if self._metrics else None, self._tracing)

    @property
    def watch(self) -> Watch:
        """For each request to the API."""
        if self._tracing is not None:
            return self._traced
        return self._counted if self._metrics or self._reports else unwatched

    @property
    def routes(self) -> list[Route]:
        token = self._settings.metrics_token
        return [self._metrics.route(token.get_secret_value())] if self._metrics and token else []

    def jobs(self, jobs: Mapping[str, JobFunction]) -> dict[str, JobFunction]:
        """The same jobs, watched."""
        metrics = self._metrics.for_jobs(jobs) if self._metrics else None
        return {name: partial(self._run, metrics, name, function) for name, function in jobs.items()}

    def expose_clients(self, uses: Uses) -> None:
        """Tell what clients ask for."""
        if self._metrics is not None:
            self._metrics.for_clients(uses)

    def exposed(self, services: Services, jobs: Collection[str]) -> AbstractAsyncContextManager[None]:
        """While the process serves or works."""
        return self._metrics.exposed(self._settings, services, jobs) if self._metrics else nullcontext()

    def report(self, error: Exception, note: RequestNotes | None = None) -> None:
        """Nobody expected it."""
        if self._reports is not None:
            self._reports.send(error, note)

    def close(self) -> None:
        """Send what is left; blocks."""
        if self._tracing is not None:
            self._tracing.close()
        if self._reports is not None:
            self._reports.close()

    def _counted(self, _: Mapping[str, str]) -> "_Counted":
        return _Counted(self)

    def done(self, note: RequestNotes, seconds: float) -> None:
        """A request is over."""
        if self._metrics is not None:
            self._metrics.operations.done(note, seconds)
        for bug in note.bugs:
            self.report(bug, note)

    @contextmanager
    def _traced(self, headers: Mapping[str, str]) -> Iterator[None]:
        assert self._tracing is not None
        with self._tracing.request(notes.get(), headers), self._counted(headers):
            yield

    async def _run(
        self, metrics: "JobMetrics | None", name: str, function: JobFunction, stores: object, /, **payload: object
    ) -> None:
        note = RequestNotes(uuid4().hex, Operation(name, JOB))
        reset = notes.set(note)
        outcome = "done"
        begun = perf_counter()
        try:
            with self._tracing.job(note) if self._tracing else nullcontext():
                await function(stores, **payload)
        except Exception as error:
            outcome = "failed"
            if not is_unavailable(error):
                self.report(error, note)
            raise
        except BaseException:
            outcome = "interrupted"
            raise
        finally:
            if metrics is not None:
                metrics.done(name, note, perf_counter() - begun, outcome)
            notes.reset(reset)


@asynccontextmanager
async def open_telemetry(settings: Settings) -> AsyncIterator[Telemetry]:
    telemetry = Telemetry(settings)
    try:
        yield telemetry
    finally:
        await asyncio.to_thread(telemetry.close)


# Each of the three takes a noticeable time to import.


def _metrics(settings: Settings) -> "Metrics | None":
    if not settings.has_metrics:
        return None
    from server.telemetry.metrics import Metrics

    return Metrics()


def _tracing(settings: Settings) -> "Tracing | None":
    if settings.otel_exporter_otlp_endpoint is None:
        return None
    from server.telemetry.tracing import Tracing

    return Tracing(settings.otel_exporter_otlp_endpoint, settings.traces_sample_rate)


def _reports(settings: Settings) -> "Reports | None":
    if settings.sentry_dsn is None:
        return None
    from server.telemetry.reports import Reports

    return Reports(settings.sentry_dsn.get_secret_value(), settings.environment)
