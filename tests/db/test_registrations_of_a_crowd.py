"""Registered texts when many register at once: each within its own bounds, all of them within theirs."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterable
from typing import Any

import pytest
from redis.asyncio import Redis

from db.buckets import Buckets
from db.redis import connect
from db.registrations import BYTES_MAX, OVERHEAD, REGISTRATIONS, Registrations
from engine.documents import sha256_of
from tests.servers import PATIENT
from tests.valkeys import Server

pytestmark = pytest.mark.long

MIB = 1024 * 1024
TEXT = "{ viewer { id } }"


def text(number: int, length: int = 20) -> str:
    return f"# {number}\n".ljust(length, "x")


@pytest.fixture
async def alone(server: Server) -> AsyncIterator[Redis]:
    """A Redis whose memory nobody else fills."""
    client = connect(f"{server.url}?{PATIENT}&max_connections=16")
    yield client
    await client.aclose()


def registrations(redis: Redis, schema: str = "schema", **bounds: Any) -> Registrations:
    return Registrations(redis, Buckets(redis), schema, **bounds)


async def register(here: Registrations, texts: Iterable[tuple[str, str]]) -> None:
    """All at once, each by its client."""
    await asyncio.gather(*(here.register(sha256_of(text), text, client) for client, text in texts))


async def kept(redis: Redis) -> list[int]:
    """The lengths of all texts that are there."""
    return [await redis.strlen(key) for key in await redis.keys("operation:*")]


async def is_kept(here: Registrations, text: str) -> bool:
    return await here.recent(sha256_of(text)) == text


async def test_a_text_is_gone_when_its_time_is_over_and_may_come_again(redis: Redis) -> None:
    here = registrations(redis, seconds=3)
    await here.register(sha256_of(TEXT), TEXT, "ada")
    assert await is_kept(here, TEXT)
    async with asyncio.timeout(20):
        while await redis.exists(f"operation:schema:{sha256_of(TEXT)}", "operations"):  # noqa: ASYNC110 - tells nobody
            await asyncio.sleep(0.05)
    assert not await is_kept(here, TEXT)
    await here.register(sha256_of(TEXT), TEXT, "ada")
    assert await is_kept(here, TEXT)


@pytest.mark.usefixtures("no_time_passes")
async def test_what_a_thousand_addresses_register_at_once_stays_within_the_bound(alone: Redis) -> None:
    here, chance = registrations(alone, of_all=4 * MIB), random.Random(3)
    lengths = [chance.choice((20, 300, 2000, BYTES_MAX)) for _ in range(3000)]
    await register(here, ((f"ip:{number % 1000}", text(number, lengths[number])) for number in range(3000)))
    await register(here, [("ip:last", TEXT)])
    assert await is_kept(here, TEXT)

    there = await kept(alone)
    together = sum(there) + OVERHEAD * len(there)
    assert 4 * MIB - BYTES_MAX - OVERHEAD < together <= 4 * MIB < sum(lengths)
    assert await alone.zscore("operations", "") == together
    assert await alone.zcard("operations") == len(there) + 1


@pytest.mark.parametrize("length", [20, 1100, 10_300, BYTES_MAX])
@pytest.mark.usefixtures("no_time_passes")
async def test_the_bound_is_what_they_take_of_redis_memory(alone: Redis, length: int) -> None:
    here, number = registrations(alone, of_all=MIB), MIB // (length + OVERHEAD) + 100
    await register(here, ((f"ip:{each % 100}", text(each, length)) for each in range(number)))
    keys = await alone.keys("operation*")
    assert len(keys) == MIB // (length + OVERHEAD) + 1
    # The allocator rounds up, by at most a quarter.
    assert sum([await alone.memory_usage(key, samples=0) or 0 for key in keys]) < 1.25 * MIB


async def test_who_comes_last_has_a_place_and_who_was_first_makes_room(redis: Redis) -> None:
    here = registrations(redis, of_all=3 * (20 + OVERHEAD))
    first, second, third, fourth = map(text, range(4))
    for each in (first, second, third, first, fourth):
        await here.register(sha256_of(each), each, "ada")
    assert [await is_kept(here, each) for each in (first, second, third, fourth)] == [True, False, True, True]


async def test_all_schemas_share_the_bound(redis: Redis) -> None:
    bound = 2 * (20 + OVERHEAD)
    old, new = registrations(redis, "old", of_all=bound), registrations(redis, "new", of_all=bound)
    await old.register(sha256_of(text(0)), text(0), "ada")
    assert not await is_kept(new, text(0))
    for number in (1, 2):
        await new.register(sha256_of(text(number)), text(number), "ada")
    assert not await is_kept(old, text(0))
    assert [await is_kept(new, text(number)) for number in (1, 2)] == [True, True]


@pytest.mark.usefixtures("no_time_passes")
async def test_fifty_at_once_keep_what_one_after_another_would(alone: Redis) -> None:
    here = registrations(alone)
    for begin in (0, 50):
        await register(here, (("ip:192.0.2.1", text(number)) for number in range(begin, begin + 50)))
    assert len(await kept(alone)) == REGISTRATIONS.count
    assert not await is_kept(here, text(99))
    await register(here, [("ip:192.0.2.2", text(99))])
    assert await is_kept(here, text(99))
