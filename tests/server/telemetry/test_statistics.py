"""What PostgreSQL knows of itself, told without a scrape ever waiting for it."""

import asyncio
from collections.abc import AsyncIterator, Callable

import asyncpg
import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from db import statistics
from db.statistics import NoStatistics
from domain.consents import END, END_LATE
from domain.letters import SEND, SEND_LINK
from domain.tasks import JOBS
from schema.context import Services
from server.cli import app as cli
from server.settings import Settings
from server.telemetry import statistics as telling
from tests.server.doors import Door
from tests.server.telemetry.serving import Scrape, Watched, watched
from tests.servers import Addresses


@pytest.fixture
async def counting(addresses: Addresses, database: str) -> AsyncIterator[None]:
    """The extension in this worker's database."""
    connection = await asyncpg.connect(addresses.superuser.format(database=database))
    await connection.execute("CREATE EXTENSION pg_stat_statements")
    # What earlier tests asked of this database would be the costliest for long.
    await connection.execute(
        "SELECT pg_stat_statements_reset(0, oid, 0) FROM pg_database WHERE datname = current_database()"
    )
    yield
    await connection.execute("DROP EXTENSION pg_stat_statements")
    await connection.close()


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every scrape asks for a look; nothing is kept for longer than a moment."""
    monkeypatch.setattr(telling, "EVERY", 0.0)


async def eventually(plaza: Watched, fact: Callable[[Scrape], bool]) -> Scrape:
    async with asyncio.timeout(20):
        while not fact(told := await plaza.scrape()):  # noqa: ASYNC110 - PostgreSQL sends no event
            await asyncio.sleep(0.05)
    return told


async def test_the_costliest_statements_are_told_and_bounded(
    counting: None, at_once: None, settings: Settings, services: Services
) -> None:
    async with watched(settings) as plaza:
        async with services.stores.reads.pool.lent() as connection:
            for number in range(40):
                await connection.fetch(f"SELECT {'1, ' * number} 2")
        await plaza.ask("{ publicFeed { edges { cursor } } }")
        told = await eventually(plaza, lambda told: len(told.values("queryid")) == telling.MOST_STATEMENTS)
        assert max(map(len, told.values("statement"))) <= 100
        assert (told("plaza_postgresql_statement_seconds_total") or 0) > 0


async def test_without_the_extension_the_rest_is_told(plaza: Watched) -> None:
    told = await eventually(plaza, lambda told: told("plaza_statistics_known") == 1)
    assert told("plaza_postgresql_statement_calls_total") is None
    assert told("plaza_jobs", status="queued") == 0


async def test_jobs_are_told_by_name_and_status_with_the_age_of_the_oldest(
    at_once: None, plaza: Watched, owner: asyncpg.Connection
) -> None:
    insert = """
        INSERT INTO queue.pgqueuer (priority, entrypoint, payload, status, execute_after)
        VALUES (0, $1, NULL, $2, now() - $3 * interval '1 second')
    """
    try:
        for name, status, age in [
            ("mutes.end", "queued", 90),
            ("mutes.end", "queued", 30),
            ("mutes.end", "queued", -60),
            ("posts.purge", "failed", 500),
            ("from.the.next.release", "queued", 10),
            ("and.another", "queued", 20),
        ]:
            await owner.execute(insert, name, status, age)
        told = await eventually(plaza, lambda told: told("plaza_jobs", name="mutes.end", status="queued") == 3)
    finally:
        await owner.execute("DELETE FROM queue.pgqueuer")
    assert 90 <= (told("plaza_job_oldest_seconds", name="mutes.end") or 0) < 150
    assert told("plaza_jobs", name="posts.purge", status="failed") == 1
    assert told("plaza_job_oldest_seconds", name="posts.purge") == 0
    assert told("plaza_jobs", name="other", status="queued") == 2
    assert told.values("name") == {*JOBS, SEND, SEND_LINK, END, END_LATE, "other"}


async def test_without_postgresql_a_scrape_is_answered(
    at_once: None, settings: Settings, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    door = Door(settings.database_url.get_secret_value())
    await door.open()
    try:
        async with watched(settings, database_url=SecretStr(door.url)) as plaza:
            await eventually(plaza, lambda told: told("plaza_statistics_known") == 1)
            door.shut()
            monkeypatch.setattr(telling, "KEPT", 0.0)
            told = await plaza.scrape()
            assert told("plaza_statistics_known") == 0
            assert told("plaza_jobs") is None
            assert told("plaza_build_info") == 1
    finally:
        door.remove()


async def test_the_application_needs_no_right_more_to_see_its_own_statements(
    counting: None, services: Services, addresses: Addresses, database: str
) -> None:
    superuser = await asyncpg.connect(addresses.superuser.format(database=database))
    await superuser.execute("SELECT 'not of the application'")
    await superuser.close()
    async with services.stores.reads.pool.lent() as connection:
        await connection.fetch("SELECT 41 + 1")
        top = await statistics.top_statements(connection, 1000)
    assert "SELECT $1 + $2" in {each.sql for each in top}
    assert not any("privilege" in each.sql or "not of the" in each.sql for each in top)


async def test_what_is_missing_is_told_in_a_sentence(services: Services) -> None:
    async with services.stores.reads.pool.lent() as connection:
        with pytest.raises(NoStatistics, match="CREATE EXTENSION pg_stat_statements"):
            await statistics.top_statements(connection, 5)


@pytest.fixture
def environment(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", settings.database_url.get_secret_value())
    monkeypatch.setenv("REDIS_URL", settings.redis_url.get_secret_value())
    monkeypatch.setenv("SIGNING_KEYS", settings.signing_keys.get_secret_value())


async def test_the_doctor_tells_the_costliest_statements_or_what_is_missing(
    environment: None, counting: None, services: Services
) -> None:
    async with services.stores.reads.pool.lent() as connection:
        await connection.fetch("SELECT 41 + 1 FROM pg_sleep(1)")
    ran = await asyncio.to_thread(CliRunner().invoke, cli, ["doctor"])
    assert ran.exit_code == 0, ran.output
    assert "pg_sleep($3)" in " ".join(ran.output.split())


async def test_through_a_pipe_the_doctor_says_a_whole_line_for_each_thing_and_no_colour(
    environment: None, counting: None, services: Services
) -> None:
    name = "costly_" + "x" * 50
    async with services.stores.reads.pool.lent() as connection:
        await connection.fetch(f"SELECT 1 FROM pg_sleep(1) AS {name}")
    ran = await asyncio.to_thread(CliRunner().invoke, cli, ["doctor"])
    lines = ran.output.splitlines()
    assert all(line.count("\t") == 2 for line in lines)
    assert any(line.startswith("ok\tPlaza\t") for line in lines)
    assert any(line.endswith(f"ms each: SELECT … FROM pg_sleep($2) AS {name}") for line in lines)
    assert "\x1b" not in ran.output


async def test_what_looks_at_the_statements_is_not_among_them(
    environment: None, counting: None, services: Services, addresses: Addresses, database: str
) -> None:
    for _ in range(2):
        ran = await asyncio.to_thread(CliRunner().invoke, cli, ["doctor"])
        assert "ok\tStatements\tnone was counted yet\n" in ran.output
    superuser = await asyncpg.connect(addresses.superuser.format(database=database))
    counted = await superuser.fetchval(
        "SELECT count(*) FROM pg_stat_statements WHERE userid = 'plaza_app'::regrole AND query LIKE $1 "
        "AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())",
        f"%{statistics.MARK}",
    )
    await superuser.close()
    assert counted == 8


async def test_the_doctor_does_without_the_extension(environment: None, services: Services) -> None:
    ran = await asyncio.to_thread(CliRunner().invoke, cli, ["doctor"])
    assert ran.exit_code == 0, ran.output
    assert "CREATE EXTENSION pg_stat_statements" in " ".join(ran.output.split())


def test_a_statement_is_shortened_to_what_tells_it_apart() -> None:
    sql = "SELECT posts.id, posts.author_id, posts.text\nFROM posts JOIN users ON users.id = $1"
    assert statistics.short(sql) == "SELECT … FROM posts JOIN users ON users.id = $1"
