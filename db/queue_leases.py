"""A worker's hold on its jobs: PgQueuer's statements, fenced so that no job runs in two places at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta

from pgqueuer.adapters.persistence.qb import (
    QueryBuilderEnvironment,
    QueryQueueBuilder,
    QuerySchedulerBuilder,
)
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.adapters.persistence.query_helpers import cell
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.domain.models import Job, TracebackRecord
from pgqueuer.domain.types import JobId, QueueManagerId
from pgqueuer.ports.driver import Driver

from db.queue import SETTINGS
from db.queue_driver import UNREACHABLE

_BEAT = """
UPDATE queue.pgqueuer SET heartbeat = now()
WHERE id = ANY($1) AND status = 'picked' AND queue_manager_id = $2
RETURNING id
"""

_RETRY = """
WITH retried AS (
    UPDATE queue.pgqueuer
    SET status = 'queued', execute_after = now() + $2, attempts = attempts + 1, updated = now(),
        queue_manager_id = NULL
    WHERE id = $1 AND status = 'picked' AND queue_manager_id = $3
    RETURNING id, entrypoint, priority
)
INSERT INTO queue.pgqueuer_log (job_id, status, entrypoint, priority, traceback)
SELECT id, 'queued', entrypoint, priority, $4 FROM retried
"""

_STARTS = """
SELECT count(*) AS starts FROM queue.pgqueuer_log
WHERE job_id = $1 AND status = 'picked'
  AND id > (SELECT coalesce(max(id), 0) FROM queue.pgqueuer_log WHERE job_id = $1 AND status = 'queued')
"""


@dataclass
class JobQueries(Queries):
    """PgQueuer's statements for one worker, which holds a job only as long as its heartbeats are confirmed.

    A worker cut off from PostgreSQL for longer than `lease` loses its jobs to others. PgQueuer's own retry
    and heartbeat go by id alone and would touch a job that runs elsewhere by now; these name the owner.
    And a job runs inside `hold`, which ends it here before anyone else may start it.
    """

    lease: timedelta = timedelta(seconds=30)
    answer_within: timedelta = timedelta(seconds=5)
    owner: QueueManagerId | None = None
    held: dict[JobId, asyncio.Timeout] = field(default_factory=dict)

    @classmethod
    def over(cls, driver: Driver, lease: timedelta, answer_within: timedelta) -> "JobQueries":
        return cls(
            driver,
            QueryBuilderEnvironment(SETTINGS),
            QueryQueueBuilder(SETTINGS),
            QuerySchedulerBuilder(SETTINGS),
            lease=lease,
            answer_within=answer_within,
        )

    @asynccontextmanager
    async def hold(self, job: Job) -> AsyncIterator[None]:
        """Run the body while heartbeats are confirmed; once they are not, cancel it and requeue the job."""
        running = asyncio.timeout_at(self._deadline())
        try:
            async with running:
                self.held[job.id] = running
                try:
                    yield
                finally:
                    del self.held[job.id]
        except TimeoutError:
            if running.expired():
                raise RetryRequested(reason="its worker lost or let go of it") from None
            raise

    def let_go(self) -> None:
        """Cancel every job that runs here; each goes back to the queue."""
        for running in self.held.values():
            self._move(running, asyncio.get_running_loop().time())

    async def update_heartbeat(self, job_ids: list[JobId]) -> None:
        rows = await self.driver.fetch(_BEAT, list(set(job_ids)), self.owner)
        ours = {row["id"] for row in rows}
        for job_id in set(job_ids) & self.held.keys():
            lost = asyncio.get_running_loop().time()
            self._move(self.held[job_id], self._deadline() if job_id in ours else lost)

    async def retry_job(self, job: Job, delay: timedelta, traceback_record: TracebackRecord | None) -> None:
        traceback = traceback_record.model_dump_json() if traceback_record else None
        # PgQueuer marks a job failed when this raises; left alone, it is taken over when the lease runs out.
        with suppress(*UNREACHABLE):
            await self.driver.execute(_RETRY, job.id, delay, self.owner, traceback)

    async def starts(self, job: Job) -> int:
        """How often the job was started since it was last queued: more than once if a worker fell silent."""
        (row,) = await self.driver.fetch(_STARTS, job.id)
        return cell(row, "starts", int)

    def _deadline(self) -> float:
        # PostgreSQL stamped the heartbeat up to `answer_within` before we read its answer.
        return asyncio.get_running_loop().time() + (self.lease - self.answer_within).total_seconds()

    @staticmethod
    def _move(running: asyncio.Timeout, deadline: float) -> None:
        if not running.expired():  # a timeout that has begun to cancel its body refuses to move
            running.reschedule(deadline)
