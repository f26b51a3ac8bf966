"""Every rate limit: several buckets charged at once by one script in Redis, or by this process without it.

The algorithm is GCRA, the generic cell rate algorithm: a bucket is one number, the moment at which it will be
full again. Up to `count` may be taken at once, and one comes back every `period / count`; so a window that
slides over a full burst and what follows it can see 2 · count - 1.

A process remembers what it let through itself, whoever allowed it. While Redis is away it judges by that, and what
Redis did not see or has lost is told to it with the next call: no flapping gives anybody a second burst.
"""

import hashlib
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

import orjson
from redis.asyncio import Redis
from redis.exceptions import NoScriptError, RedisError

from db.redis import Breaker
from db.together import Together

LOCAL_KEYS = 50_000

# All times are whole microseconds, which doubles hold exactly until the year 2255. A bucket's debt is how
# long it takes to be full again; it is cut to the window, so that neither a lowered limit nor a clock set
# back shuts anybody out for longer. The extra millisecond outlives the rounding of PX.
#
# `own` is the debt that the caller knows of. It counts unless this very run of the server, `life`, was told all of
# it, if only by an earlier call here: otherwise other processes' refunds, or an operator's DEL, would be undone.
SCRIPT = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local server = redis.pcall('INFO', 'server')
local run = type(server) == 'string' and string.match(server, 'run_id:(%x+)') or '?'
local answers, told, first = {run}, {}, 0
for _, call in ipairs(cjson.decode(ARGV[1])) do
  local wait, kept, before, after = 0, {}, {}, {}
  for i, charge in ipairs(call) do
    local step, window, cost, own, life = unpack(charge)
    local is_told = life == run or told[KEYS[first + i]]
    kept[i] = math.max((tonumber(redis.call('GET', KEYS[first + i])) or now) - now, 0)
    before[i] = math.min(is_told and kept[i] or math.max(kept[i], own), window)
    after[i] = math.max(before[i] + step * cost, 0)
    wait = math.max(wait, after[i] - window)
  end
  if wait > 0 then after = before end
  for i = 1, #call do
    local key = KEYS[first + i]
    told[key] = true
    if after[i] == 0 then
      redis.call('DEL', key)
    elseif after[i] ~= kept[i] then
      redis.call('SET', key, string.format('%.0f', now + after[i]), 'PX', math.ceil(after[i] / 1000) + 1)
    end
  end
  first = first + #call
  table.insert(answers, {wait, unpack(after)})
end
return cjson.encode(answers)
"""
_SHA = hashlib.sha1(SCRIPT.encode(), usedforsecurity=False).hexdigest()  # the name EVALSHA knows it by

_NOTATION = re.compile(r"([1-9][0-9]*)/([1-9][0-9]*)?(s|second|m|minute|h|hour|d|day)")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True, slots=True)
class Limit:
    """So many in so many seconds, both at least 1."""

    count: int
    seconds: int
    # µs until one comes back, rounded up so that no rounding gives more than the limit.
    step: int = field(init=False, compare=False, repr=False)
    # µs until an empty bucket is full.
    window: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.count < 1 or self.seconds < 1:
            raise ValueError(f"no limit: {self.count} in {self.seconds} s")
        step = -(-self.seconds * 1_000_000 // self.count)
        object.__setattr__(self, "step", step)
        object.__setattr__(self, "window", step * self.count)

    @classmethod
    def parse(cls, text: str) -> "Limit":
        """Reads "30/5m", "5/h", "30/minute"; units are s, m, h and d. Raises ValueError for anything else."""
        match = _NOTATION.fullmatch(text)
        if match is None:
            raise ValueError(f"no limit: {text!r}")
        count, several, unit = match.groups()
        return cls(int(count), int(several or 1) * _SECONDS[unit[0]])


class Charge(NamedTuple):
    """A bucket, its limit and what is taken; the key says for what and whose, such as "login:ip:192.0.2.1".

    A negative cost gives back, up to a full bucket; 0 only looks. A cost above the limit's count is never allowed.
    `is_kept` asks for more than speed: see `db.kept_buckets`.
    """

    key: str
    limit: Limit
    cost: int = 1
    is_kept: bool = False


class Standing(NamedTuple):
    """A bucket after the call: how many are left, and in how many seconds it is full again."""

    limit: Limit
    remaining: int
    reset: int


class Verdict(NamedTuple):
    """Whether all buckets had room, or else in how many seconds (at least 1) to come; a standing each.

    `full` are the charges that found none. `is_local` tells that Redis was not asked or did not answer, and this
    process judged alone.
    """

    allowed: bool
    retry_after: int
    standings: tuple[Standing, ...]
    is_local: bool
    full: tuple[Charge, ...]


class Buckets:
    """The buckets of one Redis. Never raises for what Redis does, and never asks it twice.

    `processes` is how many share the limits: without Redis each refills its own buckets that much slower.
    A Redis Cluster would need one hash tag in the keys of a call.
    """

    def __init__(
        self, redis: Redis, *, prefix: str = "bucket:", processes: int = 1, breaker: Breaker | None = None
    ) -> None:
        self._redis = redis
        self._prefix = prefix
        self._processes = processes
        self.breaker = breaker or Breaker()
        self._local = LocalBuckets(processes=processes)
        self._told = Together(self._ask)

    async def take(self, charges: Sequence[Charge]) -> Verdict:
        """Charges every bucket, or none if one has too little, in one round trip. The keys of a call differ."""
        judged = self._local.judged
        told = await self._told.get(charges) if self.breaker.lets_through() else None
        is_told_all = judged == self._local.judged
        # What was judged here while Redis was asked, it was not told of: then both have to allow it.
        if told is None or (told.wait == 0 and not is_told_all):
            return self._alone(charges)
        if is_told_all:
            self._local.note(charges if told.wait == 0 else [each._replace(cost=0) for each in charges], told.run)
        return _verdict(charges, told.wait, told.debts)

    def _alone(self, charges: Sequence[Charge]) -> Verdict:
        wait, *debts = self._local.take(charges)
        return _verdict(charges, wait, debts, slower=self._processes, is_local=True)

    async def _ask(self, calls: Sequence[Sequence[Charge]]) -> "Sequence[_Told | None]":
        try:
            run, *answers = orjson.loads(await self._evaluate(calls))
        except (RedisError, OSError):
            self.breaker.failed()
            return [None] * len(calls)
        self.breaker.succeeded()
        return [_Told(wait, run, debts) for wait, *debts in answers]

    async def _evaluate(self, calls: Sequence[Sequence[Charge]]) -> Any:
        # Bytes, for the client asks each argument what it is.
        keys = [(self._prefix + charge.key).encode() for charges in calls for charge in charges]
        # One argument and one answer, for the client takes microseconds to write and to read each.
        asked = orjson.dumps([self._local.told_of(charges) for charges in calls])
        try:
            return await self._redis.evalsha(_SHA, len(keys), *keys, asked)
        except NoScriptError:
            # Nothing can have been charged. After a timeout something may have been, so that is not repeated.
            return await self._redis.eval(SCRIPT, len(keys), *keys, asked)


class _Told(NamedTuple):
    """The script's answer, and which run of the server gave it."""

    wait: int
    run: str
    debts: list[int]


