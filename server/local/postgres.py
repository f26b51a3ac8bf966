"""Making a PostgreSQL cluster and running it."""

import locale
import os
import shutil
import signal
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from server.local.binaries import Binaries
from server.local.errors import LocalServersError
from server.local.home import Home
from server.local.lifeline import Lifeline
from server.local.processes import Server, is_alive, postmaster_of, run, spawn

_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "jit": "off",  # costs more than it saves on statements of a millisecond
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}
_THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_ROLES = """\
create role plaza_owner login
create role plaza_app login
create role plaza_read login
create database plaza owner plaza_owner
"""


def make(home: Home, binaries: Binaries, lifeline: Lifeline, *, durable: bool) -> None:
    """A cluster with our roles and our empty database; whoever finds the folder finds it complete."""
    if home.data.exists():
        return
    data = home.unfinished_data
    if data.exists():
        shutil.rmtree(data)
    for command, said in (_initdb(data, binaries, durable), ""), (_single(data, binaries, durable), _ROLES):
        run(command, said, folder=home.path, log=home.path / "making.log", lifeline=lifeline)
    data.rename(home.data)
    if durable:
        _flush(home.path)


def start(home: Home, binaries: Binaries, sockets: Path, *, durable: bool, settings: Mapping[str, str]) -> Server:
    _forget_reused_pid(home.data, sockets)
    chosen = _SETTINGS | _preloaded(binaries) | ({} if durable else _THROW_AWAY) | dict(settings)
    log = home.path / "postgres.log"
    process = spawn(
        [binaries.postgres_bin / "postgres", "-D", home.data, "-k", sockets, *_options(chosen)],
        folder=home.data,
        log=log,
        on_orphaned=signal.SIGINT,
    )
    # SIGINT disconnects everyone and checkpoints; SIGQUIT leaves it to the next start's recovery.
    return Server("PostgreSQL", process, log, partial(_is_ready, home.data), (signal.SIGINT, signal.SIGQUIT))


def _initdb(data: Path, binaries: Binaries, durable: bool) -> list[str | Path]:
    return [
        binaries.postgres_bin / "initdb",
        *("-D", data, "--username=postgres", "--auth=trust", "--no-instructions"),
        *("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
        # Beside the builtin provider this still tells pg_trgm what a letter is: under C, only ASCII is.
        f"--lc-ctype={_utf8_locale()}",
        *([] if durable else ["--no-sync"]),
    ]


def _single(data: Path, binaries: Binaries, durable: bool) -> list[str | Path]:
    """PostgreSQL for one person without a socket, who says one statement a line."""
    settings = {"exit_on_error": "on", **({} if durable else _THROW_AWAY)}
    return [binaries.postgres_bin / "postgres", "--single", "-D", data, *_options(settings), "postgres"]


def _utf8_locale() -> str:
    for name in ("C.UTF-8", "en_US.UTF-8", "C.utf8"):
        try:
            return locale.setlocale(locale.LC_CTYPE, name)  # of the supervisor alone, which does not care
        except locale.Error:
            continue
    raise LocalServersError("This system has no UTF-8 locale; install C.UTF-8 or en_US.UTF-8.")


def _preloaded(binaries: Binaries) -> dict[str, str]:
    found = any(binaries.postgres_lib.glob("pg_stat_statements.*"))
    return {"shared_preload_libraries": "pg_stat_statements"} if found else {}


def _options(settings: Mapping[str, str]) -> list[str]:
    return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]


def _is_ready(data: Path, pid: int) -> bool:
    """As pg_ctl sees it: the eighth line of the pid file."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"


def _forget_reused_pid(data: Path, sockets: Path) -> None:
    """After a reboot the number in a stale file may be another program's, which PostgreSQL takes for a rival.

    Only then is the file removed: PostgreSQL finds backends of a lost postmaster by it.
    """
    pid = postmaster_of(data)
    if pid is not None and is_alive(pid):
        for file in (data / "postmaster.pid", sockets / ".s.PGSQL.5432.lock"):
            file.unlink(missing_ok=True)


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
