"""The process between the application and its servers, which outlives the one to end the others.

A process of its own, because it has to work after kill -9 of the application, on Linux and macOS, whatever
threads the application starts and children it forks. Against a kill of the supervisor itself stands the
kernel's parent-death signal on Linux; what still slips through is found and ended by the next start.
"""

import json
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from server.local import lock, postgres, valkey
from server.local.binaries import Binaries
from server.local.copies import clear_out
from server.local.errors import LocalServersError
from server.local.home import Home, claim, move_in
from server.local.lifeline import Cut, Lifeline
from server.local.processes import Server, end, end_orphans, last_words


def main() -> None:
    order = json.loads(_read_line())
    lifeline = Lifeline(order["parent"])
    try:
        with _servers(order, lifeline):
            _say("ready")
            lifeline.wait()
    except Cut:
        pass
    except LocalServersError as error:
        _give_up(str(error))
    except OSError as error:
        _give_up(f"The local servers cannot work with {error.filename or order['folder']}: {error.strerror}.")


@contextmanager
def _servers(order: dict[str, Any], lifeline: Lifeline) -> Iterator[None]:
    sockets, durable = Path(order["sockets"]), order["durable"]
    home, binaries = move_in(Path(order["folder"]), Binaries(Path(order["postgres"]), Path(order["valkey"])))
    with lock.locked(home.path / "lock", order["parent"], lifeline) as descriptor:
        end_orphans(home, sockets)
        clear_out(home.path, binaries)
        claim(sockets)
        started: list[Server] = []
        try:
            started.append(valkey.start(home, binaries, sockets))
            postgres.make(home, binaries, lifeline, durable=durable)
            started.append(postgres.start(home, binaries, sockets, durable=durable, settings=order["settings"]))
            _wait_until_ready(started, lifeline)
            yield
        finally:
            lock.say_leaving(descriptor)
            _leave(home, sockets, started)


def _leave(home: Home, sockets: Path, started: Sequence[Server]) -> None:
    end(started)
    end_orphans(home, sockets)  # backends of a postmaster that was killed
    shutil.rmtree(sockets, ignore_errors=True)


def _wait_until_ready(servers: Sequence[Server], lifeline: Lifeline) -> None:
    waiting = list(servers)
    while waiting:
        if lifeline.is_cut(patience=0.005):
            raise Cut
        for server in waiting:
            if server.process.poll() is not None:
                raise LocalServersError(
                    f"{server.name} ended while starting; its log says: {last_words(server.log)}"
                )
        waiting = [server for server in waiting if not server.is_ready(server.process.pid)]


def _read_line() -> bytes:
    """Byte by byte: what follows the line is the lifeline's."""
    line = b""
    while byte := os.read(0, 1):
        if byte == b"\n":
            return line
        line += byte
    sys.exit(1)


def _say(text: str) -> None:
    with suppress(BrokenPipeError):  # the application has ended; the lifeline will tell
        os.write(1, f"{text}\n".encode())


def _give_up(text: str) -> None:
    _say(text)
    sys.exit(1)