# A bucket as this process filled it: when it is full again, and the run of Redis that was told of all that, "" if
# none was. Three are made for each request; named, they would take five times as long.
_Own: TypeAlias = tuple[int, str]

_FULL: _Own = (0, "")


class LocalBuckets:
    """What one process let through, by the script's rules: `LOCAL_KEYS` buckets, the longest unused forgotten.

    What it judges itself comes back `processes` times slower, until Redis is told of it. `clock` gives whole
    microseconds that never go back.
    """

    def __init__(
        self, clock: Callable[[], int] = lambda: time.monotonic_ns() // 1000, *, processes: int = 1
    ) -> None:
        self.judged = 0
        self._clock = clock
        self._processes = processes
        self._buckets: OrderedDict[str, _Own] = OrderedDict()

    def told_of(self, charges: Sequence[Charge]) -> list[tuple[int, int, int, int, str]]:
        """As the script takes them: with each bucket's debt here in µs, and the run of Redis that knows of it."""
        now = self._clock()
        told = []
        for key, limit, cost, _ in charges:
            bucket = self._buckets.get(key, _FULL)
            told.append((limit.step, limit.window, cost, self._debt(bucket, now), bucket[1]))
        return told

    def note(self, charges: Sequence[Charge], life: str) -> None:
        """Redis charged these, in the run of that name."""
        now = self._clock()
        for key, limit, cost, _ in charges:
            debt = self._debt(self._buckets.pop(key, _FULL), now) + limit.step * cost
            if debt > 0:
                self._buckets[key] = (now + min(debt, limit.window), life)
        self._forget(now)

    def take(self, charges: Sequence[Charge]) -> list[int]:
        """What the script finds: µs to wait, 0 if allowed, then each bucket's debt in µs."""
        self.judged += 1
        now = self._clock()
        before = [min(self._debt(self._touch(key), now), limit.window) for key, limit, *_ in charges]
        after = [
            max(debt + limit.step * cost, 0) for (_, limit, cost, _), debt in zip(charges, before, strict=True)
        ]
        wait = max((debt - each.limit.window for each, debt in zip(charges, after, strict=True)), default=0)
        if wait > 0:
            return [wait, *before]
        for (key, *_), debt in zip(charges, after, strict=True):
            self._buckets.pop(key, None)
            if debt > 0:
                self._buckets[key] = (now + debt * self._processes, "")
        self._forget(now)
        return [0, *after]

    def _debt(self, bucket: _Own, now: int) -> int:
        full_at, life = bucket
        left = full_at - now
        if left <= 0:
            return 0
        return left if life else -(-left // self._processes)

    def _touch(self, key: str) -> _Own:
        bucket = self._buckets.get(key)
        if bucket is None:
            return _FULL
        self._buckets.move_to_end(key)
        return bucket

    def _forget(self, now: int) -> None:
        """The longest unused, as far as they are full again or too many."""
        while self._buckets:
            full_at, _ = next(iter(self._buckets.values()))
            if full_at > now and len(self._buckets) <= LOCAL_KEYS:
                break
            self._buckets.popitem(last=False)


def _verdict(
    charges: Sequence[Charge], wait: int, debts: Sequence[int], *, slower: int = 1, is_local: bool = False
) -> Verdict:
    standings = [
        Standing(
            limit if slower == 1 else Limit(limit.count, limit.seconds * slower),
            (limit.window - debt) // limit.step,
            seconds(debt * slower),
        )
        for (_, limit, _, _), debt in zip(charges, debts, strict=True)
    ]
    full: list[Charge] = []
    if wait > 0:
        full = [each for each, left in zip(charges, standings, strict=True) if left.remaining < each.cost]
    return Verdict(wait == 0, seconds(wait * slower), tuple(standings), is_local, tuple(full))


def seconds(microseconds: int) -> int:
    """Whole seconds, rounded up: who comes back then does not come too early."""
    return -(-microseconds // 1_000_000)
