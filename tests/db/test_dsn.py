"""Addresses of PostgreSQL in every usual spelling."""

import asyncpg
import pytest
from sqlalchemy import text

from db import dsn
from db.stores import connect_arguments, open_stores
from tests.servers import Addresses


@pytest.mark.parametrize(
    ("given", "normal"),
    [
        ("postgres://ada@db/plaza", "postgresql://ada@db/plaza"),
        ("postgresql+asyncpg://ada:s%40crt@db:5433/plaza", "postgresql://ada:s%40crt@db:5433/plaza"),
        ("postgresql://db/plaza?sslmode=require", "postgresql://db/plaza?sslmode=require"),
        ("postgresql+asyncpg://db/plaza?ssl=require", "postgresql://db/plaza?sslmode=require"),
        ("postgresql://ada@/plaza?host=/run/pg", "postgresql://ada@/plaza?host=%2Frun%2Fpg"),
    ],
)
def test_reads_every_usual_spelling(given: str, normal: str) -> None:
    assert dsn.normal(given) == normal


@pytest.mark.parametrize("url", ["mysql://db/plaza", "plaza", "", "postgresql://ada:geheim@db:port/x", "//db"])
def test_refuses_what_is_no_address_without_repeating_it(url: str) -> None:
    with pytest.raises(ValueError, match="PostgreSQL address") as refused:
        dsn.normal(url)
    assert "geheim" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "user"),
    [("postgresql://ada@db/x", "ada"), ("postgresql:///x?user=bob&host=/s", "bob"), ("postgresql://db/x", None)],
)
def test_knows_who_the_address_signs_in_as(url: str, user: str | None) -> None:
    assert dsn.user_of(url) == user


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
@pytest.mark.parametrize("more", ["", "&sslmode=prefer"])
async def test_both_pools_take_every_spelling(addresses: Addresses, database: str, scheme: str, more: str) -> None:
    rest = addresses.app.format(database=database).partition("://")[2]
    async with open_stores(f"{scheme}://{rest}{more}", addresses.redis, pool_size=1) as stores:
        async with stores.reads.pool.lent() as connection:
            assert await connection.fetchval("SELECT current_database()") == database
        async with stores.sessions() as session:
            assert await session.scalar(text("SELECT current_database()")) == database


async def test_somebody_greater_steps_down_to_the_applications_role(addresses: Addresses, database: str) -> None:
    url = addresses.superuser.format(database=database)
    connection = await asyncpg.connect(url, **connect_arguments(url))
    assert await connection.fetchval("SELECT current_user") == "plaza_app"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("CREATE TABLE mine (id bigint)")
    await connection.close()
