"""What is as it is at the moment of a scrape: pools, the breaker before Redis, passwords, the engine."""

from collections.abc import Iterable

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.pool import QueuePool

from db.observing import READS, WRITES
from engine.execution import fallthroughs
from schema.context import Services


class State(Collector):
    """Read from a scrape's own thread, so it takes nothing but numbers."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def collect(self) -> Iterable[Metric]:
        yield from self._pools()
        yield GaugeMetricFamily(
            "plaza_redis_breaker_open",
            "1 while Redis is left alone but for one try a second.",
            value=self._services.buckets.breaker.is_open,
        )
        passwords = GaugeMetricFamily(
            "plaza_passwords", "Passwords being hashed or waiting for it.", labels=["state"]
        )
        passwords.add_metric(["working"], self._services.passwords.working)
        passwords.add_metric(["waiting"], self._services.passwords.waiting)
        yield passwords
        fallen = CounterMetricFamily(
            "engine_fallthrough", "Operations that graphql-core executed in the engine's stead.", labels=["reason"]
        )
        for reason, count in fallthroughs.copy().items():
            fallen.add_metric([reason], count)
        yield fallen

    def _pools(self) -> Iterable[Metric]:
        reads, writes = self._services.stores.reads.pool, self._services.stores.engine.pool
        assert isinstance(writes, QueuePool)
        connections = GaugeMetricFamily("plaza_pool_connections", "Connections.", labels=["pool", "state"])
        connections.add_metric([READS, "idle"], reads.idle)
        connections.add_metric([READS, "used"], reads.size - reads.idle)
        connections.add_metric([WRITES, "idle"], writes.checkedin())
        connections.add_metric([WRITES, "used"], writes.checkedout())
        most = GaugeMetricFamily("plaza_pool_connections_max", "The most there may be.", labels=["pool"])
        most.add_metric([READS], reads.most)
        most.add_metric([WRITES], writes.size())
        return connections, most
