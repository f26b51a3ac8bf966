"""PostgreSQL and Valkey for a test run: started once, migrated once, cloned for each worker."""

import asyncio
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import asyncpg

from server import migration
from server.local import LocalServers

ROOT = Path(__file__).parent.parent
# The order in which two transactions committed is what some rules' tests ask for.
# Autovacuum would change plans, and what a statement touches, in the midst of whatever is counted.
_SETTINGS = {"track_commit_timestamp": "on", "max_connections": "200", "autovacuum": "off"}

# For a Redis that is there: a busy machine must not look like one that is away.
PATIENT = "socket_connect_timeout=5&socket_timeout=5&timeout=60"


@dataclass(frozen=True)
class Addresses:
    """Where a run's servers are; `{database}` in a URL stands for a database's name."""

    app: str
    owner: str
    superuser: str
    redis: str

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


class TestServers:
    """Both servers in a folder of their own, gone when the run ends."""

    __test__ = False

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="plaza-tests-")
        # To be entered by the unprivileged user that the servers run as when the tests are root's.
        Path(self._folder.name).chmod(0o755)
        self._servers = LocalServers(Path(self._folder.name), durable=False, settings=_SETTINGS)

    def start(self) -> Addresses:
        self._servers.start()
        self._servers.wait_ready()
        addresses = Addresses(
            app=self._servers.url("plaza_app", "{database}"),
            owner=self._servers.url("plaza_owner", "{database}"),
            superuser=self._servers.url("postgres", "{database}"),
            redis=self._servers.redis_url,
        )
        asyncio.run(_prepare(addresses))
        migration.upgrade(addresses.owner.format(database="plaza"))
        return addresses

    def stop(self) -> None:
        self._servers.erase()
        self._folder.cleanup()


async def clone(addresses: Addresses, name: str) -> None:
    """A database `name`, fresh from the migrated template."""
    connection = await asyncpg.connect(addresses.superuser.format(database="postgres"))
    try:
        await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE plaza OWNER plaza_owner")
    finally:
        await connection.close()


async def drop(addresses: Addresses, name: str) -> None:
    connection = await asyncpg.connect(addresses.superuser.format(database="postgres"))
    try:
        await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    finally:
        await connection.close()


async def _prepare(addresses: Addresses) -> None:
    connection = await asyncpg.connect(addresses.superuser.format(database="postgres"))
    try:
        await connection.execute((ROOT / "db" / "roles.sql").read_text())
        await connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
    finally:
        await connection.close()
