"""Whatever is killed: what was committed is there after the next start, and nothing old runs on."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import asyncpg
import pytest
import redis

from server.local import LocalServers
from server.local.home import Home
from server.local.processes import _by_command, left_running
from server.local.users import User

pytestmark = pytest.mark.long

REPOSITORY = Path(__file__).parents[2]
APPLICATION = """
import os, signal, socket, sys, time
from pathlib import Path
from server.local import LocalServers

# A shell has what it starts in the background ignore Ctrl-C, and so would all below it.
signal.signal(signal.SIGINT, signal.default_int_handler)
servers = LocalServers(Path(sys.argv[1]), durable=True)
servers.start()
if sys.argv[2] != "started":
    servers.wait_ready()
if sys.argv[2] == "forked" and not os.fork():
    time.sleep(3600)
print(servers._supervisor.pid, flush=True)
try:
    sys.stdin.read()
except KeyboardInterrupt:
    for name in (".s.PGSQL.5432", "valkey.sock"):
        socket.socket(socket.AF_UNIX).connect(f"{servers.sockets}/{name}")
    servers.stop()
    print("finished in peace", flush=True)
"""


class Running(NamedTuple):
    application: subprocess.Popen[str]
    supervisor: int
    postmaster: int
    checkpointer: int
    backend: int
    valkey: int

    @property
    def all(self) -> set[int]:
        return {self.supervisor, self.postmaster, self.checkpointer, self.backend, self.valkey}


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServers]:
    servers = LocalServers(tmp_path_factory.mktemp("crashes"), durable=True)
    yield servers
    servers.erase()


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[str]]]:
    applications: list[subprocess.Popen[str]] = []
    yield applications
    for application in applications:
        application.kill()
        application.communicate()


def launch(folder: Path, until: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", APPLICATION, str(folder), until],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,  # a terminal of its own, as far as Ctrl-C goes
    )


def first_line(application: subprocess.Popen[str]) -> str:
    assert application.stdout
    return application.stdout.readline().strip()


async def run_and_commit(
    servers: LocalServers, started: list[subprocess.Popen[str]], word: str
) -> tuple[Running, asyncpg.Connection]:
    application = launch(servers.folder, "ready")
    started.append(application)
    supervisor = int(first_line(application))
    connection = await asyncpg.connect(servers.owner_url)
    await connection.execute("CREATE TABLE IF NOT EXISTS words (word text)")
    await connection.execute("INSERT INTO words VALUES ($1)", word)
    with redis.Redis.from_url(servers.redis_url, decode_responses=True) as valkey:
        valkey_pid = valkey.info("server")["process_id"]
    postmaster = int((home_of(servers) / "postgres" / "postmaster.pid").read_text().split()[0])
    superuser = await asyncpg.connect(servers.superuser_url)
    checkpointer = await superuser.fetchval("SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'")
    await superuser.close()
    backend = connection.get_server_pid()
    return Running(application, supervisor, postmaster, checkpointer, backend, valkey_pid), connection


def home_of(servers: LocalServers) -> Path:
    return (servers.folder / "servers").resolve()


def is_running(pid: int) -> bool:
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return state.stdout.strip()[:1] not in {"", "Z"}  # nobody may be there to reap the dead


def wait_until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def running_in(servers: LocalServers) -> list[int]:
    return left_running(Home(home_of(servers), User("", 0, 0)), servers.sockets)


VICTIMS: dict[str, Callable[[Running], list[int]]] = {
    "application": lambda it: [it.application.pid],
    "supervisor": lambda it: [it.supervisor, it.application.pid],
    "postmaster": lambda it: [it.postmaster, it.application.pid],
    "backend": lambda it: [it.backend, it.application.pid],
    "valkey": lambda it: [it.valkey, it.application.pid],
    "supervisor and postmaster": lambda it: [it.supervisor, it.postmaster, it.application.pid],
    "everything": lambda it: [it.application.pid, *it.all],
}


@pytest.mark.parametrize("victims", VICTIMS)
async def test_the_next_start_finds_every_committed_row_and_nothing_runs_twice(
    servers: LocalServers, started: list[subprocess.Popen[str]], victims: str
) -> None:
    running, connection = await run_and_commit(servers, started, victims)
    for pid in VICTIMS[victims](running):
        # Who lost their parent a moment ago may have ended before it is their turn.
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    with servers:
        assert [pid for pid in running.all if is_running(pid)] == []
        after = await asyncpg.connect(servers.owner_url)
        assert await after.fetchval("SELECT count(*) FROM words WHERE word = $1", victims) == 1
        await after.close()
        with redis.Redis.from_url(servers.redis_url) as valkey:
            assert valkey.ping()
    assert running_in(servers) == []
    assert not servers.sockets.exists()
    connection.terminate()


@pytest.mark.parametrize("victim", ["application", "supervisor"])
async def test_the_servers_do_not_wait_for_the_next_start_to_end(
    servers: LocalServers, started: list[subprocess.Popen[str]], victim: str
) -> None:
    if victim == "supervisor" and sys.platform != "linux":
        pytest.skip("only Linux tells a child that its parent died")
    running, connection = await run_and_commit(servers, started, victim)
    os.kill(running.application.pid if victim == "application" else running.supervisor, signal.SIGKILL)
    wait_until(lambda: not any(is_running(pid) for pid in running.all))
    connection.terminate()


async def test_the_servers_do_not_wait_for_a_forked_child_of_the_application(
    servers: LocalServers, started: list[subprocess.Popen[str]]
) -> None:
    application = launch(servers.folder, "forked")
    started.append(application)
    supervisor = int(first_line(application))
    application.kill()
    wait_until(lambda: not is_running(supervisor))
    os.killpg(application.pid, signal.SIGKILL)
    assert running_in(servers) == []


async def test_ctrl_c_leaves_the_servers_to_the_application(
    servers: LocalServers, started: list[subprocess.Popen[str]]
) -> None:
    running, connection = await run_and_commit(servers, started, "ctrl-c")
    os.killpg(running.application.pid, signal.SIGINT)
    assert first_line(running.application) == "finished in peace"
    assert running.application.wait() == 0
    assert [pid for pid in running.all if is_running(pid)] == []
    connection.terminate()


@pytest.mark.parametrize("victim", ["application", "supervisor"])
def test_a_start_killed_while_it_makes_the_cluster_leaves_nothing_in_the_way(
    tmp_path: Path, started: list[subprocess.Popen[str]], victim: str
) -> None:
    application = launch(tmp_path, "started")
    started.append(application)
    supervisor = int(first_line(application))
    servers = LocalServers(tmp_path, durable=False)
    home = home_of(servers)
    # Whoever looks too late kills a start that is over, which must be as harmless.
    wait_until(lambda: (home / "postgres.unfinished" / "base").exists() or (home / "postgres").exists())
    os.kill(supervisor if victim == "supervisor" else application.pid, signal.SIGKILL)
    with servers:
        assert not (home / "postgres.unfinished").exists()
    servers.erase()


def test_a_stale_pid_file_with_a_reused_number_is_seen_through(servers: LocalServers) -> None:
    with servers:
        pass
    data = home_of(servers) / "postgres"
    with subprocess.Popen(["sleep", "3600"], user=data.stat().st_uid) as stranger:
        lines = [str(stranger.pid), str(data), "1", "5432", str(servers.sockets), "", "1 1", "ready"]
        (data / "postmaster.pid").write_text("\n".join(lines) + "\n")
        with servers:
            assert stranger.poll() is None
        stranger.kill()


def test_the_servers_are_found_by_their_commands_where_there_is_no_proc(servers: LocalServers) -> None:
    with servers:
        postmaster = int((home_of(servers) / "postgres" / "postmaster.pid").read_text().split()[0])
        with redis.Redis.from_url(servers.redis_url, decode_responses=True) as valkey:
            expected = {postmaster, valkey.info("server")["process_id"]}
        assert set(_by_command(Home(home_of(servers), User("", 0, 0)), servers.sockets)) == expected
