"""What an operation asked of PostgreSQL, by PostgreSQL's own count."""

import asyncio
from dataclasses import dataclass
from typing import Any, TypeVar

import asyncpg

from db.reads import PoolReads, Read

_READ = """
SELECT calls, rows, shared_blks_hit + shared_blks_read AS buffers, query FROM pg_stat_statements
WHERE dbid = (SELECT oid FROM pg_database WHERE datname = $1) AND userid = 'plaza_app'::regrole
    -- What asyncpg asks once a connection, at its first array or address, is not the document's doing.
    AND query NOT LIKE 'WITH RECURSIVE typeinfo_tree%' AND query NOT LIKE '%set_config(%'
    -- Of these, sent as prepared statements, the extension counts the first of a connection only.
    AND query !~ '^(SET|SAVEPOINT|RELEASE|ROLLBACK TO) '
"""
_RESET = """
SELECT pg_stat_statements_reset('plaza_app'::regrole, (SELECT oid FROM pg_database WHERE datname = $1), 0)
"""

R = TypeVar("R")
# Turns of the loop in which every branch of a document gets from one load to the next.
_TURNS = 50


@dataclass(frozen=True, order=True)
class Ran:
    """A statement: how often it ran, the rows that came back, and the pages of shared memory it touched."""

    calls: int
    rows: int
    buffers: int
    query: str


class Meter:
    """Counts what PostgreSQL itself was asked by the application's role in this worker's database."""

    def __init__(self, connection: "asyncpg.Connection[asyncpg.Record]", database: str) -> None:
        self._connection = connection
        self._database = database

    async def start(self) -> None:
        await self._connection.execute(_RESET.replace("$1", f"'{self._database}'"))

    async def read(self) -> list[Ran]:
        """What ran since the start, by statement."""
        rows = await self._connection.fetch(_READ, self._database)
        return sorted(
            Ran(row["calls"], row["rows"], row["buffers"], " ".join(row["query"].split())[:100]) for row in rows
        )


class InStep:
    """Reads whose answers arrive together, level by level.

    On the pool two branches of a document race, and the loads that they share are one statement or two as it
    happens. That number has a bound and nothing to do with the rows; here it is the same in every run.
    """

    def __init__(self, reads: PoolReads) -> None:
        self.pool = reads.pool
        self._reads = reads
        self._asked: list[tuple[asyncio.Future[list[Any]], Read[Any], dict[str, Any]]] = []
        self._level: asyncio.Task[None] | None = None

    async def fetch(self, statement: Read[R], **values: Any) -> list[R]:
        answer: asyncio.Future[list[R]] = asyncio.get_running_loop().create_future()
        self._asked.append((answer, statement, values))
        self._level = self._level or asyncio.create_task(self._run())
        return await answer

    async def _run(self) -> None:
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        level, self._asked, self._level = self._asked, [], None
        answers = [await self._reads.fetch(statement, **values) for _, statement, values in level]
        for (waiting, _, _), rows in zip(level, answers, strict=True):
            waiting.set_result(rows)
