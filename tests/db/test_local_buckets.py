"""Buckets of the process alone: what holds while there is no Redis."""

from pathlib import Path

import pytest

from db import buckets as module
from db.buckets import Buckets, Charge, Limit, LocalBuckets
from db.redis import connect
from tests.db.charges import HOUR, fresh, seconds_alone


def test_the_local_buckets_forget_the_longest_unused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOCAL_KEYS", 2)
    local = LocalBuckets(lambda: 0)
    first, second, third = fresh(), fresh(), fresh()
    for charge in (first, second, first, third):
        local.take([charge])
    assert list(local._buckets) == [first.key, third.key]
    local.take([first._replace(cost=-2)])
    assert list(local._buckets) == [third.key]


def test_one_comes_back_to_the_microsecond() -> None:
    now = 0
    local = LocalBuckets(lambda: now)
    local.take([Charge("key", HOUR, 3)])
    now = HOUR.step - 1
    assert local.take([Charge("key", HOUR)]) == [1, HOUR.window - now]
    now = HOUR.step
    assert local.take([Charge("key", HOUR)]) == [0, HOUR.window]


def test_a_lowered_limit_holds_locally_too() -> None:
    local = LocalBuckets(lambda: 0)
    local.take([Charge("key", Limit(1, 3600))])
    assert local.take([Charge("key", Limit(1, 60))]) == [60_000_000, 60_000_000]


def test_what_the_process_judges_comes_back_slower_until_redis_knows() -> None:
    now, charge = 0, Charge("key", HOUR)
    local = LocalBuckets(lambda: now, processes=4)
    local.take([charge])
    now = 4
    assert local.told_of([charge]) == [(HOUR.step, HOUR.window, 1, HOUR.step - 1, "")]
    local.note([charge], "run")
    now = 5
    assert local.told_of([charge]) == [(HOUR.step, HOUR.window, 1, 2 * HOUR.step - 2, "run")]


@pytest.mark.usefixtures("no_time_passes")
async def test_without_redis_the_process_judges_by_the_same_rules(tmp_path: Path) -> None:
    redis = connect(f"unix://{tmp_path}/nobody")
    buckets, charge = Buckets(redis), fresh()
    verdicts = [await buckets.take([charge]) for _ in range(20)]
    assert [verdict.allowed for verdict in verdicts] == [True] * 3 + [False] * 17
    assert {verdict.is_local for verdict in verdicts} == {True}
    assert verdicts[-1].retry_after == 1200
    assert (await buckets.take([charge._replace(cost=-1)])).standings[0].remaining == 1
    await redis.aclose()


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1", "unix:///nobody/here"])
async def test_an_address_that_refuses_costs_next_to_nothing(url: str) -> None:
    redis = connect(url)
    buckets, charge = Buckets(redis), fresh()
    # The best of five, for a busy machine delays some.
    assert min([await seconds_alone(buckets, charge) for _ in range(5)]) < 0.05
    await redis.aclose()


@pytest.mark.usefixtures("no_time_passes")
async def test_without_redis_each_process_refills_its_share_of_the_limit(tmp_path: Path) -> None:
    redis = connect(f"unix://{tmp_path}/nobody")
    buckets, charge = Buckets(redis, processes=4), fresh()
    assert (await buckets.take([charge._replace(cost=3)])).allowed
    assert (await buckets.take([charge])).retry_after == 4800
    await redis.aclose()
