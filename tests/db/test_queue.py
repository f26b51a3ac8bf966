"""The queue's schema, the application role's privileges, and enqueueing inside the caller's transaction."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import TypeAlias

import asyncpg
import orjson
import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.domain.schema.model import Plan
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from db.queue import SETTINGS, enqueue, prune
from db.queue_leases import JobQueries
from migrations import queue_schema

Admin: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

OBJECTS = """
SELECT
    (SELECT count(*) FROM pg_namespace WHERE nspname = 'queue')
    + (SELECT count(*) FROM pg_class WHERE relname LIKE '%pgqueuer%')
    + (SELECT count(*) FROM pg_type WHERE typname LIKE '%pgqueuer%')
    + (SELECT count(*) FROM pg_proc WHERE proname LIKE '%pgqueuer%')
"""


def engine_for(url: str) -> AsyncEngine:
    return create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://"))


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    engine = engine_for(database_url)
    yield engine
    await engine.dispose()


async def jobs(admin: Admin) -> list[tuple[str, object]]:
    rows = await admin.fetch("SELECT entrypoint, payload FROM queue.pgqueuer ORDER BY id")
    return [(row["entrypoint"], orjson.loads(row["payload"])) for row in rows]


async def upgrade_plan(connection: Admin) -> Plan:
    second = timedelta(seconds=1)
    return await JobQueries.over(AsyncpgDriver(connection), second, second).plan_upgrade()


async def test_schema_is_what_the_installed_pgqueuer_declares(admin: Admin) -> None:
    assert await upgrade_plan(admin) == Plan()


async def test_a_difference_of_the_schema_is_noticed(admin: Admin) -> None:
    await admin.execute("DROP INDEX queue.pgqueuer_ep_ea_idx")
    (statement,) = (await upgrade_plan(admin)).statements
    assert statement.startswith("CREATE INDEX pgqueuer_ep_ea_idx")


async def test_migration_goes_up_and_down_and_up_again(empty_database_url: str) -> None:
    def migrate(connection: Connection, statements: tuple[str, ...]) -> None:
        operations = Operations(MigrationContext.configure(connection))
        for statement in statements:
            operations.execute(statement)

    engine = engine_for(empty_database_url)
    for statements in (queue_schema.CREATE, queue_schema.DROP, queue_schema.CREATE, queue_schema.DROP):
        async with engine.begin() as connection:
            await connection.run_sync(migrate, statements)
            there = (await connection.execute(text(OBJECTS))).scalar_one()
        assert (there == 0) is (statements is queue_schema.DROP)
    await engine.dispose()


async def test_application_role_may_use_the_queue_but_not_change_it(database_url: str, admin: Admin) -> None:
    # As strict as a careful database administrator makes it.
    await admin.execute("REVOKE ALL ON FUNCTION queue.fn_pgqueuer_changed() FROM PUBLIC")
    await admin.execute("REVOKE ALL ON TYPE queue.pgqueuer_status FROM PUBLIC")
    application = await asyncpg.connect(database_url)
    queries = JobQueries.over(AsyncpgDriver(application), timedelta(seconds=1), timedelta(seconds=1))
    await queries.enqueue("greet", b"{}")
    await queries.clear_queue("greet")
    for forbidden in ("DROP TABLE queue.pgqueuer", "CREATE TABLE queue.mine ()", "TRUNCATE queue.pgqueuer"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await application.execute(forbidden)
    await application.close()


async def test_environment_does_not_rename_the_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FUNCTION", "anything")
    monkeypatch.setenv("PGQUEUER_PREFIX", "other_")
    assert type(SETTINGS).model_construct(db_schema="queue").qualified == SETTINGS.qualified
    assert SETTINGS.qualified.function == "queue.fn_pgqueuer_changed"


async def test_enqueue_as_first_act_leaves_nothing_when_the_transaction_fails(
    engine: AsyncEngine, admin: Admin
) -> None:
    async def enqueue_and_fail() -> None:
        async with AsyncSession(engine) as session, session.begin():
            await enqueue(session, "greet", user_id=1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await enqueue_and_fail()
    assert await jobs(admin) == []
    assert await admin.fetchval("SELECT count(*) FROM queue.pgqueuer_log") == 0


async def test_commit_leaves_exactly_one_job(engine: AsyncEngine, admin: Admin) -> None:
    async with AsyncSession(engine) as session, session.begin():
        await enqueue(session, "greet", user_id=2**52, name="Ada", session=None)
        assert await jobs(admin) == []
    assert await jobs(admin) == [("greet", {"user_id": 2**52, "name": "Ada", "session": None})]


async def test_savepoint_takes_its_job_along(engine: AsyncEngine, admin: Admin) -> None:
    async with AsyncSession(engine) as session, session.begin():
        await enqueue(session, "kept")
        async with session.begin_nested() as savepoint:
            await enqueue(session, "dropped")
            await savepoint.rollback()
    assert await jobs(admin) == [("kept", {})]


async def test_payload_that_is_not_json_is_refused(engine: AsyncEngine, admin: Admin) -> None:
    async with AsyncSession(engine) as session:
        with pytest.raises(TypeError):
            await enqueue(session, "greet", user=object())
    assert await jobs(admin) == []


async def test_delay_is_kept_by_the_row(engine: AsyncEngine, admin: Admin) -> None:
    async with AsyncSession(engine) as session, session.begin():
        await enqueue(session, "greet", delay=timedelta(hours=1))
    waits = await admin.fetchval("SELECT execute_after - created FROM queue.pgqueuer")
    assert waits == timedelta(hours=1)


async def test_workers_hear_of_a_job_when_it_is_committed_and_not_before(
    engine: AsyncEngine, database_url: str
) -> None:
    heard: asyncio.Queue[object] = asyncio.Queue()
    listener = await asyncpg.connect(database_url)
    await listener.add_listener(SETTINGS.channel, lambda *notice: heard.put_nowait(notice[-1]))
    async with AsyncSession(engine) as session:
        await enqueue(session, "greet")
        await session.rollback()
        await enqueue(session, "greet")
        await listener.execute("SELECT 1")
        assert heard.empty()
        await session.commit()
    notice = orjson.loads(str(await asyncio.wait_for(heard.get(), 60)))
    assert notice["operation"] == "insert"
    await listener.execute("SELECT 1")
    assert heard.empty()
    await listener.close()


async def test_pruning_forgets_the_log_and_keeps_the_jobs(engine: AsyncEngine, admin: Admin) -> None:
    async with AsyncSession(engine) as session, session.begin():
        await enqueue(session, "greet")
    await admin.execute("UPDATE queue.pgqueuer_log SET created = now() - interval '8 days'")
    async with AsyncSession(engine) as session, session.begin():
        await enqueue(session, "greet")
        await prune(session, older_than=timedelta(days=7))
    assert await jobs(admin) == [("greet", {}), ("greet", {})]
    assert await admin.fetchval("SELECT count(*) FROM queue.pgqueuer_log") == 1
