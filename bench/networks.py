"""Demonstration networks of several sizes, seeded once and kept; every run gets a fresh copy of its own."""

import asyncio
import hashlib
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import asyncpg

from server import demo, migration
from server.demo.progress import shown
from server.environment import FOLDER
from server.local import LocalServers

# The same moment at every seeding, so that the same code makes the same rows.
MOMENT: Final = datetime(2026, 11, 1, tzinfo=UTC)
SIGNING_KEY: Final = "0123456789abcdef" * 2
_ROOT = Path(__file__).parent.parent
_MADE_BY = ("server/demo", "migrations/versions")
_SETTLES_WITHIN: Final = 60
_UNSETTLED = """
SELECT count(*) FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relallvisible < relpages
"""


@dataclass(frozen=True)
class Network:
    """One run's copy of a network, and the stores it lies in."""

    people: int
    url: str
    owner_url: str
    redis_url: str

    @property
    def environment(self) -> dict[str, str]:
        """What a Plaza needs to serve it, without GraphiQL: building that beside the first requests costs more."""
        return {
            "GRAPHIQL": "false",
            "DATABASE_URL": self.url,
            "MIGRATION_DATABASE_URL": self.owner_url,
            "REDIS_URL": self.redis_url,
            "SIGNING_KEYS": f"bench:{SIGNING_KEY}",
        }


@contextmanager
def stores(settings: Mapping[str, str] | None = None) -> Iterator[LocalServers]:
    """PostgreSQL and Valkey for measuring, apart from those of `plaza serve`; `settings` are PostgreSQL's."""
    folder = FOLDER / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    say(f"Starting PostgreSQL and Valkey in {folder} ...")
    with LocalServers(folder, durable=True, settings=settings) as servers:
        yield servers


def copy_of(servers: LocalServers, people: int, *, number: int = 1) -> Network:
    """A network of so many people as it was after seeding, with nothing of earlier runs in it.

    Who is measured beside another on the same network takes the copy of the next `number`.
    """
    kept = f"kept_{people}_{_fingerprint()}"
    if not asyncio.run(_exists(servers, kept)):
        _seed(servers, people, kept)
    say(f"Copying the network of {people:,} people ...")
    name = f"run_{people}_{number}"
    asyncio.run(
        _execute(
            servers,
            f"DROP DATABASE IF EXISTS {name} WITH (FORCE)",
            f"CREATE DATABASE {name} TEMPLATE {kept} OWNER plaza_owner STRATEGY FILE_COPY",
        )
    )
    return Network(people, servers.url("plaza_app", name), servers.url("plaza_owner", name), servers.redis_url)


def say(what: str) -> None:
    """Tell whoever waits what is being done; standard output is for the figures."""
    print(what, file=sys.stderr, flush=True)


def database_pid(servers: LocalServers) -> int:
    """PostgreSQL's first process, the parent of all its others."""
    return int((_home(servers) / "postgres" / "postmaster.pid").read_text().split()[0])


def database_log(servers: LocalServers) -> Path:
    """Where PostgreSQL writes what it logs."""
    return _home(servers) / "postgres.log"


def _home(servers: LocalServers) -> Path:
    return servers.folder / "servers"


def _fingerprint() -> str:
    """Of the code that makes a network: when it changes, what was kept is stale."""
    files = (file for folder in _MADE_BY for file in sorted((_ROOT / folder).glob("*.py")))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


def _seed(servers: LocalServers, people: int, kept: str) -> None:
    say(f"Making a network of {people:,} people, kept for later runs ...")
    asyncio.run(_forget_stale(servers, people))
    making = f"making_{people}"
    asyncio.run(
        _execute(
            servers,
            f"DROP DATABASE IF EXISTS {making} WITH (FORCE)",
            f"CREATE DATABASE {making} OWNER plaza_owner",
        )
    )
    asyncio.run(migration.prepare(servers.url("postgres", making)))
    owner_url = servers.url("plaza_owner", making)
    migration.upgrade(owner_url)
    with shown() as progress:
        asyncio.run(demo.seed(owner_url, people=people, now=MOMENT, progress=progress))
    say("Letting PostgreSQL count and tidy what was written ...")
    asyncio.run(settle(servers.url("postgres", making)))
    # A name of its own only now: whoever finds it finds it whole.
    asyncio.run(_execute(servers, f"ALTER DATABASE {making} RENAME TO {kept}"))


async def settle(superuser_url: str) -> None:
    """Statistics, visibility map and free space as autovacuum would leave them, so that plans are no accident.

    Raises `TimeoutError` when a transaction that still runs keeps rows from being seen by all.
    """
    connection = await asyncpg.connect(superuser_url)
    try:
        async with asyncio.timeout(_SETTLES_WITHIN):
            # A backend that has not quite gone holds back the rows that it wrote, and index-only scans with them.
            while True:
                await connection.execute("VACUUM (FREEZE, ANALYZE)")
                if not await connection.fetchval(_UNSETTLED):
                    return
                await asyncio.sleep(0.1)
    finally:
        await connection.close()


async def _forget_stale(servers: LocalServers, people: int) -> None:
    connection = await asyncpg.connect(servers.superuser_url)
    try:
        pattern = f"kept\\_{people}\\_%"
        for row in await connection.fetch("SELECT datname FROM pg_database WHERE datname LIKE $1", pattern):
            await connection.execute(f"DROP DATABASE {row['datname']} WITH (FORCE)")
    finally:
        await connection.close()


async def _exists(servers: LocalServers, name: str) -> bool:
    connection = await asyncpg.connect(servers.superuser_url)
    try:
        return bool(await connection.fetchval("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name))
    finally:
        await connection.close()


async def _execute(servers: LocalServers, *statements: str) -> None:
    connection = await asyncpg.connect(servers.superuser_url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()
