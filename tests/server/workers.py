"""What the worker's tests share: a worker in this process, a job that notes its runs, and facts to wait for."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TypeAlias

import asyncpg

from db.queue import JobFunction, Timed
from server.worker import Pace, run

Admin: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Add: TypeAlias = Callable[..., Awaitable[None]]

PATIENCE = 60.0
"""Seconds after which a test hangs; the slowest machine needs a fraction."""

PACE = Pace(
    concurrency=4,
    retries=2,
    first_retry=timedelta(milliseconds=100),
    lease=timedelta(minutes=1),
    poll=timedelta(seconds=1),
    grace=timedelta(seconds=2),
)


@asynccontextmanager
async def worker(
    url: str, jobs: Mapping[str, JobFunction], timetable: Sequence[Timed] = (), pace: Pace = PACE
) -> AsyncIterator[None]:
    stop = asyncio.Event()
    running = asyncio.create_task(run(url, "the stores", jobs, timetable, pace=pace, stop=stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(running, PATIENCE)


async def until(admin: Admin, fact: str, *arguments: object) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await admin.fetchval(f"SELECT {fact}", *arguments):  # noqa: ASYNC110 - the event is elsewhere
            await asyncio.sleep(0.02)


NOTHING_LEFT = "NOT EXISTS (SELECT FROM queue.pgqueuer)"
ONE_FAILED = "status = 'failed' FROM queue.pgqueuer"
_BACKENDS = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND usename <> 'postgres'"
NOBODY_CONNECTED = f"NOT EXISTS ({_BACKENDS})"
LISTENING = f"EXISTS ({_BACKENDS} AND state = 'idle' AND query LIKE 'LISTEN %' AND pid <> ALL ($1::int[]))"
"""Over another connection than these."""
ASLEEP = f"""
{LISTENING} AND NOT EXISTS ({_BACKENDS} AND (state <> 'idle' OR state_change > now() - interval '0.2 s'))
"""
"""It has asked for nothing for a while: it waits for something to tell it of a job, or for its next look."""


async def terminate(admin: Admin) -> list[int]:
    """Breaks the connections that workers have; one that is just being made may escape."""
    rows = await admin.fetch(
        "SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND usename <> 'postgres'"
    )
    return [row["pid"] for row in rows]


async def log_of(admin: Admin) -> list[str]:
    rows = await admin.fetch("SELECT status FROM queue.pgqueuer_log ORDER BY id")
    return [row["status"] for row in rows]


class Runs:
    """A job that notes its runs, and whether one id was ever run twice at once.

    One that is `held` goes on until `may_end` is set.
    """

    def __init__(self, *, held: bool = False) -> None:
        self.may_end = asyncio.Event()
        if not held:
            self.may_end.set()
        self.finished: Counter[int] = Counter()
        self.started: Counter[int] = Counter()
        self.now: set[int] = set()
        self.most = 0
        self.overlapped = False
        self.cancelled: list[int] = []
        self._changed = asyncio.Condition()

    async def reach(self, runs: Counter[int], total: int) -> None:
        """Until `started` or `finished` counts so many."""
        async with asyncio.timeout(PATIENCE), self._changed:
            await self._changed.wait_for(lambda: runs.total() >= total)

    async def __call__(self, stores: object, *, n: int = 0) -> None:
        self.overlapped |= n in self.now
        self.now.add(n)
        self.most = max(self.most, len(self.now))
        try:
            await self._note(self.started, n)
            await self.may_end.wait()
            await self._note(self.finished, n)
        except asyncio.CancelledError:
            self.cancelled.append(n)
            raise
        finally:
            self.now.discard(n)

    async def _note(self, runs: Counter[int], n: int) -> None:
        runs[n] += 1
        async with self._changed:
            self._changed.notify_all()
