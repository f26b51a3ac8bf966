"""`/livez`: this process answers. `/readyz`: it can serve, and says what is degraded."""

import asyncio
from typing import Final

from redis.exceptions import RedisError
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from db.stores import Stores
from server import migration

_WAIT: Final = 1.0  # seconds, for PostgreSQL


async def livez(_: Request) -> Response:
    return PlainTextResponse("ok")


async def readyz(request: Request) -> Response:
    """200 while PostgreSQL answers and lacks no migration; without Redis Plaza is slower, not unready.

    A database that a later release has migrated is fine: releases overlap while one is rolled out or back.
    """
    stores: Stores = request.app.state.services.stores
    database = await _database(stores)
    redis = await _redis(stores)
    status = "ready" if database == redis == "ok" else "degraded" if database == "ok" else "unready"
    return JSONResponse(
        {"status": status, "postgresql": database, "redis": redis}, 503 if status == "unready" else 200
    )


async def _database(stores: Stores) -> str:
    try:
        async with asyncio.timeout(_WAIT), stores.reads.pool.lent() as connection:
            at = await connection.fetchval("SELECT version_num FROM alembic_version")
    except Exception:  # whatever it is, this process cannot serve
        return "unreachable"
    return "migrations are missing" if migration.is_behind(at) else "ok"


async def _redis(stores: Stores) -> str:
    try:
        await stores.redis.ping()
    except (RedisError, OSError):
        return "unreachable"
    return "ok"
