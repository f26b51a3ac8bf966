"""Copies the demo network into an empty database, all of it or nothing."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import asyncpg

from db import dsn
from db.models import Row
from server.demo.tables import Table
from server.mistakes import UserMistake


@asynccontextmanager
async def opened(owner_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(dsn.normal(owner_url), server_settings={"application_name": "plaza-seed"})
    try:
        yield connection
    finally:
        await connection.close()


async def refuse_what_is_in_use(connection: asyncpg.Connection) -> None:
    """Raises `UserMistake` unless the tables are there and nobody is in them."""
    try:
        has_people = await connection.fetchval("SELECT EXISTS (SELECT FROM users)")
    except asyncpg.UndefinedTableError:
        raise UserMistake("The database has no tables yet: run `plaza migrate` first.") from None
    if has_people:
        raise UserMistake("The database already has people in it; the demo network is made only in an empty one.")


async def load(connection: asyncpg.Connection, tables: list[Table], loaded: Callable[[int], None]) -> None:
    """One transaction; `loaded` hears how many rows each table got."""
    async with connection.transaction():
        # A network of any size takes as long as it takes, whichever role does it.
        await connection.execute("SET LOCAL statement_timeout = 0")
        await connection.execute("LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE")
        await refuse_what_is_in_use(connection)
        for table in tables:
            await connection.copy_records_to_table(_name(table.model), records=table.rows, columns=table.columns)
            loaded(len(table.rows))
    await connection.execute(f"ANALYZE {', '.join(_name(table.model) for table in tables)}")


def _name(model: type[Row]) -> str:
    return str(model.__tablename__)
