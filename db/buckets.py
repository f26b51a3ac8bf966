"""Every rate limit: several buckets charged at once by one script in Redis, or by this process without it.

The algorithm is GCRA, the generic cell rate algorithm: a bucket is one number, the moment at which it will be
full again. Up to `count` may be taken at once, and one comes back every `period / count`; so a window that
slides over a full burst and what follows it can see 2 · count - 1.
"""

import hashlib
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from redis.asyncio import Redis
from redis.exceptions import NoScriptError, RedisError

from db.redis import Breaker

LOCAL_KEYS = 50_000

# All times are whole microseconds, which doubles hold exactly until the year 2255. A bucket's debt is how
# long it takes to be full again; it is cut to the window, so that neither a lowered limit nor a clock set
# back shuts anybody out for longer. The extra millisecond outlives the rounding of PX.
SCRIPT = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local wait, before, after = 0, {}, {}
for i = 1, #KEYS do
  local step, window, cost = tonumber(ARGV[3 * i - 2]), tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i])
  local full_at = tonumber(redis.call('GET', KEYS[i])) or now
  before[i] = math.min(math.max(full_at - now, 0), window)
  after[i] = math.max(before[i] + step * cost, 0)
  wait = math.max(wait, after[i] - window)
end
if wait > 0 then return {wait, unpack(before)} end
for i = 1, #KEYS do
  if after[i] > 0 then
    redis.call('SET', KEYS[i], string.format('%.0f', now + after[i]), 'PX', math.ceil(after[i] / 1000) + 1)
  else
    redis.call('DEL', KEYS[i])
  end
end
return {0, unpack(after)}
"""
_SHA = hashlib.sha1(SCRIPT.encode(), usedforsecurity=False).hexdigest()  # the name EVALSHA knows it by

_NOTATION = re.compile(r"([1-9][0-9]*)/([1-9][0-9]*)?(s|second|m|minute|h|hour|d|day)")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True, slots=True)
class Limit:
    """So many in so many seconds, both at least 1."""

    count: int
    seconds: int

    def __post_init__(self) -> None:
        if self.count < 1 or self.seconds < 1:
            raise ValueError(f"no limit: {self.count} in {self.seconds} s")

    @classmethod
    def parse(cls, text: str) -> "Limit":
        """Reads "30/5m", "5/h", "30/minute"; units are s, m, h and d. Raises ValueError for anything else."""
        match = _NOTATION.fullmatch(text)
        if match is None:
            raise ValueError(f"no limit: {text!r}")
        count, several, unit = match.groups()
        return cls(int(count), int(several or 1) * _SECONDS[unit[0]])

    @property
    def step(self) -> int:
        """µs until one comes back, rounded up so that no rounding gives more than the limit."""
        return -(-self.seconds * 1_000_000 // self.count)

    @property
    def window(self) -> int:
        """µs until an empty bucket is full."""
        return self.step * self.count


class Charge(NamedTuple):
    """A bucket, its limit and what is taken; the key says for what and whose, such as "login:ip:192.0.2.1".

    A negative cost gives back, up to a full bucket; 0 only looks. A cost above the limit's count is never allowed.
    """

    key: str
    limit: Limit
    cost: int = 1


@dataclass(frozen=True, slots=True)
class Standing:
    """A bucket after the call: how many are left, and in how many seconds it is full again."""

    limit: Limit
    remaining: int
    reset: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether all buckets had room, or else in how many seconds (at least 1) to come; a standing each.

    `is_local` tells that Redis was not asked or did not answer, and this process judged alone.
    """

    allowed: bool
    retry_after: int
    standings: tuple[Standing, ...]
    is_local: bool


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
        self._local = LocalBuckets()

    async def take(self, charges: Sequence[Charge]) -> Verdict:
        """Charges every bucket, or none if one has too little, in one round trip. The keys of a call differ."""
        reply = await self._ask(charges) if self.breaker.lets_through() else None
        if reply is not None:
            return _verdict(charges, reply, is_local=False)
        slower = [
            Charge(key, Limit(limit.count, limit.seconds * self._processes), cost) for key, limit, cost in charges
        ]
        return _verdict(slower, self._local.take(slower), is_local=True)

    async def _ask(self, charges: Sequence[Charge]) -> list[int] | None:
        try:
            reply = await self._evaluate(charges)
        except (RedisError, OSError):
            self.breaker.failed()
            return None
        self.breaker.succeeded()
        return reply

    async def _evaluate(self, charges: Sequence[Charge]) -> list[int]:
        arguments: list[str | int] = [self._prefix + charge.key for charge in charges]
        for _, limit, cost in charges:
            arguments += (limit.step, limit.window, cost)
        reply: list[int]
        try:
            reply = await self._redis.evalsha(_SHA, len(charges), *arguments)
        except NoScriptError:
            # Nothing can have been charged. After a timeout something may have been, so that is not repeated.
            reply = await self._redis.eval(SCRIPT, len(charges), *arguments)
        return reply


class LocalBuckets:
    """The script's rules in the memory of one process: `LOCAL_KEYS` buckets, the longest unused forgotten.

    `clock` gives whole microseconds that never go back.
    """

    def __init__(self, clock: Callable[[], int] = lambda: time.monotonic_ns() // 1000) -> None:
        self._clock = clock
        self._full_at: OrderedDict[str, int] = OrderedDict()

    def take(self, charges: Sequence[Charge]) -> list[int]:
        """What the script returns: µs to wait, 0 if allowed, then each bucket's debt in µs."""
        now = self._clock()
        before = [min(max(self._touch(key, now) - now, 0), limit.window) for key, limit, _ in charges]
        after = [max(debt + limit.step * cost, 0) for (_, limit, cost), debt in zip(charges, before, strict=True)]
        wait = max((debt - limit.window for (_, limit, _), debt in zip(charges, after, strict=True)), default=0)
        if wait > 0:
            return [wait, *before]
        for (key, _, _), debt in zip(charges, after, strict=True):
            self._put(key, now + debt if debt else None)
        return [0, *after]

    def _touch(self, key: str, now: int) -> int:
        full_at = self._full_at.get(key)
        if full_at is None:
            return now
        self._full_at.move_to_end(key)
        return full_at

    def _put(self, key: str, full_at: int | None) -> None:
        if full_at is None:
            self._full_at.pop(key, None)
            return
        self._full_at[key] = full_at
        if len(self._full_at) > LOCAL_KEYS:
            self._full_at.popitem(last=False)


def _verdict(charges: Sequence[Charge], reply: list[int], *, is_local: bool) -> Verdict:
    wait, *debts = reply
    standings = tuple(
        Standing(limit, (limit.window - debt) // limit.step, _seconds(debt))
        for (_, limit, _), debt in zip(charges, debts, strict=True)
    )
    return Verdict(wait == 0, _seconds(wait), standings, is_local)


def _seconds(microseconds: int) -> int:
    """Whole seconds, rounded up: who comes back then does not come too early."""
    return -(-microseconds // 1_000_000)
