"""Buckets while Redis is frozen, full or in error: no trouble of it reaches a caller."""

import asyncio
from statistics import median

from redis.asyncio import Redis

from db.buckets import Buckets, Charge, Limit, Standing
from db.quick_redis import QuickRedis
from db.redis import PAUSE, Breaker, connect
from tests.db.charges import HOUR, fresh, seconds_alone
from tests.servers import PATIENT
from tests.valkeys import Server


async def test_an_error_of_redis_is_nobody_elses(buckets: Buckets, redis: Redis) -> None:
    charge = fresh()
    await redis.lpush("bucket:" + charge.key, "no number")
    verdict = await buckets.take([charge])
    assert (verdict.allowed, verdict.is_local) == (True, True)
    assert not (await buckets.take([fresh()])).is_local


async def test_a_redis_that_may_not_write_is_no_trouble(server: Server) -> None:
    redis = connect(f"{server.url}?{PATIENT}")
    await redis.config_set("maxmemory", 1)
    verdict = await Buckets(redis).take([fresh()])
    assert (verdict.allowed, verdict.is_local) == (True, True)
    await redis.aclose()


async def test_a_redis_that_does_not_tell_of_itself_is_no_trouble(server: Server) -> None:
    redis = connect(f"{server.url}?{PATIENT}")
    await redis.acl_setuser("default", enabled=True, commands=["-info"])
    charge = fresh()
    verdicts = [await Buckets(redis).take([charge]) for _ in range(HOUR.count + 1)]
    assert [verdict.allowed for verdict in verdicts] == [True] * HOUR.count + [False]
    assert not any(verdict.is_local for verdict in verdicts)
    await redis.aclose()


class Watched(Breaker):
    """A breaker whose clock the test sets, and which remembers whom it let through."""

    def __init__(self) -> None:
        super().__init__(lambda: self.now)
        self.now = 0.0
        self.let: list[bool] = []

    def lets_through(self) -> bool:
        self.let.append(super().lets_through())
        return self.let[-1]


async def test_a_frozen_redis_costs_one_timeout_then_nothing_and_is_used_again_when_it_thaws(
    server: Server,
) -> None:
    redis = connect(server.url)
    breaker, charge = Watched(), fresh(Limit(1000, 3600))
    buckets = Buckets(redis, breaker=breaker)
    await until_it_answers(buckets, breaker, charge)
    server.freeze()

    breaker.let.clear()
    waits = [await seconds_alone(buckets, charge) for _ in range(5)]
    assert breaker.let == [True] * 5
    # The best of five, for a busy machine delays some; asking twice would double each.
    assert 0.09 < min(waits) < 0.29

    breaker.let.clear()
    waits = [await seconds_alone(buckets, charge) for _ in range(50)]
    assert breaker.let == [False] * 50
    assert median(waits) < 0.01

    breaker.now += PAUSE
    breaker.let.clear()
    await asyncio.gather(*(seconds_alone(buckets, charge) for _ in range(10)))
    assert sum(breaker.let) == 1

    server.thaw()
    await until_it_answers(buckets, breaker, charge)
    await redis.aclose()


async def until_it_answers(buckets: Buckets, breaker: Watched, charge: Charge) -> None:
    """Hasty as a client is, it may take several tries on a busy machine."""
    async with asyncio.timeout(60):
        while (await buckets.take([charge._replace(cost=0)])).is_local:
            breaker.now += PAUSE


async def test_a_command_that_timed_out_is_not_sent_again(server: Server) -> None:
    hasty, patient = connect(server.url), connect(f"{server.url}?{PATIENT}")
    breaker, charge = Watched(), fresh()
    buckets = Buckets(hasty, breaker=breaker)
    await Buckets(patient).take([charge])
    await until_it_answers(buckets, breaker, charge)
    assert isinstance(hasty, QuickRedis)
    (connection,) = [lane for lane in hasty.lanes if lane.is_connected]
    writer = connection._writer
    server.freeze()
    taking = asyncio.create_task(buckets.take([charge]))
    while connection._writer is writer:  # noqa: ASYNC110 - no event tells that it gave up
        await asyncio.sleep(0.001)
    server.thaw()  # in time for a repetition
    assert (await taking).is_local
    # What was sent was charged when the server woke; a repetition would have emptied the bucket.
    assert (await Buckets(patient).take([charge._replace(cost=0)])).standings[0].remaining == 1
    await hasty.aclose()
    await patient.aclose()


async def test_a_cancelled_call_leaves_the_connection_in_order(buckets: Buckets) -> None:
    charge = fresh(Limit(1000, 3600))
    for pause in (0, 0.0001, 0.0005):
        call = asyncio.create_task(buckets.take([charge._replace(cost=5)]))
        await asyncio.sleep(pause)
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
    other = await buckets.take([fresh()])
    assert (other.standings, other.is_local) == ((Standing(HOUR, 2, 1200),), False)
