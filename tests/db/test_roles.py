"""The three roles: what each may do, and for how long."""

import asyncpg
import pytest

from tests.servers import Addresses


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id bigint)",
        "ALTER TABLE users ADD COLUMN mine text",
        "DROP TABLE likes",
        "TRUNCATE likes",
        "UPDATE audit_log SET event = 'nothing'",
        "DELETE FROM audit_log",
        "DELETE FROM alembic_version",
        "DELETE FROM trusted_operations",
        "CREATE ROLE mine",
    ],
)
async def test_the_application_may_not(addresses: Addresses, database: str, statement: str) -> None:
    connection = await asyncpg.connect(addresses.app.format(database=database))
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    finally:
        await connection.close()


async def test_the_application_adds_to_the_audit_log_and_reads_it(addresses: Addresses, database: str) -> None:
    connection = await asyncpg.connect(addresses.app.format(database=database))
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("INSERT INTO audit_log (event) VALUES ('seen')")
    assert await connection.fetchval("SELECT event FROM audit_log") == "seen"
    await transaction.rollback()
    await connection.close()


@pytest.mark.parametrize("table", ["credentials", "sessions", "refresh_tokens", "identities", "ended_consents"])
async def test_the_reader_sees_no_secret(addresses: Addresses, database: str, table: str) -> None:
    url = addresses.app.format(database=database).replace("plaza_app", "plaza_read")
    connection = await asyncpg.connect(url)
    try:
        assert await connection.fetch("SELECT id FROM users") == []
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch(f"SELECT * FROM {table}")
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await connection.execute("DELETE FROM users")
    finally:
        await connection.close()


@pytest.mark.parametrize(
    ("role", "statement", "lock", "idle"),
    [
        ("plaza_app", "4s", "1s", "10s"),
        ("plaza_read", "30s", "1s", "1min"),
        ("plaza_owner", "15min", "5s", "1min"),
    ],
)
async def test_timeouts_stand_on_the_role(
    addresses: Addresses, empty_database: str, role: str, statement: str, lock: str, idle: str
) -> None:
    connection = await asyncpg.connect(addresses.app.format(database=empty_database).replace("plaza_app", role))
    names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
    found = [await connection.fetchval(f"SHOW {name}") for name in names]
    await connection.close()
    assert found == [statement, lock, idle]


async def test_none_of_them_is_a_superuser_or_makes_roles(owner: asyncpg.Connection) -> None:
    found = await owner.fetch("SELECT rolname, rolsuper, rolcreaterole FROM pg_roles WHERE rolname LIKE 'plaza%'")
    assert {tuple(row) for row in found} == {
        (name, False, False) for name in ("plaza_owner", "plaza_app", "plaza_read")
    }
