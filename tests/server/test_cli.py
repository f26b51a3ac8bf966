"""Commands that need no running server, or only a database."""

import asyncio
import errno
import os
import socket
import subprocess
import sys
from collections.abc import Awaitable
from pathlib import Path

import asyncpg
import pytest
from typer.testing import CliRunner

from schema.root import sdl
from server import migration
from server.cli import app
from server.mistakes import UserMistake, sentence
from server.settings import Settings
from tests.servers import Addresses, drop

PLAZA = Path(sys.executable).parent / "plaza"


@pytest.fixture
def runner() -> CliRunner:
    return CliRunner()


def test_exports_the_schema_without_any_store(tmp_path: Path) -> None:
    bare = {"PATH": os.environ["PATH"]}
    file = tmp_path / "schema.graphql"
    subprocess.run([PLAZA, "export-schema", "--path", file], env=bare, cwd=tmp_path, check=True)
    assert file.read_text() == sdl()
    assert list(tmp_path.iterdir()) == [file]


def test_check_fails_when_the_file_is_not_in_step(runner: CliRunner, tmp_path: Path) -> None:
    file = tmp_path / "schema.graphql"
    missing = runner.invoke(app, ["export-schema", "--check", "--path", str(file)])
    assert (missing.exit_code, file.exists()) == (1, False)
    file.write_text(sdl())
    assert runner.invoke(app, ["export-schema", "--check", "--path", str(file)]).exit_code == 0
    file.write_text(sdl() + "# changed by hand\n")
    changed = runner.invoke(app, ["export-schema", "--check", "--path", str(file)])
    assert changed.exit_code == 1
    assert "plaza export-schema" in changed.output


def test_the_committed_schema_is_in_step(runner: CliRunner) -> None:
    assert runner.invoke(app, ["export-schema", "--check"]).exit_code == 0


