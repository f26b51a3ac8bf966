"""All metrics of one process, in a registry of their own."""

import asyncio
import platform
from collections.abc import AsyncIterator, Collection
from contextlib import ExitStack, asynccontextmanager, suppress

from prometheus_client import CollectorRegistry, Gauge, GCCollector, ProcessCollector, disable_created_metrics
from starlette.routing import Route

from engine.clients import Uses
from schema.context import Services
from server.settings import VERSION, Settings
from server.telemetry import exposition, lag
from server.telemetry.clients import ClientMetrics
from server.telemetry.jobs import JobMetrics
from server.telemetry.operations import OperationMetrics
from server.telemetry.state import State
from server.telemetry.statistics import Statistics
from server.telemetry.stores import StoreMetrics

# Every counter's moment of birth would be one series more for each.
disable_created_metrics()  # type: ignore[no-untyped-call]


class Metrics:
    """Made before the stores are opened, so that they can be heard from the first statement."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        build = Gauge("plaza_build_info", "Always 1.", ["version", "python"], registry=self.registry)
        build.labels(VERSION, platform.python_version()).set(1)
        self.operations = OperationMetrics(self.registry)
        self.stores = StoreMetrics(self.registry)
        self._lag = lag.histogram(self.registry)
        self._worker = Gauge("plaza_worker", "1 where jobs are run.", registry=self.registry)

    def for_clients(self, uses: Uses) -> None:
        self.registry.register(ClientMetrics(uses))

    def for_jobs(self, names: Collection[str]) -> JobMetrics:
        self._worker.set(1)
        return JobMetrics(self.registry, self.operations, names)

    def route(self, token: str) -> Route:
        return exposition.route(self.registry, token)

    @asynccontextmanager
    async def exposed(self, settings: Settings, services: Services, jobs: Collection[str]) -> AsyncIterator[None]:
        """Watch what is looked at rather than told, and listen for scrapes if a port is set."""
        with ExitStack() as stack:
            if settings.metrics_port is not None:
                ports = range(settings.metrics_port, settings.metrics_port + settings.workers)
                stack.enter_context(exposition.listening(self.registry, settings.metrics_host, ports))
            self.registry.register(State(services))
            self.registry.register(statistics := Statistics(services.stores.reads.pool, jobs))
            lagging = asyncio.create_task(lag.measure(self._lag))
            try:
                yield
            finally:
                lagging.cancel()
                with suppress(asyncio.CancelledError):
                    await lagging
                await statistics.close()
