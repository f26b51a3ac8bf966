"""What is remembered of PostgreSQL's answers: briefly, and nothing that has changed."""

import asyncio
import contextlib
from typing import Any

import pytest
from redis.asyncio import Redis

from db.brief_memory import SECONDS, BriefMemory, forget
from db.transaction import write
from schema.context import Services


class Source:
    """Answers with what is `true` and counts how often it is asked."""

    def __init__(self, true: list[Any] | None) -> None:
        self.true = true
        self.asked = 0

    async def __call__(self) -> list[Any] | None:
        self.asked += 1
        return self.true


class Clock:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def memory(services: Services, clock: Clock) -> BriefMemory:
    return BriefMemory(services.stores.redis, clock=clock)


async def test_one_question_serves_all_who_ask_within_four_seconds(
    memory: BriefMemory, clock: Clock, services: Services
) -> None:
    source = Source(["ada", 1])
    for _ in range(3):
        assert await memory.recall("k", source) == ["ada", 1]
    assert await BriefMemory(services.stores.redis, clock=clock).recall("k", source) == ["ada", 1]
    assert source.asked == 1
    assert 0 < await services.stores.redis.pttl("k") <= SECONDS * 1000


@pytest.mark.parametrize("passes", [SECONDS, SECONDS + 3600, -10])
async def test_what_is_older_than_four_seconds_is_asked_anew_whatever_redis_still_has(
    memory: BriefMemory, clock: Clock, services: Services, passes: float
) -> None:
    source = Source([1])
    await memory.recall("k", source)
    await services.stores.redis.persist("k")
    clock.now += passes
    source.true = [2]
    assert await memory.recall("k", source) == [2]


async def test_that_there_is_nothing_is_never_remembered(memory: BriefMemory) -> None:
    source = Source(None)
    assert await memory.recall("k", source) is None
    source.true = [1]
    assert await memory.recall("k", source) == [1]


async def test_what_changed_is_asked_anew_at_once(memory: BriefMemory) -> None:
    source = Source([1])
    await memory.recall("k", source)
    source.true = [2]
    await memory.forget(["k"])
    assert await memory.recall("k", source) == [2]


async def test_who_read_before_the_change_and_writes_after_it_keeps_nothing(memory: BriefMemory) -> None:
    asked, may_answer = asyncio.Event(), asyncio.Event()

    async def old() -> list[Any]:
        asked.set()
        await may_answer.wait()
        return ["old"]

    slow = asyncio.create_task(memory.recall("k", old))
    await asked.wait()
    await memory.forget(["k"])
    may_answer.set()
    assert await slow == ["old"]
    assert await memory.recall("k", Source(["new"])) == ["new"]


async def test_it_is_forgotten_once_the_transaction_stands_and_not_before(services: Services) -> None:
    memory, source = services.stores.memory, Source([1])
    await memory.recall("k", source)
    async with write(services.stores.sessions) as session:
        forget(session, ["k"])
        source.true = [2]
        assert await memory.recall("k", source) == [1]
    assert await memory.recall("k", source) == [2]


async def test_a_transaction_that_fails_lets_it_stand(services: Services) -> None:
    memory = services.stores.memory
    await memory.recall("k", Source([1]))
    with contextlib.suppress(ZeroDivisionError):
        async with write(services.stores.sessions) as session:
            forget(session, ["k"])
            raise ZeroDivisionError
    assert await memory.recall("k", Source([2])) == [1]


async def test_without_redis_everybody_asks_postgresql() -> None:
    source = Source([1])
    memory = BriefMemory(Redis.from_url("redis://127.0.0.1:1", socket_connect_timeout=0.1))
    for _ in range(7):
        assert await memory.recall("k", source) == [1]
    await memory.forget(["k"])
    assert source.asked == 7
    assert memory.breaker.is_open