@pytest.fixture
def environment(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """This worker's stores, as a command finds them."""
    monkeypatch.setenv("DATABASE_URL", settings.database_url.get_secret_value())
    monkeypatch.setenv("MIGRATION_DATABASE_URL", settings.owner_url)
    monkeypatch.setenv("REDIS_URL", settings.redis_url.get_secret_value())
    monkeypatch.setenv("SIGNING_KEYS", settings.signing_keys.get_secret_value())


def test_doctor_finds_nothing_wrong(runner: CliRunner, environment: None) -> None:
    ran = runner.invoke(app, ["doctor"])
    assert ran.exit_code == 0, ran.output
    assert "wrong" not in ran.output


def test_doctor_is_content_without_redis_and_not_without_postgresql(
    runner: CliRunner, environment: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1")
    without_redis = runner.invoke(app, ["doctor"])
    assert (without_redis.exit_code, "slower, but serving" in without_redis.output) == (0, True)
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    assert runner.invoke(app, ["doctor"]).exit_code == 1


def test_migrates_an_empty_database_signed_in_as_somebody_greater(
    runner: CliRunner, environment: None, addresses: Addresses, monkeypatch: pytest.MonkeyPatch
) -> None:

    name = "plaza_migrated"
    url = addresses.superuser.format(database=name)
    asyncio.run(_create(addresses, name))
    try:
        monkeypatch.setenv("DATABASE_URL", url)
        monkeypatch.delenv("MIGRATION_DATABASE_URL")
        assert asyncio.run(migration.at(url)) is None
        for _ in range(2):
            assert runner.invoke(app, ["migrate"]).exit_code == 0
        assert asyncio.run(migration.at(url)) == migration.head()
        assert asyncio.run(_ask(url, _OWNER_OF_POSTS)) == "plaza_owner"
        assert asyncio.run(_ask(url, _STATISTICS)) == 1
    finally:
        asyncio.run(drop(addresses, name))


def test_leaves_a_database_alone_that_a_later_release_migrated(
    runner: CliRunner, environment: None, addresses: Addresses, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "plaza_later"
    url = addresses.superuser.format(database=name)
    asyncio.run(_create(addresses, name, "TEMPLATE plaza"))
    try:
        asyncio.run(_execute(url, "UPDATE alembic_version SET version_num = 'later'"))
        monkeypatch.setenv("DATABASE_URL", url)
        monkeypatch.delenv("MIGRATION_DATABASE_URL")
        migrated = runner.invoke(app, ["migrate"])
        assert (migrated.exit_code, "of a later release: nothing to do" in migrated.output) == (0, True)
        asyncio.run(migration.require_ours(url))
        assert asyncio.run(migration.at(url)) == "later"
    finally:
        asyncio.run(drop(addresses, name))


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(statement)
    await connection.close()


async def _create(addresses: Addresses, name: str, options: str = "") -> None:
    connection = await asyncpg.connect(addresses.superuser.format(database="postgres"))
    await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await connection.execute(f"CREATE DATABASE {name} {options}")
    await connection.close()


_OWNER_OF_POSTS = "SELECT tableowner FROM pg_tables WHERE tablename = 'posts'"
_STATISTICS = "SELECT count(*) FROM pg_extension WHERE extname = 'pg_stat_statements'"


async def _ask(url: str, question: str) -> object:
    connection = await asyncpg.connect(url)
    answer: object = await connection.fetchval(question)
    await connection.close()
    return answer


async def test_says_when_roles_are_missing_and_may_not_be_made(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await migration.prepare(settings.owner_url)
    monkeypatch.setattr(migration, "_ROLES", ("plaza_owner", "plaza_unheard_of"))
    with pytest.raises(migration.RolesMissing, match=r"run db/roles\.sql as a superuser") as missing:
        await migration.prepare(settings.owner_url)
    assert sentence(missing.value) == str(missing.value)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (UserMistake("Do this."), "Do this."),
        (asyncpg.CannotConnectNowError("it starts up"), "PostgreSQL cannot be reached: it starts up"),
        (PermissionError(errno.EACCES, "Permission denied", "/x"), "Permission is denied: /x."),
        (FileNotFoundError(errno.ENOENT, "No such file", "/x"), "There is no such file: /x."),
        (OSError(errno.EADDRINUSE, "Address already in use"), "The address is taken by another program."),
        (OSError(errno.ENOSPC, "No space left on device"), "No space is left on the disk."),
        (asyncpg.InvalidCatalogNameError('database "x" does not exist'), "PostgreSQL refuses the connection: "),
    ],
)
def test_what_a_person_can_mend_is_a_sentence(error: Exception, said: str) -> None:
    told = sentence(error)
    assert told is not None
    assert told.startswith(said)


async def test_only_what_befell_a_connection_of_postgresql_s_is_said_of_it() -> None:
    gone = await failure(asyncpg.connect("postgresql://nobody@127.0.0.1:1/nothing"))
    assert str(sentence(gone)).startswith("PostgreSQL cannot be reached: ")
    no_socket = await failure(asyncpg.connect("postgresql://nobody@/nothing?host=/nowhere"))
    assert str(sentence(no_socket)).startswith("PostgreSQL cannot be reached: ")
    other = await failure(asyncio.open_connection("127.0.0.1", 1))
    assert isinstance(other, ConnectionRefusedError)
    assert sentence(other) is None


async def test_a_postgresql_that_does_not_answer_is_said_to() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        asking = asyncpg.connect(f"postgresql://nobody@127.0.0.1:{silent.getsockname()[1]}/x", timeout=0.2)
        assert sentence(await failure(asking)) == "PostgreSQL cannot be reached: it does not answer"


async def failure(act: Awaitable[object]) -> OSError:
    with pytest.raises(OSError) as raised:
        await act
    return raised.value


@pytest.mark.parametrize("bug", [KeyError("x"), BrokenPipeError(errno.EPIPE, "Broken pipe")])
def test_a_bug_is_no_sentence(bug: Exception) -> None:
    assert sentence(bug) is None


def test_a_database_without_tables_is_one_sentence(
    runner: CliRunner, environment: None, addresses: Addresses, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "plaza_bare"
    asyncio.run(_create(addresses, name))
    try:
        monkeypatch.setenv("DATABASE_URL", addresses.app.format(database=name))
        monkeypatch.setenv("MIGRATION_DATABASE_URL", addresses.app.format(database=name))
        new = ["create-admin", "--username", "ada", "--email", "a@b.org", "--password", "correct horse battery"]
        for command in (["worker"], new):
            ran = runner.invoke(app, command)
            assert ran.exit_code == 1
            assert "plaza migrate" in ran.output
            assert "Traceback" not in ran.output
        looked = runner.invoke(app, ["doctor"])
        assert looked.exit_code == 1
        assert "the newest here is" in looked.output
    finally:
        asyncio.run(drop(addresses, name))


def test_says_what_became_of_an_administrator(
    runner: CliRunner, environment: None, services: object, capfd: pytest.CaptureFixture[str]
) -> None:
    given = [
        "create-admin",
        "--username",
        "root_ada",
        "--email",
        "ada@example.org",
        "--password",
        "correct horse b",
    ]
    assert "is an administrator." in runner.invoke(app, given).output
    assert "its password stays" in runner.invoke(app, given).output
    refused = runner.invoke(app, [*given, "--email", "operator@example.org"])
    assert refused.exit_code == 1
    assert "plaza set-role" in refused.output
    assert "Traceback" not in refused.output
