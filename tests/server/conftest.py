"""The worker's tests use the queue's database, and add jobs to it as its owner."""

from datetime import timedelta

import orjson
import pytest
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver

from db.queue_leases import JobQueries
from tests.db.conftest import admin, database_url, empty_database, empty_database_url
from tests.server.workers import PACE, Add, Admin
from tests.valkeys import server

__all__ = ["add", "admin", "database_url", "empty_database", "empty_database_url", "server"]


@pytest.fixture
def add(admin: Admin) -> Add:
    queries = JobQueries.over(AsyncpgDriver(admin), PACE.lease, PACE.answer_within)

    async def add(name: str, delay: timedelta | None = None, /, **payload: object) -> None:
        await queries.enqueue(name, orjson.dumps(payload), execute_after=delay)

    return add
