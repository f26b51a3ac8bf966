"""`plaza doctor`: looks at everything Plaza rests on and says what is wrong with it."""

import asyncio
import platform
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

import asyncpg
from redis.exceptions import RedisError
from rich.markup import escape
from rich.table import Table

from db import statistics
from db.redis import connect
from db.statistics import ours
from server import migration, tables
from server.environment import environment
from server.settings import VERSION, Settings

_TOP_STATEMENTS: Final = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: `is_good` is `None` for what only matters in part."""

    what: str
    is_good: bool | None
    said: str


def run() -> bool:
    """Print every finding; false when Plaza cannot serve."""
    with environment() as where:
        where.wait_ready()
        findings = asyncio.run(_look(Settings()))
    table = Table("", "", "", box=None, show_header=False)
    for finding in findings:
        mark = {True: "[green]ok[/]", None: "[yellow]note[/]", False: "[red]wrong[/]"}[finding.is_good]
        first, *more = finding.said.splitlines()
        table.add_row(mark, finding.what, first)
        for line in more:
            table.add_row("", "", line)
    tables.show(table)
    return all(finding.is_good is not False for finding in findings)


async def _look(settings: Settings) -> list[Finding]:
    findings = [
        Finding("Plaza", True, f"{VERSION} on Python {platform.python_version()}, {settings.environment}"),
        Finding("Signing keys", True, f"{len(settings.keys)}, signing with {next(iter(settings.keys))}"),
        _mail(settings),
        await _redis(settings.redis_url.get_secret_value()),
    ]
    try:
        database = await asyncpg.connect(settings.database_url.get_secret_value(), timeout=3)
    except (OSError, asyncpg.PostgresError, TimeoutError) as error:
        return [*findings, Finding("PostgreSQL", False, f"cannot be reached: {type(error).__name__}")]
    try:
        return [*findings, *[finding async for finding in _database(database)]]
    finally:
        await database.close()


def _mail(settings: Settings) -> Finding:
    if (server := settings.smtp_server) is not None:
        return Finding("Mail", True, f"{server.scheme} to {server.hostname}:{server.port}")
    if settings.has_mailbox:
        return Finding("Mail", True, "kept at /mailbox")
    return Finding("Mail", None, "off: nobody can reset a password; set SMTP_URL")


async def _redis(url: str) -> Finding:
    redis = connect(url)
    try:
        server = await redis.info("server")
    except (RedisError, OSError) as error:
        return Finding("Redis", None, f"cannot be reached ({type(error).__name__}): slower, but serving")
    finally:
        await redis.aclose()
    return Finding("Redis", True, str(server.get("valkey_version") or server.get("redis_version")))


async def _database(database: asyncpg.Connection) -> AsyncIterator[Finding]:
    version = database.get_server_version()
    yield Finding("PostgreSQL", version.major >= 15, f"{version.major}.{version.minor}")
    yield await _role(database)
    yield await _revision(database)
    yield await _letters(database)
    if await database.fetchval(ours("SELECT to_regclass('queue.pgqueuer')")) is not None:
        failed = await database.fetchval(ours("SELECT count(*) FROM queue.pgqueuer WHERE status = 'failed'"))
        yield Finding("Jobs", None if failed else True, f"{failed} failed and kept")
    yield await _statements(database)


async def _role(database: asyncpg.Connection) -> Finding:
    name, is_super = await database.fetchrow(
        ours("SELECT rolname, rolsuper FROM pg_roles WHERE rolname = session_user")
    ) or ("unknown", False)
    if is_super:
        return Finding("Role", None, f"{name} is a superuser; sign in as plaza_app")
    timeout = await database.fetchval(ours("SHOW statement_timeout"))
    return Finding("Role", timeout != "0", f"{name}, statements end after {timeout}")


async def _revision(database: asyncpg.Connection) -> Finding:
    try:
        at = await database.fetchval(ours("SELECT version_num FROM alembic_version"))
    except asyncpg.UndefinedTableError:
        at = None
    is_good = None if migration.is_ahead(at) else not migration.is_behind(at)
    return Finding("Migrations", is_good, f"at {at}, the newest here is {migration.head()}")


async def _letters(database: asyncpg.Connection) -> Finding:
    # Without a UTF-8 LC_CTYPE trigram search finds nothing outside of ASCII.
    if await database.fetchval(ours("SELECT to_regprocedure('show_trgm(text)')")) is None:
        return Finding("Letters", False, "the extension pg_trgm is missing")
    finds = await database.fetchval(ours("SELECT 'żółw' <% 'mały żółw' AND lower('ŻÓŁW') = 'żółw'"))
    return Finding("Letters", finds, "search and case know every script" if finds else "LC_CTYPE is not UTF-8")


async def _statements(database: asyncpg.Connection) -> Finding:
    try:
        top = await statistics.top_statements(database, _TOP_STATEMENTS)
    except statistics.NoStatistics as missing:
        return Finding("Statements", None, str(missing))
    lines = [
        f"{each.seconds:.1f} s in {each.calls:,} calls, {each.seconds / each.calls * 1000:.1f} ms each: "
        f"{escape(statistics.short(each.sql))}"
        for each in top
    ]
    heading = "those that took most time in all" if lines else "none was counted yet"
    return Finding("Statements", True, "\n".join([heading, *lines]))
