"""Buckets while Redis comes and goes: whatever it forgets or never saw, nobody gets a second burst."""

import asyncio
from collections.abc import AsyncIterator, Callable
from itertools import count
from random import Random

import pytest
from redis.asyncio import Redis

from db.buckets import Buckets, Charge, Limit
from db.redis import PAUSE, Breaker, connect
from tests.db.charges import HOUR, fresh
from tests.servers import PATIENT
from tests.valkeys import Server

FIVE = Limit(5, 900)

Flap = Callable[[Server], None]


def stop(server: Server) -> None:
    if server.process.poll() is None:
        server.stop()


def start(server: Server) -> None:
    if server.process.poll() is None:
        server.thaw()
    else:
        server.start()


def freeze(server: Server) -> None:
    if server.process.poll() is None:
        server.freeze()


def lose_everything(server: Server) -> None:
    stop(server)
    start(server)


def nothing(_: Server) -> None:
    """It goes on as it is."""


FLAPS: list[Flap] = [stop, start, freeze, lose_everything, nothing]


@pytest.fixture
async def flapping(server: Server) -> AsyncIterator[Redis]:
    client = connect(server.url)
    yield client
    await client.aclose()


@pytest.fixture
async def patient(server: Server) -> AsyncIterator[Redis]:
    """Waits for a frozen server, and for a busy machine."""
    client = connect(f"{server.url}?{PATIENT}")
    yield client
    await client.aclose()


async def passes(buckets: Buckets, charge: Charge, tries: int) -> int:
    return sum([(await buckets.take([charge])).allowed for _ in range(tries)])


@pytest.mark.usefixtures("no_time_passes")
@pytest.mark.parametrize("seconds", [0, PAUSE])
@pytest.mark.parametrize("seed", range(6))
async def test_five_pass_however_redis_flaps_between_the_tries(
    server: Server, flapping: Redis, seed: int, seconds: float
) -> None:
    breaker = Breaker(count(step=seconds).__next__)  # which in the end leaves Redis alone for good, or never
    buckets, charge, chance = Buckets(flapping, breaker=breaker), fresh(FIVE), Random(seed)
    allowed = []
    for _ in range(16):
        chance.choice(FLAPS)(server)
        # The address's bucket is charged with it, as a sign-in's is.
        allowed.append((await buckets.take([charge, fresh(HOUR)])).allowed)
    assert allowed == [True] * 5 + [False] * 11


@pytest.mark.usefixtures("no_time_passes")
@pytest.mark.parametrize("flap", [stop, freeze, lose_everything])
async def test_five_pass_of_many_that_try_while_redis_goes(server: Server, flapping: Redis, flap: Flap) -> None:
    buckets, charge = Buckets(flapping), fresh(FIVE)
    tries = [asyncio.create_task(buckets.take([charge])) for _ in range(30)]
    await asyncio.wait(tries, return_when=asyncio.FIRST_COMPLETED)
    flap(server)
    assert sum([(await each).allowed for each in tries]) == 5
    start(server)
    assert await passes(buckets, charge, 5) == 0


@pytest.mark.usefixtures("no_time_passes")
async def test_what_redis_allows_too_late_is_not_allowed_twice(server: Server, patient: Redis) -> None:
    buckets, charge = Buckets(patient), fresh(FIVE)
    server.freeze()
    late = [asyncio.create_task(buckets.take([charge])) for _ in range(3)]
    await asyncio.sleep(0)
    for _ in range(5):
        buckets.breaker.failed()
    assert await passes(buckets, charge, 4) == 4
    server.thaw()
    assert sum([(await each).allowed for each in late]) == 1


@pytest.mark.usefixtures("no_time_passes")
async def test_a_late_no_does_not_pass_for_having_told_redis(server: Server, patient: Redis) -> None:
    one, other, charge, full = Buckets(patient), Buckets(patient), fresh(FIVE), fresh(FIVE)
    assert await passes(other, full, 5) == 5
    server.freeze()
    late = asyncio.create_task(one.take([charge, full]))
    await asyncio.sleep(0)
    for _ in range(5):
        one.breaker.failed()
    assert await passes(one, charge, 4) == 4
    server.thaw()
    assert not (await late).allowed
    assert await passes(one, charge, 1) == 1
    assert await passes(other, charge, 1) == 0


@pytest.mark.usefixtures("no_time_passes")
async def test_what_a_process_let_through_alone_counts_for_all_when_redis_is_back(
    server: Server, flapping: Redis
) -> None:
    one, other, charge = Buckets(flapping), Buckets(flapping), fresh(FIVE)
    assert await passes(one, charge, 3) == 3
    stop(server)
    assert await passes(one, charge, 1) == 1
    start(server)
    assert await passes(one, charge, 1) == 1
    assert await passes(other, charge, 5) == 0


@pytest.mark.usefixtures("no_time_passes")
async def test_a_process_without_room_tells_redis_so_too(server: Server, flapping: Redis) -> None:
    one, other, charge = Buckets(flapping), Buckets(flapping), fresh(HOUR)
    stop(server)
    assert await passes(one, charge, 4) == 3
    start(server)
    assert await passes(one, charge, 1) == 0
    assert await passes(other, charge, 5) == 0


@pytest.mark.usefixtures("no_time_passes")
async def test_while_redis_is_there_others_refunds_and_operators_count(redis: Redis) -> None:
    one, other, charge = Buckets(redis), Buckets(redis), fresh(FIVE)
    assert await passes(one, charge, 5) == 5
    await other.take([charge._replace(cost=-2)])
    assert await passes(one, charge, 5) == 2
    await redis.delete("bucket:" + charge.key)
    assert await passes(one, charge, 9) == 5


@pytest.mark.usefixtures("no_time_passes")
async def test_a_share_is_a_share_until_redis_is_back_and_the_limit_after(server: Server, patient: Redis) -> None:
    buckets, charge = Buckets(patient, processes=4), fresh(FIVE)
    assert await passes(buckets, charge, 5) == 5
    stop(server)
    assert (await buckets.take([charge])).retry_after == 720
    start(server)
    assert (await buckets.take([charge])).retry_after == 180
