"""A database emptied between tests: nothing is left in it, not even what the planner could tell."""

from dataclasses import dataclass

import asyncpg

from db.models import Row
from tests.servers import Addresses

TABLES = [table.name for table in Row.metadata.sorted_tables]
QUEUE = "queue.pgqueuer"

# TRUNCATE makes a new file for each table and each index, which is ten times the work of deleting a test's rows.
# Yet deleted rows still fill pages. Up to the tenth the planner cannot tell, for it takes any table that was never
# analyzed for one of ten pages at least (`table_block_relation_estimate_size` in PostgreSQL's tableam.c).
_TELLS = """
SELECT EXISTS (SELECT FROM pg_class WHERE oid = ANY ($1::text[]::regclass[])
    AND (reltuples >= 0 OR pg_relation_size(oid) > 10 * current_setting('block_size')::int))
"""


@dataclass(frozen=True)
class Tables:
    """Empties tables over a superuser's connection, on which no foreign key and no trigger is looked at."""

    connection: "asyncpg.Connection[asyncpg.Record]"

    @classmethod
    async def connect(cls, addresses: Addresses, database: str) -> "Tables":
        url = addresses.superuser.format(database=database)
        settings = {"session_replication_role": "replica", "lock_timeout": "5s"}
        return cls(await asyncpg.connect(url, server_settings=settings))

    async def empty(self, *names: str) -> None:
        """These tables, or all of them."""
        names = names or (*TABLES, QUEUE)
        if await self.connection.fetchval(_TELLS, names):
            await self.connection.execute(f"TRUNCATE {', '.join(names)}")
        else:
            # Transactions that still write come first, as with TRUNCATE: of what they commit nothing is left.
            lock = f"LOCK {', '.join(names)} IN SHARE ROW EXCLUSIVE MODE"
            await self.connection.execute("; ".join([lock, *(f"DELETE FROM {name}" for name in names)]))
