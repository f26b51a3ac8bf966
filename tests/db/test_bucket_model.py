"""Buckets: the script, the process and a plain model agree."""

from itertools import count
from random import Random

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from db.buckets import SCRIPT, Charge, LocalBuckets
from tests.db.bucket_model import CALLS, LIMITS, Model

_numbers = count()


@given(CALLS, st.sampled_from(["", "another run"]), st.randoms())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
async def test_the_script_does_what_the_model_does_though_redis_forgets(
    redis: Redis, calls: list[tuple[int, list[str], int]], life: str, chance: Random
) -> None:
    clock = "redis.call('TIME')"
    assert SCRIPT.count(clock) == 1
    script = redis.register_script(SCRIPT.replace(clock, "{ARGV[#ARGV], 0}"))
    model, example = Model(), next(_numbers)
    for seconds, keys, cost in calls:
        model.pass_time(seconds * 1_000_000)
        names = [f"model:{example}:{key}" for key in keys]
        if forgets := chance.random() < 0.3:
            await redis.delete(*names)
        own = model.debts if forgets else dict.fromkeys(keys, 0)
        asked = [(LIMITS[key].step, LIMITS[key].window, cost, own[key], life) for key in keys]
        now = 1_800_000_000 + model.now // 1_000_000
        times = chance.randint(1, 3)
        _, *told = orjson.loads(await script(keys=names * times, args=[orjson.dumps([asked] * times), now]))
        assert told == [model.take(keys, cost) for _ in range(times)]


@given(CALLS, st.integers(1, 1_000_000))
def test_the_local_buckets_do_what_the_model_does(calls: list[tuple[int, list[str], int]], unit: int) -> None:
    model = Model()
    local = LocalBuckets(lambda: model.now)
    for units, keys, cost in calls:
        model.pass_time(units * unit)
        assert local.take([Charge(key, LIMITS[key], cost) for key in keys]) == model.take(keys, cost)
