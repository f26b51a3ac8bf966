"""The worker when something dies: its process, its connections, the server, a job that takes it along."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver

from db.queue_leases import JobQueries
from tests.server.workers import (
    ASLEEP,
    LISTENING,
    NOBODY_CONNECTED,
    NOTHING_LEFT,
    ONE_FAILED,
    PACE,
    PATIENCE,
    Add,
    Admin,
    Runs,
    log_of,
    terminate,
    until,
    worker,
)

pytestmark = pytest.mark.long

FOR_EVER = 3600.0


async def test_job_longer_than_its_lease_keeps_it(database_url: str, admin: Admin, add: Add) -> None:
    for seconds in (2, 6, 18):
        if await is_kept(timedelta(seconds=seconds), database_url, admin, add):
            return
    # A machine that stands still for a third of a lease loses a short one honestly, but not all of these.
    pytest.fail("a job lost its lease while its worker lived")


async def is_kept(lease: timedelta, database_url: str, admin: Admin, add: Add) -> bool:
    count = Runs(held=True)
    pace = replace(PACE, lease=lease, poll=lease / 8)
    await add("count", n=1)
    async with (
        worker(database_url, {"count": count}, pace=pace),
        worker(database_url, {"count": count}, pace=pace),
    ):
        await count.reach(count.started, 1)
        await until(admin, "now() > execute_after + $1::interval FROM queue.pgqueuer", lease * 1.25)
        count.may_end.set()
        await until(admin, NOTHING_LEFT)
    assert not count.overlapped
    return count.started == {1: 1}


@asynccontextmanager
async def mortal_worker(url: str, seconds: float, grace: float) -> AsyncIterator[asyncio.subprocess.Process]:
    """A worker in a process of its own, which is at its job."""
    command = (sys.executable, "-m", "tests.server.mortal_worker", url, str(seconds), str(grace))
    process = await asyncio.create_subprocess_exec(*command, stdout=-1, stderr=-1)
    try:
        assert process.stdout is not None
        assert await asyncio.wait_for(process.stdout.readline(), PATIENCE) == b"started\n"
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.communicate()


async def leave_alone_for(admin: Admin, silence: timedelta) -> None:
    """As if no worker had been heard of for so long."""
    await admin.execute("UPDATE queue.pgqueuer SET heartbeat = heartbeat - $1::interval", silence)


async def test_job_of_a_killed_worker_runs_again(database_url: str, admin: Admin, add: Add) -> None:
    await add("sleep")
    async with mortal_worker(database_url, FOR_EVER, FOR_EVER) as victim:
        victim.kill()
    await leave_alone_for(admin, PACE.lease)
    again = Runs()
    async with worker(database_url, {"sleep": again}):
        await until(admin, NOTHING_LEFT)
    assert again.finished[0] == 1
    assert await log_of(admin) == ["queued", "picked", "picked", "successful"]


async def test_job_that_kills_its_workers_is_given_up(database_url: str, admin: Admin, add: Add) -> None:
    await add("sleep")
    # As four workers leave it that each died at it.
    await admin.execute("""
        UPDATE queue.pgqueuer SET status = 'picked', queue_manager_id = gen_random_uuid(),
            heartbeat = now() - interval '5 minutes', execute_after = now() - interval '10 minutes'
    """)
    await admin.execute("""
        INSERT INTO queue.pgqueuer_log (job_id, status, priority, entrypoint)
        SELECT id, 'picked', 0, entrypoint FROM queue.pgqueuer, generate_series(1, 4)
    """)

    killer = Runs()
    async with worker(database_url, {"sleep": killer}):
        await until(admin, ONE_FAILED)
        assert killer.started[0] == 0
        # Whoever requeues it wants it run.
        await JobQueries.over(AsyncpgDriver(admin), PACE.lease, PACE.answer_within).requeue_jobs(
            [await admin.fetchval("SELECT id FROM queue.pgqueuer")]
        )
        await until(admin, NOTHING_LEFT)
    assert killer.finished[0] == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_signal_lets_a_short_job_finish(
    database_url: str, admin: Admin, add: Add, number: signal.Signals
) -> None:
    await add("sleep")
    async with mortal_worker(database_url, 0.5, FOR_EVER) as process:
        process.send_signal(number)
        _, errors = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert (process.returncode, errors) == (0, b"")
    assert await log_of(admin) == ["queued", "picked", "successful"]
    assert await admin.fetchval("SELECT count(*) FROM queue.pgqueuer") == 0


async def test_signal_hands_a_long_job_back_at_once(database_url: str, admin: Admin, add: Add) -> None:
    await add("sleep")
    async with mortal_worker(database_url, FOR_EVER, 0.1) as process:
        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 0
    row = await admin.fetchrow(
        "SELECT status, queue_manager_id, execute_after <= now() AS due FROM queue.pgqueuer"
    )
    assert row is not None
    assert dict(row) == {"status": "queued", "queue_manager_id": None, "due": True}
    await until(admin, NOBODY_CONNECTED)


@asynccontextmanager
async def shut(admin: Admin) -> AsyncIterator[None]:
    """The database breaks its connections and takes no new ones; the administrator's own stay."""
    database = await admin.fetchval("SELECT current_database()")
    await admin.execute(f"ALTER DATABASE {database} CONNECTION LIMIT 0")
    await terminate(admin)
    yield
    await admin.execute(f"ALTER DATABASE {database} CONNECTION LIMIT -1")


