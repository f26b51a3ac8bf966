"""Opens the Redis client whose every use has a way out, and decides when not to try it."""

import time
from collections.abc import Callable

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.maint_notifications import MaintNotificationsConfig

from db.observing import ObservedRedis, Observer
from db.quick_redis import QuickRedis

CONNECTIONS = 32
POOL_TIMEOUT = 0.05  # seconds, as are the next two
CONNECT_TIMEOUT = 0.1
SOCKET_TIMEOUT = 0.15

FAILURES = 5
PAUSE = 1.0  # seconds


def connect(url: str, observer: Observer | None = None) -> Redis:
    """A client for `redis://`, `rediss://` or `unix://`; no connection is made before its first command.

    A command fails within 0.3 s, and within 0.15 s on an open connection. The library's defaults retry each
    tenfold on two levels, 48 s for one GET to a frozen server; a lost cache look-up is cheaper than a wait.
    Not for subscriptions, which wait by nature. Raises ValueError for another scheme.
    """
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=CONNECTIONS,
        timeout=POOL_TIMEOUT,
        socket_connect_timeout=CONNECT_TIMEOUT,
        socket_timeout=SOCKET_TIMEOUT,
        retry=Retry(NoBackoff(), 0),
        # A hosted Redis that announces maintenance would stretch the timeouts above, and neither that nor the
        # library's name is worth a round trip for each new connection.
        maint_notifications_config=MaintNotificationsConfig(enabled=False),
        driver_info=None,
    )
    return QuickRedis.from_pool(pool) if observer is None else ObservedRedis.over(pool, observer)


class Breaker:
    """After five failures in a row lets one caller a second through, until one of them succeeds.

    Without it everybody would wait 0.15 s for a frozen server, again and again. `clock` gives seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures = 0
        self._next_probe = 0.0

    def lets_through(self) -> bool:
        """May this caller try? Who may has to report `succeeded` or `failed`."""
        if not self.is_open:
            return True
        now = self._clock()
        if now < self._next_probe:
            return False
        # Taken before the answer is known: a probe that is cancelled costs one pause and no more.
        self._next_probe = now + PAUSE
        return True

    @property
    def is_open(self) -> bool:
        """Is nobody let through but one caller a second?"""
        return self._failures >= FAILURES

    def succeeded(self) -> None:
        self._failures = 0

    def failed(self) -> None:
        self._failures += 1
        self._next_probe = self._clock() + PAUSE
