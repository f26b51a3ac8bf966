"""Counts and times what the stores do."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter

from db.observing import READS, WRITES
from server.telemetry.timings import Timings

_SQL_BUCKETS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)
_WAIT_BUCKETS: Final = (0.0001, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0)
_REDIS_BUCKETS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.15, 0.3)


class StoreMetrics:
    """Times of statements, of waits for a connection, and of commands to Redis, which are few."""

    def __init__(self, registry: CollectorRegistry) -> None:
        sql = Timings("plaza_sql_statement_seconds", "One statement.", (), _SQL_BUCKETS, registry)
        wait = Timings(
            "plaza_pool_wait_seconds", "For a connection, made anew if need be.", ["pool"], _WAIT_BUCKETS, registry
        )
        self.ran = sql.at().add
        self._wait = {pool: wait.at(pool).add for pool in (READS, WRITES)}
        self._redis = Timings("plaza_redis_seconds", "One command.", ["command"], _REDIS_BUCKETS, registry)
        self._failures = Counter("plaza_redis_failures", "Commands that failed.", registry=registry)

    def waited(self, pool: str, seconds: float) -> None:
        self._wait[pool](seconds)

    def asked(self, command: str, seconds: float, *, failed: bool) -> None:
        self._redis.at(command).add(seconds)
        if failed:
            self._failures.inc()
