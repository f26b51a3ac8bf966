"""PostgreSQL killed under the pool of reads: what ran then fails, and reads come back by themselves."""

import asyncio
import os
import signal
from collections.abc import Iterator

import asyncpg
import pytest
from sqlalchemy import Text, func, select

from db.connections import Connections
from db.reads import PoolReads, read
from server.local import LocalServers

BACKEND = read(int, select(func.pg_backend_pid().label("pid")))
ASLEEP = read(str, select(func.pg_sleep(60).cast(Text).label("nothing")))
AT_ONCE = 3


@pytest.fixture
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServers]:
    """A PostgreSQL of its own: that of the run is everybody's."""
    servers = LocalServers(tmp_path_factory.mktemp("killed"), durable=True)
    with servers:
        yield servers
    servers.erase()


async def test_reads_come_back_by_themselves_after_postgresql_was_killed(servers: LocalServers) -> None:
    url = servers.superuser_url
    pool = Connections(lambda: asyncpg.connect(url, timeout=30), most=AT_ONCE, patience=30)
    reads = PoolReads(pool)
    before = {pid for (pid,) in await asyncio.gather(*(reads.fetch(BACKEND) for _ in range(AT_ONCE)))}
    assert len(before) == AT_ONCE
    running = asyncio.create_task(reads.fetch(ASLEEP))
    await asyncio.sleep(0.1)

    os.kill(_postmaster(servers), signal.SIGKILL)
    with pytest.raises(asyncpg.PostgresError):
        await running
    await asyncio.to_thread(servers.stop)
    with pytest.raises((OSError, asyncpg.PostgresError)):
        await reads.fetch(BACKEND)

    await asyncio.to_thread(servers.start)
    await asyncio.to_thread(servers.wait_ready)
    after = {pid for (pid,) in await asyncio.gather(*(reads.fetch(BACKEND) for _ in range(AT_ONCE)))}
    assert len(after) == AT_ONCE
    assert (pool.size, pool.idle) == (AT_ONCE, AT_ONCE)
    await pool.close()


def _postmaster(servers: LocalServers) -> int:
    return int((servers.folder / "servers" / "postgres" / "postmaster.pid").read_text().split()[0])
