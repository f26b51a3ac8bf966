"""The worker: runs queued jobs and the timetable until it is told to stop."""

import asyncio
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import orjson
from pgqueuer.core.qm import QueueManager
from pgqueuer.core.sm import SchedulerManager
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.domain.models import Job, Schedule

from db.queue import SETTINGS, JobFunction, Timed
from db.queue_driver import UNREACHABLE, driver
from db.queue_leases import JobQueries


@dataclass(frozen=True)
class Pace:
    """How fast and how patiently a worker works."""

    concurrency: int = 20  # jobs at once in this process; at least two
    retries: int = 8  # with the pauses below about 21 minutes from the first failure to the last
    first_retry: timedelta = timedelta(seconds=5)  # doubles with every attempt
    longest_retry: timedelta = timedelta(minutes=15)
    lease: timedelta = timedelta(seconds=30)  # a job whose worker is silent for longer is given to another
    poll: timedelta = timedelta(seconds=5)  # notifications come sooner; this is for those that were lost
    grace: timedelta = timedelta(seconds=20)  # running jobs may finish for so long after the signal

    @property
    def answer_within(self) -> timedelta:
        # Heartbeats are half a lease apart and at most 0.15 late; a sixth leaves room for one that fails.
        return self.lease / 6


MOST_STARTS = 4


class GaveUp(Exception):
    """A job failed for the last time."""


async def run(
    dsn: str,
    stores: object,
    jobs: Mapping[str, JobFunction],
    timetable: Sequence[Timed] = (),
    *,
    pace: Pace = Pace(),
    stop: asyncio.Event | None = None,
) -> None:
    """Work until SIGTERM or SIGINT, or until `stop` is set where the caller brings one.

    Every job function gets `stores` and its payload. A lost server is waited for; anything else that breaks
    the machinery itself is raised once the running jobs are done. Jobs of other names stay in the queue.
    """
    if unknown := {timed.name for timed in timetable} - jobs.keys():
        raise ValueError(f"The timetable names jobs that do not exist: {', '.join(sorted(unknown))}")
    stopping = stop or asyncio.Event()
    timeout = pace.answer_within.total_seconds()
    with nullcontext() if stop else _stopped_by_signals(stopping):
        async with driver(dsn, timeout=timeout, stopping=stopping) as opened:
            queries = JobQueries.over(opened, pace.lease, pace.answer_within)
            managers = [_work(queries, stores, jobs, pace, stopping)]
            if timetable:  # with an empty one PgQueuer's scheduler asks the database every second
                managers.append(_schedule(queries, timetable, stopping))
            await _until_stopped([asyncio.create_task(each) for each in managers], queries, pace, stopping)


async def _work(
    queries: JobQueries, stores: object, jobs: Mapping[str, JobFunction], pace: Pace, stopping: asyncio.Event
) -> None:
    manager = QueueManager(queries, channel=SETTINGS.channel)
    manager.shutdown = stopping
    queries.owner = manager.queue_manager_id
    for name, function in jobs.items():
        perform = partial(_perform, function, stores, queries, pace)
        manager.entrypoint(name, on_failure="hold", accepts_context=False)(perform)
    await manager.run(
        dequeue_timeout=pace.poll,
        batch_size=pace.concurrency // 2,  # the most PgQueuer allows; a batch never overshoots the limit
        max_concurrent_tasks=pace.concurrency,
        heartbeat_timeout=pace.lease,
        log_aggregation_interval=timedelta(0),  # our metrics count jobs; its statistics table stays empty
    )


async def _perform(function: JobFunction, stores: object, queries: JobQueries, pace: Pace, job: Job) -> None:
    try:
        async with queries.hold(job):
            await _refuse_what_kills_workers(queries, pace, job)
            await function(stores, **orjson.loads(job.payload or b"{}"))
    except (RetryRequested, GaveUp):
        raise
    except (Exception, asyncio.CancelledError) as error:  # PgQueuer deletes a job that ends in cancellation
        outcome = _outcome(job, error, pace)
    else:
        return
    raise outcome  # out here, where the error is not its context


def _outcome(job: Job, error: BaseException, pace: Pace) -> Exception:
    """What PgQueuer may log and store: the kind of error and the place; its text may quote the payload."""
    kind = type(error).__name__
    if job.attempts < pace.retries:
        # The exponent is bounded, or a timedelta overflows.
        delay = min(pace.first_retry * 2 ** min(job.attempts, 20), pace.longest_retry)
        return RetryRequested(delay, reason=kind).with_traceback(error.__traceback__)
    return GaveUp(f"{kind} at attempt {job.attempts + 1}").with_traceback(error.__traceback__)


async def _refuse_what_kills_workers(queries: JobQueries, pace: Pace, job: Job) -> None:
    """Taking a job over from a silent worker counts no attempt: one that eats all memory would never end."""
    if job.updated - job.execute_after > pace.lease and await queries.starts(job) > MOST_STARTS:
        raise GaveUp(f"{MOST_STARTS} workers died at it")


async def _schedule(queries: JobQueries, timetable: Sequence[Timed], stopping: asyncio.Event) -> None:
    async def enqueue(tick: Schedule) -> None:
        # Under its own name as the key a job waits or runs once, however many ticks it takes.
        name = tick.entrypoint
        await queries.enqueue(name, b"{}", dedupe_key=name, on_conflict="skip")

    async def wake(_: Schedule) -> None:
        """PgQueuer looks only when something is due: a daily tick whose worker died would wait a day."""

    scheduler = SchedulerManager(queries)
    scheduler.shutdown = stopping
    scheduler.schedule("every minute", "* * * * *")(wake)
    for timed in timetable:
        scheduler.schedule(timed.name, timed.cron)(enqueue)
    await scheduler.run()


async def _until_stopped(
    managers: list[asyncio.Task[None]], queries: JobQueries, pace: Pace, stopping: asyncio.Event
) -> None:
    """Wait for the signal or the first manager that breaks; then for the running jobs, but not for ever.

    Managers are never cancelled: PgQueuer passes that on to the jobs, and deletes a cancelled job.
    """
    told = asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait([told, *managers], return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.set()
        await asyncio.wait(managers, timeout=pace.grace.total_seconds())
        queries.let_go()
        await asyncio.wait(managers, timeout=2 * pace.answer_within.total_seconds())
    for manager in managers:
        # What could not be written while stopping is done again elsewhere, once its lease runs out.
        if manager.done() and not isinstance(manager.exception(), UNREACHABLE):
            manager.result()


@contextmanager
def _stopped_by_signals(stopping: asyncio.Event) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
