"""Looks at the jobs that wait in a test's database."""

from typing import Any

import asyncpg
import orjson


async def waiting(owner: asyncpg.Connection, name: str) -> list[dict[str, Any]]:
    """The payloads of the jobs of that name, oldest first."""
    rows = await owner.fetch("SELECT payload FROM queue.pgqueuer WHERE entrypoint = $1 ORDER BY id", name)
    return [orjson.loads(row["payload"]) for row in rows]
