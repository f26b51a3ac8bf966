"""Letters that are kept instead of sent, for a developer to read; in Redis, and gone with it."""

from datetime import timedelta
from typing import Any, Final

import orjson
from redis.asyncio import Redis

_KEY: Final = "mailbox"
_MOST: Final = 50
_KEPT: Final = timedelta(days=7)


async def keep(redis: Redis, letter: dict[str, Any]) -> None:
    """`letter` is anything that JSON can hold; the oldest of too many make room."""
    async with redis.pipeline(transaction=True) as pipeline:
        pipeline.lpush(_KEY, orjson.dumps(letter))
        pipeline.ltrim(_KEY, 0, _MOST - 1)
        pipeline.expire(_KEY, _KEPT)
        await pipeline.execute()


async def kept(redis: Redis) -> list[dict[str, Any]]:
    """Newest first."""
    return [orjson.loads(letter) for letter in await redis.lrange(_KEY, 0, -1)]
