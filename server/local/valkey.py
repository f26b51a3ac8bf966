"""Running Valkey."""

import signal
import socket
from functools import partial
from pathlib import Path

from server.local.binaries import Binaries
from server.local.home import Home
from server.local.processes import Server, spawn


def start(home: Home, binaries: Binaries, sockets: Path) -> Server:
    address = sockets / "valkey.sock"
    log = home.path / "valkey.log"
    process = spawn(
        [
            binaries.valkey,
            *("--port", "0", "--unixsocket", address, "--unixsocketperm", "700", "--dir", home.valkey),
            *("--databases", "64"),  # one for each test worker
            # Nothing is kept: all of it can be had from PostgreSQL again, and a memory restored from a
            # second ago is worse than none, for it would vouch for cached answers that were outdated since.
            *("--save", "", "--appendonly", "no"),
            # Full, it drops what expires soonest: cached answers go before the tags that date them, which
            # live longer. allkeys-* might drop the tag and keep the answer; noeviction would refuse limits.
            *("--maxmemory", "256mb", "--maxmemory-policy", "volatile-ttl"),
        ],
        folder=home.valkey,
        log=log,
        on_orphaned=signal.SIGTERM,
    )
    return Server("Valkey", process, log, partial(_is_ready, address), (signal.SIGTERM,))


def _is_ready(address: Path, _: int) -> bool:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1.0)
        try:
            connection.connect(str(address))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False
