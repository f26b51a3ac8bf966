"""The worker and its jobs: payloads, retries, sharing among workers, the timetable."""

import asyncio
import logging
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from db.queue import Timed
from server.worker import run
from tests.server.workers import (
    ASLEEP,
    NOTHING_LEFT,
    ONE_FAILED,
    PACE,
    Add,
    Admin,
    Runs,
    log_of,
    until,
    worker,
)

NEVER_POLLS = replace(PACE, poll=timedelta(hours=1))
EVERY_SECOND = Timed("pulse", "* * * * * *")


async def test_job_gets_the_stores_and_its_payload(database_url: str, admin: Admin, add: Add) -> None:
    calls: list[tuple[object, int, str]] = []

    async def greet(stores: object, *, user_id: int, name: str) -> None:
        calls.append((stores, user_id, name))

    await add("greet", user_id=1, name="Ada")
    async with worker(database_url, {"greet": greet}):
        await until(admin, NOTHING_LEFT)
    assert calls == [("the stores", 1, "Ada")]
    assert await log_of(admin) == ["queued", "picked", "successful"]


async def test_notification_wakes_the_worker_long_before_it_polls(
    database_url: str, admin: Admin, add: Add
) -> None:
    async with worker(database_url, {"greet": Runs()}, pace=NEVER_POLLS):
        await until(admin, ASLEEP, [])
        await add("greet")
        await until(admin, NOTHING_LEFT)


async def test_delayed_job_waits_and_no_longer_than_it_must(database_url: str, admin: Admin, add: Add) -> None:
    async with worker(database_url, {"greet": Runs()}, pace=NEVER_POLLS):
        await add("greet", timedelta(seconds=1))
        await until(admin, NOTHING_LEFT)
    queued, picked, _ = await admin.fetch("SELECT created FROM queue.pgqueuer_log ORDER BY id")
    assert picked["created"] - queued["created"] >= timedelta(seconds=1)


async def test_job_of_an_unknown_name_stays(database_url: str, admin: Admin, add: Add) -> None:
    await add("from.the.next.release")
    await add("greet")
    async with worker(database_url, {"greet": Runs()}):
        await until(admin, "NOT EXISTS (SELECT FROM queue.pgqueuer WHERE entrypoint = 'greet')")
    assert [tuple(row) for row in await admin.fetch("SELECT entrypoint, status FROM queue.pgqueuer")] == [
        ("from.the.next.release", "queued")
    ]


async def test_failing_job_is_retried_then_kept_and_logged_once_without_its_payload(
    database_url: str, admin: Admin, add: Add, caplog: pytest.LogCaptureFixture
) -> None:
    starts: list[float] = []

    async def fail(stores: object, *, text: str) -> None:
        starts.append(asyncio.get_running_loop().time())
        raise ValueError(f"cannot digest {text}")

    await add("fail", text="a secret")
    with caplog.at_level(logging.INFO):
        async with worker(database_url, {"fail": fail}):
            await until(admin, ONE_FAILED)
    assert len(starts) == 1 + PACE.retries
    assert starts[1] - starts[0] > 0.1
    assert starts[2] - starts[1] > 0.2
    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
    job_id = await admin.fetchval("SELECT id FROM queue.pgqueuer")
    assert [record.getMessage() for record in errors] == [
        f"Exception while processing entrypoint/job-id: fail/{job_id}"
    ]
    assert "ValueError at attempt 3" in caplog.text
    assert 'raise ValueError(f"cannot digest {text}")' in caplog.text  # the place, with the source's own words
    assert "a secret" not in caplog.text
    stored = await admin.fetchval("SELECT string_agg(traceback::text, ' ') FROM queue.pgqueuer_log")
    assert "ValueError" in stored
    assert "a secret" not in stored


async def test_job_that_cancels_itself_is_retried_not_deleted(database_url: str, admin: Admin, add: Add) -> None:
    starts = 0

    async def stumble(stores: object) -> None:
        nonlocal starts
        starts += 1
        if starts == 1:
            raise asyncio.CancelledError

    await add("stumble")
    async with worker(database_url, {"stumble": stumble}):
        await until(admin, NOTHING_LEFT)
    assert await log_of(admin) == ["queued", "picked", "queued", "picked", "successful"]


async def test_two_workers_share_the_jobs_and_run_each_once(database_url: str, admin: Admin, add: Add) -> None:
    count = Runs()
    for n in range(200):
        await add("count", n=n)
    async with worker(database_url, {"count": count}), worker(database_url, {"count": count}):
        await until(admin, NOTHING_LEFT)
    assert count.finished == Counter(range(200))
    assert len(await admin.fetch("SELECT FROM queue.pgqueuer_log WHERE status = 'picked'")) == 200


async def test_worker_takes_no_more_jobs_than_it_may(database_url: str, admin: Admin, add: Add) -> None:
    count = Runs(held=True)
    for n in range(20):
        await add("count", n=n)
    async with worker(database_url, {"count": count}):
        await count.reach(count.started, PACE.concurrency)
        await add("count", n=20)  # wakes it
        await asyncio.sleep(0.2)  # for one too many to start
        assert count.started.total() == PACE.concurrency
        count.may_end.set()
        await until(admin, NOTHING_LEFT)
    assert count.finished == Counter(range(21))
    assert count.most == PACE.concurrency


@pytest.mark.long
async def test_timetable_fires_once_a_tick_with_two_workers(database_url: str, admin: Admin) -> None:
    pulse, tidy = Runs(), Runs()
    jobs, timetable = {"pulse": pulse, "tidy": tidy}, [EVERY_SECOND, Timed("tidy", "0 0 1 1 *")]
    async with worker(database_url, jobs, timetable), worker(database_url, jobs, timetable):
        await pulse.reach(pulse.finished, 1)
        # It is due, long before its time, and both find that.
        await admin.execute("UPDATE queue.pgqueuer_schedules SET next_run = now() WHERE entrypoint = 'tidy'")
        await tidy.reach(tidy.finished, 1)
        await pulse.reach(pulse.finished, pulse.finished.total() + 2)
    queued = "SELECT count(*) FROM queue.pgqueuer_log WHERE entrypoint = 'tidy' AND status = 'queued'"
    assert await admin.fetchval(queued) == 1
    assert tidy.finished.total() == 1


@pytest.mark.long
async def test_tick_is_skipped_while_the_last_one_still_runs(database_url: str, admin: Admin) -> None:
    pulse, tidy = Runs(), Runs(held=True)
    jobs, timetable = {"pulse": pulse, "tidy": tidy}, [EVERY_SECOND, Timed("tidy", "* * * * * *")]
    async with worker(database_url, jobs, timetable):
        await tidy.reach(tidy.started, 1)
        await pulse.reach(pulse.finished, pulse.finished.total() + 2)
        assert tidy.started.total() == 1
        assert await admin.fetchval("SELECT count(*) FROM queue.pgqueuer WHERE entrypoint = 'tidy'") == 1
        tidy.may_end.set()


async def test_timetable_of_unknown_jobs_is_refused(database_url: str) -> None:
    with pytest.raises(ValueError, match="tidy"):
        await run(database_url, None, {}, [Timed("tidy", "* * * * *")])
