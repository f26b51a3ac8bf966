"""What PostgreSQL said a moment ago, kept in Redis for whoever asks next: until it changes, at most four seconds.

A change leaves a mark for longer than any read takes: while it stands nothing is kept, so that whoever read before
the change and writes after it keeps nothing old. A mark that Redis never got, or lost, is made up for by the four
seconds.
"""

import time
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Any, Final, TypeAlias

import orjson
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.ext.asyncio import AsyncSession

from db.redis import Breaker
from db.transaction import after_commit

SECONDS: Final = 4
MEMORY: Final = "memory"  # where a session's info keeps the process's `BriefMemory`

# A read is given up after five seconds (`command_timeout`).
_MARKED: Final = 6
_MARK: Final = b""

Facts: TypeAlias = list[Any]


class BriefMemory:
    """Of all processes together. Never raises for what Redis does: without it PostgreSQL is asked each time.

    `clock` gives Unix time in seconds.
    """

    def __init__(self, redis: Redis, *, clock: Callable[[], float] = time.time) -> None:
        self.breaker = Breaker()
        self._redis = redis
        self._clock = clock

    async def recall(self, key: str, ask: Callable[[], Awaitable[Facts | None]]) -> Facts | None:
        """The facts under `key`, or what `ask` finds; that there are none is never kept."""
        kept = await self._get(key)
        if kept:
            known: Facts = orjson.loads(kept)
            if 0 < known.pop(0) - self._clock() <= SECONDS:
                return known
        # Of the moment before the question. Redis counts its own seconds, but may be frozen before it begins.
        until = self._clock() + SECONDS
        facts = await ask()
        if facts is not None and kept is None:
            await self._try(self._redis.set(key, orjson.dumps([until, *facts]), ex=SECONDS, nx=True))
        return facts

    async def forget(self, keys: Iterable[str]) -> None:
        if self.breaker.lets_through():
            async with self._redis.pipeline(transaction=False) as pipeline:
                for key in keys:
                    pipeline.set(key, _MARK, ex=_MARKED)
                await self._try(pipeline.execute())

    async def _get(self, key: str) -> bytes | None:
        """`None` where nothing is known; the mark where nothing may be kept, as when Redis is away."""
        if not self.breaker.lets_through():
            return _MARK
        answer: bytes | None = await self._try(self._redis.get(key), _MARK)
        return answer

    async def _try(self, command: Awaitable[Any], otherwise: Any = None) -> Any:
        try:
            answer = await command
        except (RedisError, OSError):
            self.breaker.failed()
            return otherwise
        self.breaker.succeeded()
        return answer


def forget(session: AsyncSession, keys: Iterable[str]) -> None:
    """Once the transaction stands, and before anybody is told so."""
    memory: BriefMemory = session.info[MEMORY]
    after_commit(session, partial(memory.forget, list(keys)))
