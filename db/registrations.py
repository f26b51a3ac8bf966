"""Texts of operations that clients registered by their hash: in Redis, for a day, within bounds."""

from typing import Final

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from db.buckets import Buckets, Charge, Limit
from db.redis import Breaker

SECONDS: Final = 24 * 3600
BYTES_MAX: Final = 16 * 1024
# A client that starts registers all it asks first. In KiB, what one may register a day: about twice that at most
# is there at once, for a bucket gives back while texts stay.
REGISTRATIONS: Final = Limit(60, 60)
OF_ONE: Final = Limit(2 * 1024, SECONDS)
# Bytes that all of them may take together, each with what Redis needs for its keys and its place in the order
# (325 bytes measured, and the allocator rounds long texts up).
OF_ALL: Final = 64 * 1024 * 1024
OVERHEAD: Final = 512

# All texts of all schemas in the order of their registration, a member "<key>:<bytes>" each; what they take
# together is the score of the empty member, always the lowest. One key, so that nothing parts the sum from what it
# sums.
_ORDER: Final = "operations"
_KEEP: Final = """
local time = redis.call('TIME')
local member = KEYS[1] .. ':' .. ARGV[2]
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[3])
if redis.call('ZADD', KEYS[2], time[1] * 1000000 + time[2], member) == 1 then
  redis.call('ZINCRBY', KEYS[2], ARGV[2], '')
end
while tonumber(redis.call('ZSCORE', KEYS[2], '') or 0) > tonumber(ARGV[4]) do
  local oldest = redis.call('ZRANGE', KEYS[2], 1, 1)[1]
  local key, bytes = string.match(oldest, '^(.*):(%d+)$')
  redis.call('UNLINK', key)
  redis.call('ZREM', KEYS[2], oldest)
  redis.call('ZINCRBY', KEYS[2], -bytes, '')
end
redis.call('EXPIRE', KEYS[2], ARGV[3])
"""
_log = structlog.get_logger(__name__)


class Registrations:
    """`schema` names the schema they are asked of: another one's texts are not found.

    Each is kept for `seconds`, or until later ones need its place among the `of_all` bytes. Never raises for what
    Redis does, and finds nothing while it is away. Who reads must hash the text again.
    """

    def __init__(
        self,
        redis: Redis,
        buckets: Buckets,
        schema: str,
        *,
        breaker: Breaker | None = None,
        seconds: int = SECONDS,
        of_all: int = OF_ALL,
    ) -> None:
        self._redis = redis
        self._buckets = buckets
        self._prefix = f"operation:{schema}:"
        self._breaker = breaker or Breaker()
        self._seconds = seconds
        self._of_all = of_all

    async def recent(self, sha256: str) -> str | None:
        if not self._breaker.lets_through():
            return None
        try:
            kept = await self._redis.get(self._prefix + sha256)
        except (RedisError, OSError):
            self._breaker.failed()
            return None
        self._breaker.succeeded()
        assert not isinstance(kept, str)  # the client decodes nothing
        try:
            return None if kept is None or len(kept) > BYTES_MAX else kept.decode()
        except UnicodeDecodeError:
            return None

    async def register(self, sha256: str, text: str, client: str) -> None:
        """Quietly does nothing where the client's bounds are reached: it sends the text again next time."""
        kept = text.encode()
        if len(kept) > BYTES_MAX or not self._breaker.lets_through():
            return
        size = -(-len(kept) // 1024)
        verdict = await self._buckets.take(
            [
                Charge(f"registration:{client}", REGISTRATIONS),
                Charge(f"registered:{client}", OF_ONE, size),
            ]
        )
        if not verdict.allowed:
            _log.info("registration_refused", client=client)
            return
        try:
            await self._keep(self._prefix + sha256, kept)
        except (RedisError, OSError):
            self._breaker.failed()
        else:
            self._breaker.succeeded()

    async def _keep(self, key: str, text: bytes) -> None:
        await self._redis.eval(_KEEP, 2, key, _ORDER, text, len(text) + OVERHEAD, self._seconds, self._of_all)
