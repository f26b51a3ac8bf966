"""Buckets in Redis: how much they let through, when they refill, and when they are forgotten."""

import asyncio
import time

import pytest
from redis.asyncio import Redis

from db import buckets as module
from db.buckets import Buckets, Limit, Standing
from tests.db.charges import HOUR, fresh


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("30/5m", Limit(30, 300)),
        ("5/15m", Limit(5, 900)),
        ("5/h", Limit(5, 3600)),
        ("300/m", Limit(300, 60)),
        ("10/30s", Limit(10, 30)),
        ("1/2d", Limit(1, 172800)),
        ("30/minute", Limit(30, 60)),
        ("2/hour", Limit(2, 3600)),
        ("9/second", Limit(9, 1)),
        ("50/day", Limit(50, 86400)),
    ],
)
def test_reads_a_limit(text: str, limit: Limit) -> None:
    assert Limit.parse(text) == limit


@pytest.mark.parametrize(
    "text", ["", "30", "0/m", "-1/m", "5/0m", "5/w", "5 / m", "5/m\n", "five/m", "5/minutes", "\u0665/m"]
)
def test_refuses_what_is_no_limit(text: str) -> None:
    with pytest.raises(ValueError, match="no limit"):
        Limit.parse(text)


@pytest.mark.parametrize(("number", "seconds"), [(0, 1), (1, 0), (-1, 60)])
def test_refuses_a_limit_of_nothing(number: int, seconds: int) -> None:
    with pytest.raises(ValueError, match="no limit"):
        Limit(number, seconds)


def test_a_step_that_does_not_divide_is_rounded_to_the_stricter_side() -> None:
    assert (Limit(3, 1).step, Limit(3, 1).window) == (333_334, 1_000_002)


@pytest.mark.usefixtures("no_time_passes")
async def test_allows_as_many_as_the_limit_and_says_when_to_come_back(buckets: Buckets) -> None:
    charge = fresh()
    verdicts = [await buckets.take([charge]) for _ in range(5)]
    assert [verdict.allowed for verdict in verdicts] == [True, True, True, False, False]
    assert [verdict.retry_after for verdict in verdicts] == [0, 0, 0, 1200, 1200]
    assert [verdict.standings for verdict in verdicts] == [
        (Standing(HOUR, 2, 1200),),
        (Standing(HOUR, 1, 2400),),
        (Standing(HOUR, 0, 3600),),
        (Standing(HOUR, 0, 3600),),
        (Standing(HOUR, 0, 3600),),
    ]
    assert {verdict.is_local for verdict in verdicts} == {False}


async def test_a_bucket_refills_with_time(buckets: Buckets) -> None:
    charge = fresh(Limit(4, 1))
    started = time.monotonic()
    assert (await buckets.take([charge._replace(cost=4)])).allowed
    async with asyncio.timeout(60):
        while not (await buckets.take([charge])).allowed:
            pass
    assert time.monotonic() - started > 0.24


@pytest.mark.usefixtures("no_time_passes")
async def test_one_empty_bucket_denies_and_none_of_the_others_is_charged(buckets: Buckets) -> None:
    account, address = fresh(Limit(1, 60)), fresh(Limit(20, 300))
    assert (await buckets.take([account, address])).allowed
    denied = await buckets.take([address, account])
    assert (denied.allowed, denied.retry_after) == (False, 60)
    assert [standing.remaining for standing in denied.standings] == [19, 0]
    assert (await buckets.take([address._replace(cost=19)])).allowed


@pytest.mark.usefixtures("no_time_passes")
async def test_a_negative_cost_gives_back_and_never_more_than_was_taken(buckets: Buckets, redis: Redis) -> None:
    charge = fresh()
    await buckets.take([charge._replace(cost=3)])
    assert (await buckets.take([charge._replace(cost=-1)])).standings[0].remaining == 1
    assert (await buckets.take([charge])).allowed
    refunded = await buckets.take([charge._replace(cost=-10)])
    assert (refunded.allowed, refunded.standings) == (True, (Standing(HOUR, 3, 0),))
    assert await redis.exists("bucket:" + charge.key) == 0
    assert not (await buckets.take([charge._replace(cost=4)])).allowed


@pytest.mark.usefixtures("no_time_passes")
async def test_a_cost_of_nothing_only_looks(buckets: Buckets) -> None:
    charge = fresh()
    await buckets.take([charge._replace(cost=3)])
    assert (await buckets.take([charge._replace(cost=0)])).standings == (Standing(HOUR, 0, 3600),)


async def test_no_charges_are_allowed(buckets: Buckets) -> None:
    assert await buckets.take([]) == module.Verdict(True, 0, (), is_local=False, full=())


async def test_every_key_expires_when_its_bucket_is_full(buckets: Buckets, redis: Redis) -> None:
    charges = [fresh(), fresh(Limit(1, 60))]
    await buckets.take(charges)
    lives = [await redis.pttl("bucket:" + charge.key) for charge in charges]
    assert 1_140_000 < lives[0] <= 1_200_001
    assert 30_000 < lives[1] <= 60_001


async def test_a_lowered_limit_or_a_clock_set_back_shuts_out_for_no_longer_than_the_window(
    buckets: Buckets, redis: Redis
) -> None:
    charge = fresh()
    await redis.set("bucket:" + charge.key, 2**52)
    assert (await buckets.take([charge])).retry_after == 1200


@pytest.mark.usefixtures("no_time_passes")
async def test_the_script_is_loaded_again_after_redis_forgot_it(buckets: Buckets, redis: Redis) -> None:
    charge = fresh()
    await buckets.take([charge])
    await redis.script_flush()
    assert (await buckets.take([charge])).standings[0].remaining == 1
    assert (await redis.script_exists(module._SHA)) == [True]


@pytest.mark.usefixtures("no_time_passes")
async def test_thirty_at_once_take_no_more_than_the_limit(buckets: Buckets) -> None:
    charge = fresh(Limit(10, 3600))
    verdicts = await asyncio.gather(*(buckets.take([charge]) for _ in range(30)))
    assert sum(verdict.allowed for verdict in verdicts) == 10
