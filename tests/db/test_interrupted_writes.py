"""Writes cut off by their caller or their backend: honest about what is not known."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, TypeAlias

import asyncpg
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from db.transaction import OutcomeUnknown, write
from schema.context import Services
from tests.db.writes import add, names
from tests.servers import Addresses

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

# A row of this table makes COMMIT itself wait until nobody holds the gate.
_GATE = 20261125
_SLOW_COMMIT = f"""
CREATE TABLE slow_commits (number int);
CREATE FUNCTION commit_slowly() RETURNS trigger LANGUAGE plpgsql SET lock_timeout = 0 AS
    'BEGIN PERFORM pg_advisory_xact_lock({_GATE}); RETURN NULL; END';
CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON slow_commits
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION commit_slowly();
"""


@pytest.fixture
async def gate(owner: Owner) -> AsyncIterator[None]:
    """Keeps commits waiting until `_open_gate`."""
    await owner.execute(_SLOW_COMMIT)
    await owner.execute("SELECT pg_advisory_lock($1)", _GATE)
    yield
    await owner.execute("SELECT pg_advisory_unlock_all()")
    await owner.execute("DROP TABLE slow_commits; DROP FUNCTION commit_slowly()")


async def test_leaves_nothing_and_gives_its_connection_back_when_its_caller_is_cancelled(
    services: Services,
) -> None:
    reached = asyncio.Event()

    async def wait() -> None:
        async with write(services.stores.sessions) as session:
            add(session, "ada")
            await session.flush()
            reached.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(wait())
    await reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await names(services) == []
    assert services.stores.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


@pytest.mark.usefixtures("gate")
async def test_a_caller_cancelled_during_commit_leaves_only_once_the_commit_is_through(
    services: Services, owner: Owner
) -> None:
    async def save() -> None:
        async with write(services.stores.sessions, deadline=60) as session:
            add(session, "ada")
            await session.execute(text("INSERT INTO slow_commits DEFAULT VALUES"))

    task = asyncio.create_task(save())
    await _committing(owner)
    task.cancel()
    await asyncio.sleep(0.02)  # for it to leave too early
    assert not task.done()
    await owner.execute("SELECT pg_advisory_unlock($1)", _GATE)
    with pytest.raises(asyncio.CancelledError):
        await task
    # As another connection sees it: a cancellation that comes late may end the next statement of this one.
    assert await owner.fetchval("SELECT array_agg(username) FROM users") == ["ada"]
    assert services.stores.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


@pytest.mark.usefixtures("gate")
async def test_a_backend_terminated_at_commit_leaves_the_outcome_unknown(
    services: Services, addresses: Addresses, owner: Owner
) -> None:
    async def save() -> None:
        async with write(services.stores.sessions) as session:
            add(session, "ada")
            await session.execute(text("INSERT INTO slow_commits DEFAULT VALUES"))

    task = asyncio.create_task(save())
    backend = await _committing(owner)
    await _as_superuser(addresses, "SELECT pg_terminate_backend($1)", backend)
    with pytest.raises(OutcomeUnknown):
        await task
    assert await names(services) == []


async def test_a_backend_terminated_before_commit_is_no_unknown_outcome(
    services: Services, addresses: Addresses
) -> None:
    async def save() -> None:
        async with write(services.stores.sessions) as session:
            backend = await session.scalar(select(func.pg_backend_pid()))
            await _as_superuser(addresses, "SELECT pg_terminate_backend($1, 5000)", backend)
            add(session, "ada")

    with pytest.raises(DBAPIError):
        await save()
    assert await names(services) == []


async def _committing(owner: Owner) -> int:
    """The backend whose COMMIT waits at this database's gate, as soon as there is one."""
    look = """
    SELECT pid FROM pg_locks JOIN pg_database d ON d.oid = database
    WHERE locktype = 'advisory' AND objid = $1 AND NOT granted AND datname = current_database()
    """
    async with asyncio.timeout(60):
        while not (backend := await owner.fetchval(look, _GATE)):
            pass
    return int(backend)


async def _as_superuser(addresses: Addresses, statement: str, *arguments: Any) -> Any:
    connection = await asyncpg.connect(addresses.superuser.format(database="postgres"))
    try:
        return await connection.fetchval(statement, *arguments)
    finally:
        await connection.close()
