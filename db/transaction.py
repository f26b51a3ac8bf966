"""Writes: one transaction a mutation, with a deadline, and what follows its commit. Only this file commits."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from time import perf_counter
from typing import Final, TypeVar

import asyncpg
import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

T = TypeVar("T")
Sessions = async_sessionmaker[AsyncSession]
Effect = Callable[[], Awaitable[None]]

OBSERVER: Final = "observer"  # where a session's info keeps the `db.observing.Observer` to tell, if there is one
_EFFECTS: Final = "after_commit"
# serialization_failure, deadlock_detected, lock_not_available: nobody's fault, gone on the next try.
_TRANSIENT: Final = {"40001", "40P01", "55P03"}
_PAUSES: Final = (0.01, 0.04, 0.16)
_log = structlog.get_logger(__name__)


class Collision(Exception):
    """The transaction met another one and was rolled back whole; trying again is safe."""


class OutcomeUnknown(Exception):
    """The connection was lost while committing: the work may or may not have been done."""


@asynccontextmanager
async def write(sessions: Sessions, *, deadline: float = 4.0) -> AsyncIterator[AsyncSession]:
    """A transaction that commits when the block ends and leaves nothing when it raises.

    `deadline` (seconds) bounds each of its statements. Raises `Collision` when PostgreSQL broke a tie against
    it, `OutcomeUnknown` when the connection went away during COMMIT.
    """
    session = sessions()
    try:
        # This statement also begins the transaction: the driver's own connection, taken before any
        # statement of the session, would stand outside of it.
        await session.execute(text(f"SET LOCAL statement_timeout = {int(deadline * 1000)}"))
        yield session
        await session.flush()
        await _commit(session)
    except DBAPIError as error:
        if sqlstate_of(error) in _TRANSIENT:
            raise Collision from error
        raise
    except asyncpg.PostgresError as error:  # of a read on the session's own connection
        if error.sqlstate in _TRANSIENT:
            raise Collision from error
        raise
    finally:
        await asyncio.shield(session.close())
    await _run_effects(session)


def after_commit(session: AsyncSession, effect: Effect) -> None:
    """Run `effect` once the transaction stands; for what only speeds things up, since losing it is harmless."""
    session.info.setdefault(_EFFECTS, []).append(effect)


async def retried(attempt: Callable[[], Awaitable[T]]) -> T:
    """`attempt`, and again after a `Collision`, at most three more times with growing pauses."""
    for pause in _PAUSES:
        try:
            return await attempt()
        except Collision:
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - spreads tries, hides nothing
    return await attempt()


def sqlstate_of(error: DBAPIError) -> str | None:
    """PostgreSQL's five-letter code of what went wrong, if the server said."""
    return getattr(error.orig, "sqlstate", None)


def constraint_of(error: DBAPIError) -> str | None:
    """The name of the constraint that refused the row, if one did."""
    return getattr(getattr(error.orig, "__cause__", None), "constraint_name", None)


async def _commit(session: AsyncSession) -> None:
    # Once COMMIT is on its way, a caller that leaves must not turn it into a question: it is seen through.
    begun = perf_counter()
    commit = asyncio.ensure_future(session.commit())
    if (observer := session.info.get(OBSERVER)) is not None:
        commit.add_done_callback(lambda _: observer.ran("COMMIT", perf_counter() - begun, None))
    try:
        await asyncio.shield(commit)
    except asyncio.CancelledError:
        await asyncio.wait([commit])
        raise
    except (InterfaceError, OSError) as error:
        raise OutcomeUnknown from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise OutcomeUnknown from error
        raise


async def _run_effects(session: AsyncSession) -> None:
    for effect in session.info.get(_EFFECTS, ()):
        try:
            await effect()
        except Exception:
            _log.exception("after_commit_failed")
