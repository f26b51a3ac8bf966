"""How Alembic reaches the database: as its owner, one transaction a step, never waiting long for a lock."""

import asyncio

import asyncpg
from alembic import context
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from db import dsn
from db.models import Row
from server.migration import OWNER_ROLE
from server.settings import DatabaseSettings

# Somebody else's lock is waited for this long and no longer, so that a migration never queues all traffic
# behind itself; building an index may take its time.
_TIMEOUTS = {"lock_timeout": "5s", "statement_timeout": "15min"}


def _include(_object: object, name: str | None, kind: str, *_: object) -> bool:
    return not (kind == "table" and name == "alembic_version")


def _configure(**options: object) -> None:
    context.configure(
        target_metadata=Row.metadata,
        compare_server_default=True,
        transaction_per_migration=True,
        include_object=_include,
        **options,  # type: ignore[arg-type]
    )


def _run(connection: Connection) -> None:
    _configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()


async def _online(url: str) -> None:
    settings = dict(_TIMEOUTS)
    if dsn.user_of(url) != OWNER_ROLE:
        # Signed in as somebody greater: what is made belongs to the owner all the same.
        settings["role"] = OWNER_ROLE
    engine = create_async_engine(
        "postgresql+asyncpg://",
        poolclass=NullPool,
        async_creator=lambda *_, **__: asyncpg.connect(dsn.normal(url), server_settings=settings),
    )
    async with engine.connect() as connection:
        await connection.run_sync(_run)
        await connection.commit()


def main() -> None:
    if context.is_offline_mode():
        _configure(dialect_name="postgresql", literal_binds=True)
        with context.begin_transaction():
            context.run_migrations()
        return
    asyncio.run(_online(context.config.attributes.get("url") or DatabaseSettings().owner_url))


main()
