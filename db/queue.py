"""The job queue: what a job is, and how one is enqueued in the caller's own transaction."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import NamedTuple, TypeAlias

import orjson
from pgqueuer.adapters.persistence.qb import QueryQueueBuilder
from pgqueuer.domain.settings import DBSettings
from sqlalchemy.ext.asyncio import AsyncSession

JobFunction: TypeAlias = Callable[..., Awaitable[None]]
"""`async def job(stores, **payload)`. A job may run more than once; running it again must change nothing."""


class Timed(NamedTuple):
    """A job without payload that the clock enqueues; `cron` has five fields (six with seconds), in UTC."""

    name: str
    cron: str


# Not DBSettings(...): it reads the environment, and a variable called FUNCTION or CHANNEL renames objects.
SETTINGS = DBSettings.model_construct(db_schema="queue")

_ENQUEUE = QueryQueueBuilder(SETTINGS).build_enqueue_query()


async def enqueue(
    session: AsyncSession, name: str, /, *, delay: timedelta | None = None, **payload: object
) -> None:
    """Add a job that exists if and only if the session's transaction commits; workers hear of it then.

    The payload must be JSON; what is not raises TypeError. The statement goes through SQLAlchemy's
    connection, never the raw asyncpg one below it, so it opens the transaction itself when it comes first.
    """
    connection = await session.connection()
    job = ([0], [name], [orjson.dumps(payload)], [delay or timedelta()], [None], ["{}"])
    await connection.exec_driver_sql(_ENQUEUE, job)


async def prune(session: AsyncSession, limit: int = 5_000, *, older_than: timedelta) -> int:
    """Forget what happened to jobs before then: PgQueuer logs three rows a job and deletes none.

    At most `limit` rows go; says how many did.
    Jobs that failed for good are no log; they stay in the queue until someone requeues or deletes them.
    """
    connection = await session.connection()
    return (await connection.exec_driver_sql(_PRUNE, (older_than, limit))).rowcount


_PRUNE = """
DELETE FROM queue.pgqueuer_log
WHERE id IN (SELECT id FROM queue.pgqueuer_log WHERE created < now() - $1::interval LIMIT $2)
"""
