"""Texts of operations that clients registered by their hash: in Redis, for a day, within bounds."""

from typing import Final

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from db.buckets import Buckets, Charge, Limit
from db.redis import Breaker

SECONDS: Final = 24 * 3600
BYTES_MAX: Final = 16 * 1024
# A client that starts registers all it asks first. In KiB, what one and what all of them may keep: about twice
# that at most is there at once, for a bucket gives back while texts stay.
REGISTRATIONS: Final = Limit(60, 60)
OF_ONE: Final = Limit(2 * 1024, SECONDS)
OF_ALL: Final = Limit(64 * 1024, SECONDS)
_log = structlog.get_logger(__name__)


class Registrations:
    """`schema` names the schema they are asked of: another one's texts are not found.

    Never raises for what Redis does, and finds nothing while it is away. Who reads must hash the text again.
    """

    def __init__(self, redis: Redis, buckets: Buckets, schema: str, *, breaker: Breaker | None = None) -> None:
        self._redis = redis
        self._buckets = buckets
        self._prefix = f"operation:{schema}:"
        self._breaker = breaker or Breaker()

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
        """Quietly does nothing where the bounds are reached: the client sends the text again next time."""
        kept = text.encode()
        if len(kept) > BYTES_MAX or not self._breaker.lets_through():
            return
        size = -(-len(kept) // 1024)
        verdict = await self._buckets.take(
            [
                Charge(f"registration:{client}", REGISTRATIONS),
                Charge(f"registered:{client}", OF_ONE, size),
                Charge("registered", OF_ALL, size),
            ]
        )
        if not verdict.allowed:
            _log.info("registration_refused", client=client)
            return
        try:
            await self._redis.set(self._prefix + sha256, kept, ex=SECONDS)
        except (RedisError, OSError):
            self._breaker.failed()
        else:
            self._breaker.succeeded()
