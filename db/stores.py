"""Opens and closes everything stored: the read pool, the write engine and Redis, once a process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import asyncpg
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine

from db import dsn
from db.connections import Connections
from db.last_uses import LastUses
from db.observing import Loading, ObservedReads, ObservedSessionReads, Observer, observe_statements, observed_pool
from db.reads import READS_OF_SESSION, PoolReads
from db.redis import connect as connect_redis
from db.session_states import SessionStates
from db.token_states import TokenStates
from db.transaction import OBSERVER, Sessions

APP_ROLE = "plaza_app"

# Every list has an index in its own order. Not knowing whose list it will be, the planner takes the average
# one, and would rather read it whole and sort; for a person with a million followers that is a disaster.
_WALK_INDEXES = {"enable_sort": "off"}


@dataclass(frozen=True, slots=True)
class Stores:
    """Handed to whoever reads or writes; nobody below `server/` opens a connection of their own."""

    reads: PoolReads
    sessions: Sessions
    redis: Redis
    session_states: SessionStates
    token_states: TokenStates
    database_url: str
    engine: AsyncEngine
    loading: Loading | None = None


@asynccontextmanager
async def open_stores(
    database_url: str, redis_url: str, *, pool_size: int = 10, observer: Observer | None = None
) -> AsyncIterator[Stores]:
    """Both PostgreSQL pools (at most `pool_size` connections each) and Redis.

    PostgreSQL must answer; Redis need not, now or later. `observer` hears what they do.
    """
    url = dsn.normal(database_url)
    pool = Connections(partial(asyncpg.connect, url, **connect_arguments(url)), most=pool_size)
    pool.give(await pool.take())  # PostgreSQL must answer
    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=lambda *_, **__: asyncpg.connect(url, **connect_arguments(url)),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=1,
        pool_recycle=1800,
        pool_use_lifo=True,
        pool_pre_ping=True,
        # An error's text goes to the log, and parameters are what people sent: addresses, hashes, words.
        hide_parameters=True,
        poolclass=observed_pool(observer) if observer else None,
    )
    reads, info = PoolReads(pool), {}
    if observer is not None:
        observe_statements(engine, observer)
        reads = ObservedReads(pool, observer=observer)
        info = {OBSERVER: observer, READS_OF_SESSION: partial(ObservedSessionReads, observer=observer)}
    redis = connect_redis(redis_url, observer)
    sessions = async_sessionmaker(engine, expire_on_commit=False, autoflush=False, info=info)
    try:
        uses = LastUses(sessions)
        states = SessionStates(reads, uses), TokenStates(reads, uses)
        loading = observer.loading if observer else None
        yield Stores(reads, sessions, redis, *states, url, engine, loading)
    finally:
        await redis.aclose()
        await engine.dispose()
        await pool.close()


def connect_arguments(url: str, **settings: str) -> dict[str, Any]:
    """How every connection is made: quick to give up, and never with more rights than the application's."""
    settings |= {"application_name": "plaza", "jit": "off"}
    if dsn.user_of(url) != APP_ROLE:
        # Signed in as somebody greater (a managed server's only user, say): step down at once.
        settings["role"] = APP_ROLE
    return {"timeout": 3, "command_timeout": 5, "server_settings": settings}
