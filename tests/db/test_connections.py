"""Connections for reads: few of them, lent in turn, and sound again after whatever happened to them."""

import asyncio
from collections.abc import AsyncIterator
from time import monotonic

import asyncpg
import pytest

from db.connections import Connection, Connections
from tests.servers import Addresses

PATIENCE = 0.3


@pytest.fixture
def url(addresses: Addresses, database: str) -> str:
    return addresses.app.format(database=database)


@pytest.fixture
async def pool(url: str) -> AsyncIterator[Connections]:
    pool = Connections(lambda: asyncpg.connect(url), most=2, patience=PATIENCE)
    yield pool
    await pool.close()


async def sleep(pool: Connections, seconds: float) -> None:
    async with pool.lent() as connection:
        await connection.execute("SELECT pg_sleep($1)", seconds)


async def test_the_last_one_used_is_the_next_one(pool: Connections) -> None:
    first, second = await pool.take(), await pool.take()
    pool.give(first)
    pool.give(second)
    assert (pool.size, pool.idle) == (2, 2)
    assert await pool.take() is second
    pool.give(second)


async def test_who_waits_too_long_is_told(pool: Connections) -> None:
    held = [await pool.take(), await pool.take()]
    begun = monotonic()
    with pytest.raises(TimeoutError):
        await pool.take()
    assert monotonic() - begun >= PATIENCE
    for each in held:
        pool.give(each)
    assert (pool.size, pool.idle) == (2, 2)


async def test_they_are_lent_in_the_order_in_which_they_were_asked_for(pool: Connections) -> None:
    held = [await pool.take(), await pool.take()]
    order: list[int] = []

    async def wait(number: int) -> None:
        async with pool.lent():
            order.append(number)

    waiting = [asyncio.create_task(wait(number)) for number in range(5)]
    await asyncio.sleep(0)
    for each in held:
        pool.give(each)
    await asyncio.gather(*waiting)
    assert order == [0, 1, 2, 3, 4]
    assert (pool.size, pool.idle) == (2, 2)


async def test_who_is_cancelled_while_waiting_takes_nothing_along(pool: Connections) -> None:
    held = [await pool.take(), await pool.take()]
    gone, stays = asyncio.create_task(pool.take()), asyncio.create_task(pool.take())
    await asyncio.sleep(0)
    pool.give(held[0])  # to `gone`, who does not know of it yet
    gone.cancel()
    assert await stays is held[0]
    assert gone.cancelled()
    for each in held:
        pool.give(each)
    assert (pool.size, pool.idle) == (2, 2)


async def test_a_cancelled_statement_ends_in_the_server_and_its_connection_goes_on(pool: Connections) -> None:
    async with pool.lent() as connection:
        pid = connection.get_server_pid()
    asked = asyncio.create_task(sleep(pool, 60))
    await asyncio.sleep(0.1)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    async with asyncio.timeout(5):
        while not pool.idle:  # noqa: ASYNC110 - nobody tells when a statement was cancelled
            await asyncio.sleep(0.01)
    async with pool.lent() as connection:
        assert connection.get_server_pid() == pid
        assert await connection.fetchval("SELECT 1") == 1
    assert pool.size == 1


async def test_lost_connections_are_replaced(pool: Connections, addresses: Addresses) -> None:
    held = [await pool.take(), await pool.take()]
    pids = [each.get_server_pid() for each in held]
    for each in held:
        pool.give(each)
    superuser = await asyncpg.connect(addresses.superuser.format(database="postgres"))
    for pid in pids:
        await superuser.execute("SELECT pg_terminate_backend($1, 5000)", pid)
    await superuser.close()
    await asyncio.sleep(0.1)
    async with pool.lent() as connection:
        assert await connection.fetchval("SELECT 1") == 1
        assert connection.get_server_pid() not in pids
    assert (pool.size, pool.idle) == (1, 1)


async def test_a_connection_that_breaks_while_lent_makes_room(pool: Connections) -> None:
    held = [await pool.take(), await pool.take()]
    waiting = asyncio.create_task(pool.take())
    await asyncio.sleep(0)
    held[0].terminate()
    pool.give(held[0])
    another = await waiting
    assert another not in held
    for each in (held[1], another):
        pool.give(each)
    assert (pool.size, pool.idle) == (2, 2)


async def test_what_cannot_connect_leaves_no_trace_and_lets_the_next_one_try(url: str) -> None:
    attempts = 0

    async def connect() -> Connection:
        nonlocal attempts
        attempts += 1
        await asyncio.sleep(0.01)
        if attempts < 3:
            raise OSError("not yet")
        return await asyncpg.connect(url)

    pool = Connections(connect, most=1, patience=5)
    took = await asyncio.gather(*(pool.take() for _ in range(3)), return_exceptions=True)
    assert [type(each) for each in took[:2]] == [OSError, OSError]
    assert isinstance(took[2], asyncpg.Connection)
    pool.give(took[2])
    await pool.close()
    assert (pool.size, pool.idle) == (0, 0)


async def test_one_that_comes_back_after_closing_is_closed(url: str) -> None:
    pool = Connections(lambda: asyncpg.connect(url), most=1)
    late = await pool.take()
    await pool.close()
    pool.give(late)
    assert late.is_closed()
    assert pool.size == 0


async def test_a_storm_of_cancellations_loses_no_connection(pool: Connections) -> None:
    async def ask(number: int) -> None:
        try:
            async with asyncio.timeout(number % 7 / 1000):
                await sleep(pool, 0.002)
        except TimeoutError:
            pass

    await asyncio.gather(*(sleep(pool, 0.01) for _ in range(2)))
    for _ in range(5):
        await asyncio.gather(*(ask(number) for number in range(40)))
    async with asyncio.timeout(10):
        while pool.idle < pool.size:  # noqa: ASYNC110 - nobody tells when a statement was cancelled
            await asyncio.sleep(0.01)
    assert pool.size == pool.most
    await asyncio.gather(*(sleep(pool, 0) for _ in range(20)))
