"""Kept buckets: PostgreSQL judges as the model does, and Redis may come and go as it likes."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from redis.asyncio import Redis

from db.buckets import Charge, Limit
from db.kept_buckets import KeptBuckets
from db.models import StoredBucket
from db.reads import Read, Reads
from db.redis import connect
from domain import tasks
from schema.context import Services
from server.settings import Settings
from tests.db.bucket_model import CALLS, LIMITS, Model
from tests.db.charges import HOUR, fresh
from tests.db.test_buckets_that_flap import FIVE, FLAPS, passes
from tests.rows import Rows
from tests.servers import PATIENT
from tests.valkeys import Server

_EPOCH = datetime(2027, 1, 1, tzinfo=UTC)
_numbers = count()


def kept(limit: Limit = FIVE) -> Charge:
    return fresh(limit)._replace(is_kept=True)


@pytest.fixture
async def nowhere() -> AsyncIterator[Redis]:
    """A Redis that is not there."""
    client = connect("unix:///tmp/no-redis-is-here")
    yield client
    await client.aclose()


@pytest.fixture
async def redis(settings: Settings) -> AsyncIterator[Redis]:
    client = connect(settings.redis_url.get_secret_value())
    yield client
    await client.aclose()


class At:
    """Reads at a moment that the test says."""

    def __init__(self, reads: Reads) -> None:
        self.moment = _EPOCH
        self._reads = reads

    async def fetch(self, statement: Read[Any], **values: Any) -> list[Any]:
        fixed = statement.sql.replace("now()", f"'{self.moment.isoformat()}'::timestamptz")
        return await self._reads.fetch(replace(statement, sql=fixed), **values)


@given(CALLS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
async def test_postgresql_does_what_the_model_does(
    services: Services, owner: asyncpg.Connection, nowhere: Redis, calls: list[tuple[int, list[str], int]]
) -> None:
    at, model, example = At(services.stores.reads), Model(), next(_numbers)
    buckets = KeptBuckets(nowhere, at)
    for units, keys, cost in calls:
        model.pass_time(units * 333_333)
        at.moment = _EPOCH + timedelta(microseconds=model.now)
        charges = [Charge(f"{example}:{key}", LIMITS[key], cost, is_kept=True) for key in keys]
        verdict = await buckets.take(charges)
        wait, *_ = model.take(keys, cost)
        assert verdict.allowed == (wait == 0)
        if not verdict.allowed and all(cost <= LIMITS[key].count for key in keys):
            assert 1 <= verdict.retry_after <= -(-wait // 1_000_000)
        stored = await owner.fetch("SELECT key, full_at FROM stored_buckets WHERE key LIKE $1", f"{example}:%")
        debts = {row["key"][-1]: (row["full_at"] - at.moment) // timedelta(microseconds=1) for row in stored}
        assert {key: max(debts.get(key, 0), 0) for key in LIMITS} == model.debts


async def test_fifty_at_once_through_two_processes_take_no_more_than_the_limit(
    services: Services, nowhere: Redis
) -> None:
    one, other = (KeptBuckets(nowhere, services.stores.reads, processes=2) for _ in range(2))
    charge = kept(Limit(10, 3600))
    verdicts = await asyncio.gather(*((one, other)[n % 2].take([charge]) for n in range(50)))
    assert sum(verdict.allowed for verdict in verdicts) == 10
    assert {verdict.retry_after for verdict in verdicts if not verdict.allowed} == {360}


@pytest.mark.usefixtures("no_time_passes")
@pytest.mark.parametrize("seed", range(6))
async def test_five_pass_of_two_processes_however_redis_flaps(
    services: Services, server: Server, seed: int
) -> None:
    chance, charge = Random(seed), kept()
    clients = [connect(server.url) for _ in range(2)]
    processes = [KeptBuckets(client, services.stores.reads, processes=2) for client in clients]
    allowed = []
    for _ in range(20):
        chance.choice(FLAPS)(server)
        allowed.append((await chance.choice(processes).take([charge])).allowed)
    assert allowed == [True] * 5 + [False] * 15
    for client in clients:
        await client.aclose()


@pytest.mark.usefixtures("no_time_passes")
async def test_what_redis_lost_postgresql_refuses_and_redis_is_not_charged(
    services: Services, redis: Redis
) -> None:
    charge, beside = kept(), fresh(HOUR)
    assert await passes(KeptBuckets(redis, services.stores.reads), charge, 5) == 5
    await redis.flushdb()
    another = KeptBuckets(redis, services.stores.reads)
    refused = await another.take([beside, charge])
    assert (refused.allowed, refused.retry_after) == (False, 180)
    assert [standing.remaining for standing in refused.standings] == [HOUR.count, FIVE.count]
    assert refused.full == (charge,)


async def test_redis_spares_postgresql_a_flood(services: Services, redis: Redis) -> None:
    told: list[str] = []

    class Told(At):
        async def fetch(self, statement: Read[Any], **values: Any) -> list[Any]:
            told.append(values["key"])
            return await services.stores.reads.fetch(statement, **values)

    buckets, charge = KeptBuckets(redis, Told(services.stores.reads)), kept(Limit(5, 86400))
    assert await passes(buckets, charge, 100) == 5
    assert await passes(buckets, fresh(HOUR), 1) == 1
    assert told == [charge.key] * 5


@pytest.mark.usefixtures("no_time_passes")
async def test_what_was_given_back_may_be_taken_again_though_redis_is_gone(
    services: Services, server: Server
) -> None:
    client = connect(f"{server.url}?{PATIENT}")
    buckets, charge = KeptBuckets(client, services.stores.reads), kept()
    assert await passes(buckets, charge, 5) == 5
    await buckets.take([charge._replace(cost=-2)])
    server.stop()
    assert await passes(buckets, charge, 5) == 2
    await client.aclose()


async def test_none_is_charged_where_one_of_several_is_refused(
    services: Services, nowhere: Redis, rows: Rows
) -> None:
    buckets, plenty, none = KeptBuckets(nowhere, services.stores.reads), kept(), kept(Limit(1, 3600))
    assert await passes(buckets, none, 2) == 1
    verdict = await buckets.take([plenty, none])
    assert (verdict.allowed, verdict.retry_after) == (False, 3600)
    before = {bucket.key: bucket.full_at for bucket in await rows(StoredBucket)}
    assert before[plenty.key] <= datetime.now(UTC) < before[none.key]


async def test_without_postgresql_nothing_is_allowed_and_redis_gets_it_back(redis: Redis) -> None:
    class Gone:
        async def fetch(self, statement: Read[Any], **values: Any) -> list[Any]:
            raise ConnectionRefusedError

    charge = kept()
    for _ in range(FIVE.count + 1):
        with pytest.raises(ConnectionRefusedError):
            await KeptBuckets(redis, Gone()).take([charge])
    assert await redis.exists("bucket:" + charge.key) == 0


async def test_a_charge_above_the_count_is_never_allowed(services: Services, nowhere: Redis, rows: Rows) -> None:
    assert await passes(KeptBuckets(nowhere, services.stores.reads), kept()._replace(cost=6), 2) == 0
    assert await rows(StoredBucket) == []


async def test_full_buckets_are_forgotten_and_others_are_not(
    services: Services, nowhere: Redis, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "_SLICE", 2)
    buckets, at = KeptBuckets(nowhere, services.stores.reads), At(services.stores.reads)
    at.moment = datetime(2026, 1, 1, tzinfo=UTC)
    for _ in range(5):
        assert (await KeptBuckets(nowhere, at).take([kept()])).allowed
    stays = kept()
    assert (await buckets.take([stays])).allowed
    await tasks.forget_buckets(services.stores)
    assert [bucket.key for bucket in await rows(StoredBucket)] == [stays.key]
