"""What the application and the tests get from servers of their own."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
import redis

from server.local import LocalServers, LocalServersError

pytestmark = pytest.mark.long

SETTINGS = {"track_commit_timestamp": "on", "max_connections": "37"}


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServers]:
    with LocalServers(tmp_path_factory.mktemp("local"), durable=False, settings=SETTINGS) as servers:
        yield servers
    servers.erase()


async def ask(url: str, statement: str, *values: object) -> list[tuple[object, ...]]:
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(statement, *values)]
    finally:
        await connection.close()


async def test_each_role_can_sign_in_and_none_is_mighty(servers: LocalServers) -> None:
    for url in (servers.database_url, servers.owner_url, servers.read_url):
        assert await ask(
            url,
            "SELECT rolcanlogin, rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls"
            " FROM pg_roles WHERE rolname = current_user",
        ) == [(True, False, False, False, False, False)]


async def test_the_owner_owns_the_database_and_the_superuser_can_make_more(servers: LocalServers) -> None:
    await ask(servers.superuser_url, "CREATE DATABASE copy TEMPLATE plaza OWNER plaza_owner")
    assert await ask(
        servers.url("plaza_owner", "copy"),
        "SELECT datname, datdba::regrole::text FROM pg_database"
        " WHERE datname IN ('copy', 'plaza') ORDER BY datname",
    ) == [("copy", "plaza_owner"), ("plaza", "plaza_owner")]


async def test_letters_of_every_script_are_letters(servers: LocalServers) -> None:
    connection = await asyncpg.connect(servers.owner_url)
    await connection.execute("CREATE EXTENSION pg_trgm")
    await connection.execute("CREATE TABLE words (word text)")
    await connection.execute("CREATE INDEX by_part ON words USING gin (word gin_trgm_ops)")
    await connection.execute(
        "INSERT INTO words SELECT 'word ' || n FROM generate_series(1, 500) n"
        " UNION ALL VALUES ('Duży żółw'), ('Привет мир')"
    )
    assert await connection.fetchval("SELECT cardinality(show_trgm('żółw'))") == 5
    assert await connection.fetchval("SELECT similarity('Привет', 'привет')") == 1
    await connection.execute("SET enable_seqscan = off")
    for part, word in (("%żół%", "Duży żółw"), ("%ПРИВЕТ%", "Привет мир")):
        assert await connection.fetchval("SELECT word FROM words WHERE word ILIKE $1", part) == word
        plan = await connection.fetch(f"EXPLAIN SELECT word FROM words WHERE word ILIKE '{part}'")
        assert "by_part" in str(plan)
    await connection.close()


async def test_the_locale_is_the_same_on_every_machine(servers: LocalServers) -> None:
    assert await ask(
        servers.database_url,
        "SELECT datlocprovider::text, datlocale, pg_encoding_to_char(encoding)"
        " FROM pg_database WHERE datname = current_database()",
    ) == [("b", "C.UTF-8", "UTF8")]


async def test_settings_are_ours_then_the_callers(servers: LocalServers) -> None:
    names = {
        "data_checksums": "on",
        "fsync": "off",
        "full_page_writes": "off",
        "jit": "off",
        "listen_addresses": "",
        "max_connections": "37",
        "shared_preload_libraries": "pg_stat_statements",
        "synchronous_commit": "off",
        "track_commit_timestamp": "on",
    }
    rows = await ask(
        servers.superuser_url, "SELECT name, setting FROM pg_settings WHERE name = any($1)", list(names)
    )
    assert sorted(rows) == sorted(names.items())


def test_valkey_has_room_for_every_worker_and_a_bound(servers: LocalServers) -> None:
    with redis.Redis.from_url(f"{servers.redis_url}?db=63", decode_responses=True) as valkey:
        assert valkey.ping()
        assert valkey.config_get("port", "databases", "maxmemory", "maxmemory-policy", "save") == {
            "port": "0",
            "databases": "64",
            "maxmemory": str(256 * 1024 * 1024),
            "maxmemory-policy": "volatile-ttl",
            "save": "",
        }


def test_the_sockets_are_short_and_private(servers: LocalServers) -> None:
    assert len(f"{servers.sockets}/.s.PGSQL.5432.lock") < 60
    assert stat.S_IMODE(servers.sockets.lstat().st_mode) == 0o700
    assert sorted(entry.name for entry in servers.sockets.iterdir()) == [
        ".s.PGSQL.5432",
        ".s.PGSQL.5432.lock",
        "valkey.sock",
    ]


async def test_the_address_does_not_depend_on_the_environment(
    servers: LocalServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("PGUSER", "eve")
    monkeypatch.setenv("PGHOST", "localhost")
    assert await ask(servers.database_url, "SELECT current_user::text") == [("plaza_app",)]


def test_a_folder_in_use_is_left_to_who_uses_it(servers: LocalServers) -> None:
    with pytest.raises(LocalServersError, match=rf"^Another Plaza \(process {os.getpid()}\) is using .+\.$"):
        LocalServers(servers.folder, durable=False).__enter__()
    with redis.Redis.from_url(servers.redis_url) as valkey:
        assert valkey.ping()


def test_nothing_is_left_after_stop_and_a_second_stop_is_harmless(tmp_path: Path) -> None:
    servers = LocalServers(tmp_path, durable=False)
    servers.stop()
    with servers:
        home = (tmp_path / "servers").resolve()
        pid = int((home / "postgres" / "postmaster.pid").read_text().split()[0])
    servers.stop()
    assert not servers.sockets.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    servers.erase()
    assert not home.exists()
    assert list(tmp_path.iterdir()) == []


def test_stop_interrupts_a_start(tmp_path: Path) -> None:
    servers = LocalServers(tmp_path, durable=False)
    servers.start()
    servers.stop()
    assert not servers.sockets.exists()
    with servers:
        pass
    servers.erase()


def test_only_a_started_server_gets_ready(tmp_path: Path) -> None:
    with pytest.raises(LocalServersError, match="not been started"):
        LocalServers(tmp_path, durable=False).wait_ready()


def test_starting_needs_the_standard_library_only() -> None:
    code = """if True:
        import sys
        import server.local
        print(*{name.split(".")[0] for name in sys.modules} - sys.stdlib_module_names)
    """
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(done.stdout.split()) == {"__main__", "server"}


@pytest.mark.parametrize("language", ["xx_YY", ""])
def test_an_odd_environment_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    odd = {
        "LC_ALL": language,
        "LANG": language,
        "TZ": "Nowhere/Land",
        "PGDATA": "/nowhere",
        "PGOPTIONS": "-c fsync=maybe",
        "PYTHONPATH": "/nowhere",
        "PYTHONWARNINGS": "error",
        "TMPDIR": "/nowhere",
    }
    for name, value in odd.items():
        monkeypatch.setenv(name, value)
    servers = LocalServers(tmp_path / "żółw with spaces", durable=False)
    with servers, redis.Redis.from_url(servers.redis_url) as valkey:
        assert valkey.ping()
    servers.erase()
