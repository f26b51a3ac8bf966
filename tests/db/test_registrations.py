"""Registered texts in Redis: bounded, gone any time, and no trouble of Redis reaches a caller."""

import pytest
from redis.asyncio import Redis

from db.buckets import Buckets
from db.redis import connect
from db.registrations import BYTES_MAX, OF_ONE, REGISTRATIONS, SECONDS, Registrations
from engine.documents import sha256_of
from tests.valkeys import Server

TEXT = "{ viewer { id } }"
HASH = sha256_of(TEXT)


@pytest.fixture
def registrations(redis: Redis, buckets: Buckets) -> Registrations:
    return Registrations(redis, buckets, "schema")


async def keep(registrations: Registrations, texts: list[str], client: str = "ada") -> list[str]:
    """Which of them are there after all were registered."""
    for text in texts:
        await registrations.register(sha256_of(text), text, client)
    return [text for text in texts if await registrations.recent(sha256_of(text)) == text]


async def test_keeps_a_text_for_a_day_and_for_one_schema(registrations: Registrations, redis: Redis) -> None:
    assert await registrations.recent(HASH) is None
    await registrations.register(HASH, TEXT, "ada")
    assert await registrations.recent(HASH) == TEXT
    assert 0 < await redis.ttl(f"operation:schema:{HASH}") <= SECONDS
    assert await Registrations(redis, Buckets(redis), "another").recent(HASH) is None
    await redis.flushdb()
    assert await registrations.recent(HASH) is None


async def test_a_text_that_is_too_long_or_no_text_is_not_there(registrations: Registrations, redis: Redis) -> None:
    assert await keep(registrations, ["é" * BYTES_MAX]) == []
    for value in (b"\xff\xfe", b"x" * (BYTES_MAX + 1)):
        await redis.set(f"operation:schema:{HASH}", value)
        assert await registrations.recent(HASH) is None


async def test_a_client_registers_so_many_a_minute_and_another_still_may(registrations: Registrations) -> None:
    texts = [f"{{ a{number}: __typename }}" for number in range(REGISTRATIONS.count + 40)]
    kept = await keep(registrations, texts)
    # One comes back every second, and a busy machine may take a few.
    assert REGISTRATIONS.count <= len(kept) < len(texts)
    assert await keep(registrations, [TEXT], "bob") == [TEXT]


async def test_a_client_keeps_so_much_a_day(registrations: Registrations, redis: Redis) -> None:
    long = OF_ONE.count // (BYTES_MAX // 1024)
    # As if each minute saw a few: only the bytes are counted here.
    for number in range(long + 5):
        await redis.delete("bucket:registration:ada")
        text = f"{number:04}" + "x" * (BYTES_MAX - 4)
        await registrations.register(sha256_of(text), text, "ada")
    assert len([key async for key in redis.scan_iter("operation:*")]) == long


async def test_a_redis_that_is_frozen_gone_or_refuses_is_an_empty_one(server: Server) -> None:
    redis = connect(server.url)
    registrations = Registrations(redis, Buckets(redis), "schema")
    assert await keep(registrations, [TEXT]) == [TEXT]
    await redis.lpush("operation:schema:" + "0" * 64, "a list")
    assert await registrations.recent("0" * 64) is None
    server.freeze()
    assert await keep(registrations, [TEXT]) == []
    server.stop()
    assert await keep(registrations, [TEXT]) == []
    await redis.aclose()