async def test_worker_outlives_its_connections_and_keeps_its_jobs(
    database_url: str, admin: Admin, add: Add
) -> None:
    held, quick = Runs(held=True), Runs()
    pace = replace(PACE, poll=timedelta(hours=1))
    async with worker(database_url, {"held": held, "quick": quick}, pace=pace):
        await add("held", n=1)
        await held.reach(held.started, 1)
        for n in range(2):
            await until(admin, ASLEEP, [])
            broken = await terminate(admin)
            await until(admin, LISTENING, broken)
            await add("quick", n=n)  # heard of by notification: it listens again
            await quick.reach(quick.finished, n + 1)
        held.may_end.set()
        await until(admin, NOTHING_LEFT)
    assert held.started == held.finished == {1: 1}
    assert quick.started == quick.finished == {0: 1, 1: 1}


async def test_worker_waits_for_a_server_that_is_not_there_yet(
    database_url: str, admin: Admin, add: Add, caplog: pytest.LogCaptureFixture
) -> None:
    await add("count", n=1)
    count = Runs()
    async with AsyncExitStack() as open_again:
        await open_again.enter_async_context(shut(admin))
        async with worker(database_url, {"count": count}):
            async with asyncio.timeout(PATIENCE):
                while caplog.text.count("The job queue is out of reach (TooManyConnectionsError)") < 2:  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
            await open_again.aclose()
            await until(admin, NOTHING_LEFT)
    assert count.finished == {1: 1}


@pytest.fixture
def asked_to_retry(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Set once a worker has asked for a retry and been answered."""
    asked, retry = asyncio.Event(), JobQueries.retry_job

    async def watched(queries: JobQueries, *arguments: Any) -> None:
        await retry(queries, *arguments)
        asked.set()

    monkeypatch.setattr(JobQueries, "retry_job", watched)
    return asked


async def test_worker_cut_off_stops_its_job_before_another_runs_it(
    database_url: str, admin: Admin, add: Add, asked_to_retry: asyncio.Event
) -> None:
    await admin.execute("DROP ROLE IF EXISTS cut_off; CREATE ROLE cut_off LOGIN IN ROLE plaza_app")
    count = Runs(held=True)
    pace = replace(PACE, lease=timedelta(seconds=6))
    await add("count", n=1)
    async with worker(database_url.replace("plaza_app", "cut_off"), {"count": count}, pace=pace):
        await count.reach(count.started, 1)
        await until(admin, ASLEEP, [])
        await admin.execute("ALTER ROLE cut_off CONNECTION LIMIT 0")
        await terminate(admin)
        async with worker(database_url, {"count": count}, pace=pace):
            await count.reach(count.started, 2)
            assert count.cancelled == [1]
            assert not asked_to_retry.is_set()
            await admin.execute("ALTER ROLE cut_off CONNECTION LIMIT -1")
            # The first worker is back and asks for its retry: it no longer owns the job.
            await asyncio.wait_for(asked_to_retry.wait(), PATIENCE)
            assert await log_of(admin) == ["queued", "picked", "picked"]
            count.may_end.set()
            await until(admin, NOTHING_LEFT)
    assert not count.overlapped
    assert (count.started, count.finished) == ({1: 2}, {1: 1})
    await admin.execute("DROP ROLE cut_off")


async def test_stopping_ends_while_the_server_is_away(database_url: str, admin: Admin, add: Add) -> None:
    await add("count", n=1)
    count = Runs(held=True)
    pace = replace(PACE, grace=timedelta(seconds=0.1))
    async with AsyncExitStack() as open_again, worker(database_url, {"count": count}, pace=pace):
        await count.reach(count.started, 1)
        await until(admin, ASLEEP, [])
        await open_again.enter_async_context(shut(admin))
    assert await admin.fetchval("SELECT status FROM queue.pgqueuer") == "picked"
    await leave_alone_for(admin, PACE.lease)
    count.may_end.set()
    async with worker(database_url, {"count": count}):
        await until(admin, NOTHING_LEFT)
    assert count.finished == {1: 1}
