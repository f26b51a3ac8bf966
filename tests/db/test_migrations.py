"""What migrations leave behind where they were interrupted or go back; `make check` runs each down and up."""

import asyncio
from typing import Any, TypeAlias

import asyncpg
import pytest
from alembic import command

from server import migration
from tests.servers import Addresses

Connection: TypeAlias = "asyncpg.Connection[Any]"

ALONE = "0010"
BUILDING = """
    SELECT pg_cancel_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND query LIKE 'CREATE %INDEX CONCURRENTLY%' AND wait_event_type = 'Lock'
"""
BROKEN = "SELECT count(*) FROM pg_index WHERE NOT indisvalid"


@pytest.fixture
def url(addresses: Addresses, empty_database: str) -> str:
    """An empty database, as its owner sees it."""
    return addresses.owner.format(database=empty_database)


async def up(url: str, revision: str) -> None:
    await asyncio.to_thread(migration.upgrade, url, revision)


async def down(url: str, revision: str) -> None:
    await asyncio.to_thread(command.downgrade, migration.config(url), revision)


async def add_account(connection: Connection, username: str, email: str, *, is_proven: bool = False) -> int:
    query = "INSERT INTO users (username, display_name) VALUES ($1, $1) RETURNING id"
    user_id: int = await connection.fetchval(query, username)
    await connection.execute("INSERT INTO credentials (user_id, email) VALUES ($1, $2)", user_id, email)
    if is_proven:
        await connection.execute("UPDATE credentials SET email_verified_at = now() WHERE user_id = $1", user_id)
    return user_id


async def interrupted(url: str, connection: Connection, revision: str) -> None:
    """Migrates until an index waits for somebody's long transaction, and ends it there."""
    other = await asyncpg.connect(url)
    async with other.transaction(isolation="repeatable_read"):
        await other.execute("SELECT")
        migrating = asyncio.ensure_future(up(url, revision))
        while not await connection.fetchval(BUILDING):
            assert not migrating.done()
        with pytest.raises(Exception, match="canceling statement"):
            await migrating
    await other.close()
    assert await connection.fetchval(BROKEN) == 1


@pytest.mark.parametrize(("before", "revision"), [("0003", "0004"), ("0009", ALONE)])
async def test_an_index_that_was_interrupted_is_built_anew(url: str, before: str, revision: str) -> None:
    await up(url, before)
    connection = await asyncpg.connect(url)
    await interrupted(url, connection, revision)
    await up(url, revision)
    assert await connection.fetchval(BROKEN) == 0
    await connection.close()


async def test_a_proven_address_is_one_accounts_after_an_interruption_too(url: str) -> None:
    await up(url, "0009")
    connection = await asyncpg.connect(url)
    await interrupted(url, connection, ALONE)
    await up(url, ALONE)
    await add_account(connection, "ada", "ada@example.org", is_proven=True)
    with pytest.raises(asyncpg.UniqueViolationError):
        await add_account(connection, "eve", "ADA@example.org", is_proven=True)
    await connection.close()


async def test_who_had_an_address_before_goes_on_signing_in_by_it(url: str) -> None:
    await up(url, "0009")
    connection = await asyncpg.connect(url)
    ada = await add_account(connection, "ada", "ada@example.org")
    await interrupted(url, connection, ALONE)
    await up(url, ALONE)
    await add_account(connection, "eve", "ada@example.org")
    keep = "SELECT user_id FROM credentials WHERE signs_in_unproven"
    assert [row["user_id"] for row in await connection.fetch(keep)] == [ada]
    await connection.close()


async def test_nobody_can_stand_in_the_way_of_going_back(url: str) -> None:
    """By having the very address that another account is given, as one address is one account's again."""
    await up(url, ALONE)
    connection = await asyncpg.connect(url)
    ada = await add_account(connection, "ada", "ada@example.org", is_proven=True)
    eve = await add_account(connection, "eve", "ada@example.org")
    await add_account(connection, "mallory", f"{eve}@unproven.invalid")
    await down(url, "0009")
    found = {
        row["user_id"]: row["email"] for row in await connection.fetch("SELECT user_id, email FROM credentials")
    }
    assert found[ada] == "ada@example.org"
    assert found[eve].endswith("@unproven.invalid")
    await connection.close()
