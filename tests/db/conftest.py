"""Databases of their own, one a test, for what changes a schema or counts every job; and buckets in Redis."""

from collections.abc import AsyncIterator
from itertools import count

import asyncpg
import pytest
from redis.asyncio import Redis

from db.buckets import Buckets
from db.redis import connect
from migrations import queue_schema
from server.settings import Settings
from tests.servers import Addresses, drop
from tests.valkeys import server

__all__ = ["server"]

_numbers = count(1)


@pytest.fixture
async def empty_database(addresses: Addresses, worker_number: int) -> AsyncIterator[str]:
    """The name of a database without anything in it."""
    name = f"plaza_{worker_number}_empty_{next(_numbers)}"
    postgres = await asyncpg.connect(addresses.superuser.format(database="postgres"))
    await postgres.execute(f"CREATE DATABASE {name} TEMPLATE template0 OWNER plaza_owner")
    await postgres.close()
    yield name
    await drop(addresses, name)


@pytest.fixture
def empty_database_url(addresses: Addresses, empty_database: str) -> str:
    """That database as its superuser sees it."""
    return addresses.superuser.format(database=empty_database)


@pytest.fixture
async def admin(empty_database_url: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """The superuser's connection to the database, in which the queue exists."""
    connection = await asyncpg.connect(empty_database_url)
    for statement in (*queue_schema.CREATE, *queue_schema.GRANT):
        await connection.execute(statement)
    yield connection
    await connection.close()


@pytest.fixture
def database_url(addresses: Addresses, empty_database: str, admin: object) -> str:
    """The same database for the role the application has: no superuser, no owner, no DDL."""
    return addresses.app.format(database=empty_database)


@pytest.fixture
async def redis(settings: Settings) -> AsyncIterator[Redis]:
    """This worker's Redis, left empty."""
    client = connect(settings.redis_url.get_secret_value())
    yield client
    await client.flushdb()
    await client.aclose()


@pytest.fixture
def buckets(redis: Redis) -> Buckets:
    return Buckets(redis)
