"""The client of the short way answers as the library's does, whatever befalls a lane."""

import asyncio

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from db.quick_redis import LANES, QuickRedis
from db.redis import connect
from tests.servers import PATIENT
from tests.valkeys import Server


async def said(redis: Redis, number: int) -> int:
    return int(await redis.echo(str(number)))


def connected(redis: Redis) -> int:
    assert isinstance(redis, QuickRedis)
    return sum(lane.is_connected for lane in redis.lanes)


async def test_who_comes_alone_takes_the_same_lane_again(redis: Redis) -> None:
    assert [await said(redis, number) for number in range(5)] == [*range(5)]
    assert connected(redis) == 1


async def test_a_crowd_is_answered_each_by_their_own(redis: Redis) -> None:
    crowd = range(3 * LANES)
    assert await asyncio.gather(*(said(redis, number) for number in crowd)) == [*crowd]
    assert connected(redis) == LANES
    assert len(await redis.client_list()) > LANES  # the others went by the pool


async def test_replies_are_made_into_what_the_library_makes_of_them(redis: Redis) -> None:
    assert await redis.set("ada", b"\0\xff", px=60_000) is True
    assert (await redis.get("ada"), await redis.get("bob")) == (b"\0\xff", None)
    assert {*await redis.config_get("maxmemory-policy")} == {"maxmemory-policy"}


async def test_an_error_leaves_the_lane_in_order(redis: Redis) -> None:
    with pytest.raises(ResponseError, match="no such thing"):
        await redis.eval("return redis.error_reply('no such thing')", 0)
    assert await said(redis, 1) == 1
    assert connected(redis) == 1


@pytest.mark.parametrize("turns", range(8))
async def test_nobody_gets_the_answer_of_who_went_away(redis: Redis, turns: int) -> None:
    leaving = asyncio.ensure_future(said(redis, 1))
    for _ in range(turns):
        await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    assert [await said(redis, number) for number in (2, 3)] == [2, 3]


async def test_a_lane_that_was_lost_is_replaced_before_it_is_asked(server: Server) -> None:
    redis = connect(f"{server.url}?{PATIENT}")
    await asyncio.gather(*(said(redis, number) for number in range(LANES)))
    server.stop()
    with pytest.raises(RedisError):
        await redis.ping()
    server.start()
    assert await asyncio.gather(*(said(redis, number) for number in range(LANES))) == [*range(LANES)]
    await redis.aclose()
    assert connected(redis) == 0


async def test_what_came_too_late_is_nobodys_answer(server: Server) -> None:
    redis = connect(server.url)
    while True:  # a busy machine may be late by itself
        try:
            await said(redis, 1)
            break
        except RedisError:
            continue
    server.freeze()
    with pytest.raises(RedisError):
        await said(redis, 2)
    server.thaw()
    found = await asyncio.gather(*(said(redis, 3) for _ in range(LANES)), return_exceptions=True)
    assert {each for each in found if not isinstance(each, RedisError)} <= {3}
    await redis.aclose()
