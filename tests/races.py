"""Rules run side by side, as the API runs them: each in a transaction of its own, again after a collision."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeAlias

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession

from db.transaction import Sessions, retried, write
from domain.errors import DomainError

Deed: TypeAlias = Callable[[AsyncSession], Awaitable[Any]]

# Of this worker's own database; a wait for another transaction to end names none.
WAITING: Final = """
    SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
    WHERE NOT l.granted AND a.datname = current_database()
"""


async def done(sessions: Sessions, deed: Deed) -> Any:
    """What the deed gives, or the refusal it meets; anything else is raised."""

    async def once() -> Any:
        async with write(sessions) as session:
            return await deed(session)

    try:
        return await retried(once)
    except DomainError as refusal:
        return refusal


async def at_once(sessions: Sessions, *deeds: Deed) -> list[Any]:
    return await asyncio.gather(*(done(sessions, deed) for deed in deeds))


async def in_turn(owner: "asyncpg.Connection[Any]", sessions: Sessions, first: Deed, then: Deed) -> list[Any]:
    """`first` has done all but commit when `then` sets out; it commits once `then` waits for it."""
    async with write(sessions) as session:
        gave = await first(session)
        waiting = asyncio.ensure_future(done(sessions, then))
        await until_waiting(owner, waiting)
    return [gave, await waiting]


async def until_waiting(owner: "asyncpg.Connection[Any]", deed: "asyncio.Future[Any]") -> None:
    """Until something waits for a lock, as `deed` must before it is done."""
    while await owner.fetchval(WAITING) == 0:
        assert not deed.done()
