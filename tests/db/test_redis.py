"""Redis: how we connect, and when we stop trying."""

import pytest
from redis.asyncio import BlockingConnectionPool, Connection, SSLConnection, UnixDomainSocketConnection

from db.redis import Breaker, connect
from tests.clocks import Clock


def test_the_breaker_opens_after_five_failures_in_a_row_and_lets_one_through_a_second() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    for _ in range(4):
        breaker.failed()
    breaker.succeeded()
    for _ in range(4):
        breaker.failed()
    assert breaker.lets_through()
    breaker.failed()
    assert not breaker.lets_through()
    clock.now = 1.0
    assert [breaker.lets_through() for _ in range(3)] == [True, False, False]
    breaker.failed()
    clock.now = 1.9
    assert not breaker.lets_through()
    clock.now = 2.0
    assert breaker.lets_through()
    breaker.succeeded()
    assert [breaker.lets_through() for _ in range(3)] == [True, True, True]


def test_a_probe_that_never_reports_does_not_close_the_way_for_ever() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    for _ in range(5):
        breaker.failed()
    clock.now = 1.0
    assert [breaker.lets_through(), breaker.lets_through()] == [True, False]
    clock.now = 2.0
    assert breaker.lets_through()


@pytest.mark.parametrize(
    ("url", "kind", "where"),
    [
        (
            "redis://ada:secret@redis.example:6380/2",
            Connection,
            {"host": "redis.example", "port": 6380, "db": 2},
        ),
        ("rediss://redis.example", SSLConnection, {"host": "redis.example"}),
        ("unix:///run/redis.sock?db=1", UnixDomainSocketConnection, {"path": "/run/redis.sock", "db": 1}),
    ],
)
async def test_connects_by_any_of_the_three_schemes(url: str, kind: type, where: dict[str, object]) -> None:
    pool = connect(url).connection_pool
    assert isinstance(pool, BlockingConnectionPool)
    assert (pool.max_connections, pool.timeout) == (32, 0.05)
    assert where.items() <= pool.connection_kwargs.items()
    assert (pool.connection_kwargs["socket_timeout"], pool.connection_kwargs["socket_connect_timeout"]) == (
        0.15,
        0.1,
    )
    assert pool.connection_kwargs["retry"].get_retries() == 0
    assert pool.connection_class is kind


def test_refuses_a_url_that_is_none_of_redis() -> None:
    with pytest.raises(ValueError, match="Redis URL"):
        connect("http://redis.example")
