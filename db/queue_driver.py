"""PgQueuer's way to PostgreSQL: a small pool and a listening connection, which both outlive a lost server."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

import asyncpg
from asyncpg.pool import Pool
from pgqueuer.core.tm import TaskManager
from pgqueuer.ports.driver import Driver, NotifyCallback

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")

UNREACHABLE = (
    OSError,  # refused, reset, timed out
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # shut down, starting up, backend terminated
    asyncpg.InsufficientResourcesError,  # too many connections
    asyncpg.InterfaceError,  # the connection was already closed
    asyncpg.InternalClientError,  # its backend was just terminated, and the socket is not closed yet
)
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0  # seconds between attempts to reach a server
PROBE_EVERY = 10.0  # seconds; a listener hears nothing when a firewall drops its connection


class ReconnectingDriver(Driver):
    """Repeats a statement until PostgreSQL answers; after `stopping` is set it fails at once instead.

    A repeated statement may have been committed the first time. All of the queue's can take that: jobs
    dequeued for nobody become stale, a retry counts only for the job's owner, the rest is idempotent.
    """

    def __init__(self, dsn: str, pool: "Pool[asyncpg.Record]", timeout: float, stopping: asyncio.Event) -> None:
        self._dsn = dsn
        self._pool = pool
        self._timeout = timeout
        self._stopping = stopping
        self._tasks = TaskManager()

    async def fetch(self, query: str, *args: object) -> list[dict[str, object]]:
        rows = await self._until_answered(lambda: self._pool.fetch(query, *args))
        return [dict(row) for row in rows]

    async def execute(self, query: str, *args: object) -> str:
        return await self._until_answered(lambda: self._pool.execute(query, *args))

    async def notify(self, channel: str, payload: str) -> None:
        await self.execute("SELECT pg_notify($1, $2)", channel, payload)

    async def add_listener(self, channel: str, callback: NotifyCallback) -> None:
        """Listen in the background. What is missed until it does, the worker finds when it next polls."""
        self._tasks.add(asyncio.create_task(self._keep_listening(channel, callback)))

    @property
    def shutdown(self) -> asyncio.Event:
        return self._stopping

    @property
    def tm(self) -> TaskManager:
        return self._tasks

    async def __aenter__(self) -> "ReconnectingDriver":
        return self

    async def __aexit__(self, *_: object) -> None:
        """Nothing yet: the queue and the timetable each enter and leave the driver they share."""

    async def close(self) -> None:
        for task in self._tasks.tasks:
            task.cancel()
        await self._tasks.gather_tasks()
        try:
            await asyncio.wait_for(self._pool.close(), self._timeout)
        except UNREACHABLE:
            self._pool.terminate()

    async def _until_answered(self, statement: Callable[[], Awaitable[Answer]]) -> Answer:
        pause = FIRST_PAUSE
        while True:
            try:
                return await statement()
            except UNREACHABLE as error:
                if self._stopping.is_set() or isinstance(error, ValueError):  # a wrong argument or DSN
                    raise
                log.warning("The job queue is out of reach (%s); trying again", type(error).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _keep_listening(self, channel: str, callback: NotifyCallback) -> None:
        while True:
            with suppress(*UNREACHABLE):
                await self._listen(channel, callback)
            await asyncio.sleep(1)

    async def _listen(self, channel: str, callback: NotifyCallback) -> None:
        connection = await asyncpg.connect(self._dsn, timeout=self._timeout, command_timeout=self._timeout)
        try:
            lost = asyncio.Event()
            connection.add_termination_listener(lambda _: lost.set())
            await connection.add_listener(channel, lambda _, __, ___, payload: callback(str(payload)))
            while not lost.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(lost.wait(), PROBE_EVERY)
                await connection.execute("SELECT 1")
        finally:
            connection.terminate()


@asynccontextmanager
async def driver(dsn: str, *, timeout: float, stopping: asyncio.Event) -> AsyncIterator[ReconnectingDriver]:
    """A driver that needs no server yet; no connecting and no statement takes longer than `timeout`."""
    pool = await asyncpg.create_pool(dsn, min_size=0, max_size=4, timeout=timeout, command_timeout=timeout)
    opened = ReconnectingDriver(dsn, pool, timeout, stopping)
    try:
        yield opened
    finally:
        await opened.close()
