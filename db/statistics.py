"""What PostgreSQL knows of its own work: its most costly statements, and the queue of jobs."""

import re
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from db.queue import SETTINGS

Connection: TypeAlias = "asyncpg.Connection[Any] | PoolConnectionProxy[Any]"

# At the end, since PostgreSQL drops a comment before the first word.
MARK: Final = "/* plaza looks at itself */"


def ours(sql: str) -> str:
    """A statement that looks at Plaza and is none of its work: `top_statements` passes it over."""
    return f"{sql.strip()} {MARK}"


# The application sees its own statements without any right more: those of other roles stay theirs.
_TOP = ours(f"""
SELECT queryid, min(query) AS sql, sum(calls)::bigint AS calls, sum(rows)::bigint AS rows,
       sum(total_exec_time) / 1000 AS seconds
FROM pg_stat_statements
WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND userid = 'plaza_app'::regrole AND queryid IS NOT NULL AND query NOT LIKE '%{MARK}'
GROUP BY queryid ORDER BY seconds DESC LIMIT $1
""")  # noqa: S608 - a constant of ours

_WAITING = f"""
SELECT entrypoint AS name, status::text, count(*) AS number,
       coalesce(extract(epoch FROM now() - min(execute_after) FILTER (WHERE execute_after <= now())), 0)::float8
           AS oldest
FROM {SETTINGS.db_schema}.pgqueuer GROUP BY 1, 2
"""  # noqa: S608 - a constant of ours


@dataclass(frozen=True, slots=True)
class StatementCost:
    """One statement since the statistics began."""

    queryid: int
    sql: str
    calls: int
    rows: int
    seconds: float


@dataclass(frozen=True, slots=True)
class JobCount:
    """Jobs of one name in one status, and for how many seconds the oldest of them has been due."""

    name: str
    status: str
    number: int
    oldest: float


class NoStatistics(Exception):
    """Its text says what is missing."""


async def top_statements(connection: Connection, most: int) -> list[StatementCost]:
    """The application's statements that took most time in all; raises `NoStatistics`."""
    if await connection.fetchval(ours("SELECT to_regclass('pg_stat_statements')")) is None:
        raise NoStatistics("The extension is missing: CREATE EXTENSION pg_stat_statements, as a superuser.")
    try:
        rows = await connection.fetch(_TOP, most)
    except asyncpg.ObjectNotInPrerequisiteStateError:
        raise NoStatistics(
            "The server does not load pg_stat_statements: name it in shared_preload_libraries."
        ) from None
    return [StatementCost(*row) for row in rows]


async def jobs(connection: Connection) -> list[JobCount]:
    """Every job that waits, runs, or failed for good and was kept."""
    return [JobCount(*row) for row in await connection.fetch(_WAITING)]


def short(sql: str, most: int = 100) -> str:
    """A statement on one line, without the columns that make it long."""
    return re.sub(r"\bSELECT .*? FROM\b", "SELECT … FROM", " ".join(sql.split()))[:most]
