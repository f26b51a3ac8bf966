"""A `plaza serve` of its own for tests that meet Plaza from outside."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

from server.demo import DEMO_PASSWORD, DEMO_USERNAME
from server.local import LocalServers
from tests.canaries import canaries

SIGN_IN = (
    f'mutation {{ login(input: {{usernameOrEmail: "{DEMO_USERNAME}", password: "{DEMO_PASSWORD}"}})'
    " { ... on LoginPayload { session { accessToken } } } }"
)
_SMALL = {"DEMO_PEOPLE": "40", "GRAPHIQL": "false"}
PLAZA = Path(sys.executable).parent / "plaza"


class Served:
    """One running `plaza serve`."""

    def __init__(self, process: "subprocess.Popen[str]", port: int, folder: Path | None = None) -> None:
        self.process = process
        self.port = port
        self.folder = folder  # where it keeps its own servers, if it has any
        self.said: list[str] = []
        self._listener = Thread(target=self._listen, daemon=True)

    def wait_ready(self) -> "Served":
        assert self.process.stdout
        for line in self.process.stdout:
            self.said.append(line)
            if line.startswith("Ready after"):
                self._listener.start()
                return self
        raise AssertionError("".join(self.said))

    def _listen(self) -> None:
        """It would stand still once what nobody reads has filled the pipe: some hundred requests."""
        assert self.process.stdout
        with self.process.stdout as saying:
            for line in saying:
                self.said.append(line)
                canaries.look("a server's output", line)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def seconds(self) -> tuple[float, float]:
        """How long it took to be ready, and how much of it importing took."""
        found = re.search(r"Ready after ([\d.]+) s, ([\d.]+) s", "".join(self.said))
        assert found
        return float(found[1]), float(found[2])

    def ask(self, query: str, token: str | None = None, *, ip: str | None = None, **variables: Any) -> Any:
        """What it answers; with `ip` it asks as a proxy does for somebody at that address."""
        headers = {"content-type": "application/json"}
        headers |= {"authorization": f"Bearer {token}"} if token else {}
        headers |= {"x-forwarded-for": ip} if ip else {}
        request = urllib.request.Request(
            f"{self.url}/graphql", json.dumps({"query": query, "variables": variables}).encode(), headers
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            told = answer.read()
        canaries.add_told(told.decode())
        return json.loads(told)

    def sign_in(self) -> str:
        """An access token of the demonstration person."""
        token: str = self.ask(SIGN_IN)["data"]["login"]["session"]["accessToken"]
        return token

    def order(self, *words: str) -> str:
        """What `plaza WORDS` says beside it, on the servers that it started."""
        assert self.folder
        done = subprocess.run(
            [PLAZA, *words], env=_given(self.folder), cwd="/", capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def end(self, request: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(request)
        return self.process.wait(timeout=120)

    def see_off(self) -> None:
        """Leaves neither a process nor a pipe."""
        if self.process.poll() is None:
            self.process.kill()
        if self._listener.ident is None:
            self.process.communicate()
        else:
            self.process.wait()
            self._listener.join()


@contextmanager
def serving(folder: Path, **environment: str) -> Iterator[Served]:
    port = free_port()
    process = subprocess.Popen(
        [PLAZA, "serve"],
        env={**_given(folder), **_SMALL, "PORT": str(port), **environment},
        cwd="/",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    served = Served(process, port, folder)
    try:
        yield served
    finally:
        served.see_off()


@contextmanager
def serving_briefly(**environment: str) -> Iterator[Served]:
    """In a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="plaza-serve-") as made:
        Path(made).chmod(0o755)
        try:
            with serving(Path(made), **environment) as served:
                yield served
                served.end()
        finally:
            LocalServers(Path(made), durable=True).erase()


def _given(folder: Path) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.endswith(("_URL", "_KEYS"))}
    return {**own, "PLAZA_FOLDER": str(folder)}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
