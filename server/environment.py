"""Where a command finds its stores: in the environment, or on this machine's own servers.

Imports stay light: this runs before anything else of `plaza serve`.
"""

import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from dotenv import dotenv_values

from server.local import LocalServers
from server.mistakes import UserMistake


def given() -> dict[str, str | None]:
    """What is set: in the environment, or else in a file `.env`."""
    return {**dotenv_values(".env"), **os.environ}


# Everything that belongs to this machine alone: the local servers' data and a signing key.
FOLDER: Final = Path(given().get("PLAZA_FOLDER") or Path(__file__).parent.parent / ".plaza").absolute()


class Environment:
    """The settings of one command; `servers` are the ones it started, if any."""

    def __init__(self, servers: LocalServers | None, *, is_local: bool) -> None:
        self.servers = servers
        self.is_local = is_local

    def wait_ready(self) -> None:
        """Block until the servers started here answer; raises `LocalServersError` when they will not."""
        if self.servers is not None:
            self.servers.wait_ready()


@contextmanager
def environment() -> Iterator[Environment]:
    """Fill in what is not set: local addresses and a signing key; start local servers unless they run."""
    if not _may_start_servers(given()):
        yield Environment(None, is_local=False)
        return
    try:
        FOLDER.mkdir(exist_ok=True)
    except OSError as error:
        raise UserMistake(f"The folder {FOLDER} cannot be made ({error.strerror}): set PLAZA_FOLDER.") from None
    servers = LocalServers(FOLDER, durable=True)
    running = _answers(servers)
    if not running:
        servers.start()
    said = given()
    # One of the two may be somebody else's: a database named by the person is never seeded or owned by us.
    has_own_database = "DATABASE_URL" not in said
    _fill(servers, said, has_own_database=has_own_database)
    try:
        yield Environment(None if running else servers, is_local=has_own_database)
    finally:
        if not running:
            servers.stop()


def _may_start_servers(said: dict[str, str | None]) -> bool:
    # Only a developer's machine has servers of its own; what is missing anywhere else, the settings say.
    is_development = (said.get("ENVIRONMENT") or "development") == "development"
    return is_development and not {"DATABASE_URL", "REDIS_URL"} <= set(said)


def _fill(servers: LocalServers, said: dict[str, str | None], *, has_own_database: bool) -> None:
    defaults = {"REDIS_URL": servers.redis_url}
    if has_own_database:
        defaults |= {"DATABASE_URL": servers.database_url, "MIGRATION_DATABASE_URL": servers.owner_url}
        defaults["SIGNING_KEYS"] = _signing_key()
        defaults["DEMO_LOGIN"] = defaults["DEMO_PROVIDERS"] = "true"
    for name, value in defaults.items():
        if name not in said:
            os.environ[name] = value


def _signing_key() -> str:
    """A key of this installation's own, kept so that sign-ins outlive a restart."""
    file = FOLDER / "signing_key"
    if not file.exists():
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as opened:
            opened.write(f"local:{secrets.token_urlsafe(32)}")
    return file.read_text()


def _answers(servers: LocalServers) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(f"{servers.sockets}/.s.PGSQL.5432") == 0
