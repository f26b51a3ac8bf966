"""Starting, ending and finding again the processes of one home."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

from server.local.errors import LocalServersError
from server.local.home import Home
from server.local.lifeline import Cut, Lifeline

try:
    import ctypes
except ImportError:  # a Python built without libffi; then the next start ends what a killed supervisor left
    ctypes = None  # type: ignore[assignment]

# Nothing of the caller's: PGOPTIONS, LD_PRELOAD or a locale that does not exist would reach the servers.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
_PR_SET_PDEATHSIG = 1
# Ending takes a tenth of a second, except that PostgreSQL 18 never ends when it is asked to while it recovers
# from a killed backend. Asked harder it ends at once, and the next start's recovery loses nothing.
_PATIENCE = 3.0

_libc = ctypes.CDLL(None) if ctypes and sys.platform == "linux" else None


class Server(NamedTuple):
    name: str
    process: subprocess.Popen[bytes]
    log: Path
    is_ready: Callable[[int], bool]  # given the process id
    stop_signals: Sequence[signal.Signals]


def spawn(
    command: Sequence[str | Path],
    said: str = "",
    *,
    folder: Path,
    log: Path,
    on_orphaned: signal.Signals,
) -> subprocess.Popen[bytes]:
    """Starts a program that reads `said` and writes to `log` only; folder and log are what it is found by."""
    with suppress(FileNotFoundError):
        log.replace(log.with_name(f"{log.name}.previous"))
    with log.open("wb") as output:
        try:
            process = subprocess.Popen(  # noqa: S603  # programs and arguments are ours
                command,
                cwd=folder,
                env=ENVIRONMENT,
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                preexec_fn=partial(_end_with_parent, os.getpid(), on_orphaned),
            )
        except OSError as error:
            raise LocalServersError(f"{command[0]} does not run here: {error.strerror}.") from None
    assert process.stdin
    with process.stdin, suppress(BrokenPipeError):
        process.stdin.write(said.encode())
    return process


def run(command: Sequence[str | Path], said: str, *, folder: Path, log: Path, lifeline: Lifeline) -> None:
    process = spawn(command, said, folder=folder, log=log, on_orphaned=signal.SIGKILL)
    while process.poll() is None:
        if lifeline.is_cut(patience=0.005):
            process.kill()
            process.wait()
            raise Cut
    if process.returncode != 0:
        raise LocalServersError(f"{Path(command[0]).name} failed; its log says: {last_words(log)}")


def last_words(log: Path) -> str:
    """The last lines that name a fault, or else just the last."""
    lines = log.read_text(errors="replace").strip().splitlines() or ["nothing"]
    faults = [line for line in lines if re.search(r"(PANIC|FATAL|ERROR|HINT|error):  ?", line)]
    return " / ".join((faults or lines)[-3:])


def end(servers: Sequence[Server]) -> None:
    """Asks all of them at once, then waits; who does not listen is asked less politely."""
    for server in servers:
        server.process.send_signal(server.stop_signals[0])
    for server in servers:
        for harder in (*server.stop_signals[1:], signal.SIGKILL):
            try:
                server.process.wait(_PATIENCE)
                break
            except subprocess.TimeoutExpired:
                server.process.send_signal(harder)
        server.process.wait()


def end_orphans(home: Home, sockets: Path) -> None:
    """Ends what a killed run left behind. The caller holds the home's lock, so nobody uses any of it."""
    running = partial(left_running, home, sockets)
    postmaster = postmaster_of(home.data)
    if postmaster is not None and postmaster in running():
        _ask_to_end(postmaster, (signal.SIGINT, signal.SIGQUIT), running)
    # The rest has nothing to save: backends without a postmaster, a Valkey without persistence, an initdb.
    # Only never SIGINT: an orphaned checkpointer would take it for a clean shutdown.
    for pid in running():
        _ask_to_end(pid, (signal.SIGKILL,), running)
    if left := running():
        raise LocalServersError(f"Servers of an earlier run do not end: process {', '.join(map(str, left))}.")


def postmaster_of(data: Path) -> int | None:
    try:
        return int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def left_running(home: Home, sockets: Path) -> list[int]:
    return _by_open_files(home.path) if sys.platform == "linux" else _by_command(home, sockets)


def _by_open_files(home: Path) -> list[int]:
    """Known by working folder and standard error, both in the home; a number may be another's by now."""
    inside = f"{home}/"
    found = []
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            with suppress(OSError):  # ended meanwhile, or somebody else's
                links = os.readlink(f"{entry.path}/cwd"), os.readlink(f"{entry.path}/fd/2")
                if all(link.startswith(inside) for link in links):
                    found.append(int(entry.name))
    return found


def _by_command(home: Home, sockets: Path) -> list[int]:
    """Where there is no /proc. Misses backends, which end by themselves without a postmaster."""
    ours = (
        f"/postgres -D {home.data} ",
        f"/initdb -D {home.unfinished_data} ",
        f"-server unixsocket:{sockets}/",
    )
    listed = subprocess.run(["ps", "-axo", "pid=,command="], capture_output=True, env=ENVIRONMENT, check=True)  # noqa: S607  # wherever ps is
    lines = (line.strip() for line in os.fsdecode(listed.stdout).splitlines())
    return [int(line.split()[0]) for line in lines if any(mark in f"{line} " for mark in ours)]


def _ask_to_end(pid: int, signals: Sequence[signal.Signals], running: Callable[[], Sequence[int]]) -> None:
    for request in signals:
        with suppress(ProcessLookupError):
            os.kill(pid, request)
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            if pid not in running():
                return
            time.sleep(0.01)


def _end_with_parent(parent: int, request: signal.Signals) -> None:
    """The kernel's promise is bound to the thread that asks; the supervisor has only one."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, request.value, 0, 0, 0)
        if os.getppid() != parent:  # it was killed before the promise
            os._exit(1)
