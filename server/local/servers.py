"""The application's side: starts the supervisor, waits for its word, gives the addresses."""

import hashlib
import json
import os
import selectors
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from server.local import binaries
from server.local.errors import LocalServersError

_CODE = Path(__file__).resolve().parents[2]
_SUPERVISOR = "from server.local.supervisor import main; main()"
_STOP_PATIENCE = 30.0  # longer than the supervisor's own, which ends in SIGKILL


class LocalServers:
    """PostgreSQL and Valkey with their data in `folder`, alive as long as this process.

    `durable` data survives a power cut; without it, only for tests, nothing is flushed to disk.
    `settings` are PostgreSQL's own and win over ours.
    """

    def __init__(self, folder: Path, *, durable: bool, settings: Mapping[str, str] | None = None) -> None:
        self.folder = folder.resolve()
        self.durable = durable
        self.settings = dict(settings or {})
        # Short, because a socket's whole path has to fit into 103 bytes; the supervisor guards the name.
        digest = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]
        self.sockets = Path("/tmp") / f"plaza-{digest}"  # noqa: S108  # TMPDIR is long on macOS
        self._supervisor: subprocess.Popen[bytes] | None = None
        self._is_ready = False

    def url(self, role: str, database: str = "plaza") -> str:
        # The port is part of the socket's name; unsaid, it would come from the environment's PGPORT.
        return f"postgresql://{role}@/{database}?host={self.sockets}&port=5432"

    @property
    def database_url(self) -> str:
        return self.url("plaza_app")

    @property
    def owner_url(self) -> str:
        return self.url("plaza_owner")

    @property
    def read_url(self) -> str:
        return self.url("plaza_read")

    @property
    def superuser_url(self) -> str:
        return self.url("postgres", "postgres")

    @property
    def redis_url(self) -> str:
        return f"unix://{self.sockets}/valkey.sock"

    def start(self) -> None:
        """Returns at once; what goes wrong from here on is told by `wait_ready`."""
        if self._supervisor is not None:
            return
        found = binaries.find()
        self._supervisor = subprocess.Popen(  # noqa: S603  # our own interpreter and code
            # Bare of site-packages and PYTHON* variables: it starts sooner and nothing can lead it astray.
            [sys.executable, "-SE", "-X", "utf8", "-c", _SUPERVISOR],
            cwd=_CODE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
            start_new_session=True,  # Ctrl-C is for the application, which still needs its database to finish
        )
        self._tell(self._order(found))

    def wait_ready(self, timeout: float = 60.0) -> None:
        """Raises LocalServersError, with everything stopped again."""
        if self._supervisor is None:
            raise LocalServersError("The local servers have not been started.")
        if self._is_ready:
            return
        try:
            _listen(self._supervisor, timeout)
        except BaseException:
            self.stop()
            raise
        self._is_ready = True

    def stop(self) -> None:
        """Returns when both servers have ended. May be called twice, or without a start."""
        supervisor, self._supervisor, self._is_ready = self._supervisor, None, False
        if supervisor is None:
            return
        assert supervisor.stdin
        assert supervisor.stdout
        # Closing alone is not enough: a forked child of the application may hold a copy of the pipe.
        _write(supervisor, b"stop\n")
        supervisor.stdin.close()
        try:
            supervisor.wait(_STOP_PATIENCE)
        except subprocess.TimeoutExpired:
            supervisor.kill()
            supervisor.wait()
        supervisor.stdout.close()

    def erase(self) -> None:
        """Stops the servers and deletes all they ever stored."""
        self.stop()
        home = self.folder / "servers"
        shutil.rmtree(home.resolve(), ignore_errors=True)
        if home.is_symlink():
            home.unlink()

    def __enter__(self) -> "LocalServers":
        self.start()
        self.wait_ready()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _order(self, found: binaries.Binaries) -> dict[str, object]:
        return {
            "parent": os.getpid(),
            "folder": str(self.folder),
            "sockets": str(self.sockets),
            "postgres": str(found.postgres),
            "valkey": str(found.valkey),
            "durable": self.durable,
            "settings": self.settings,
        }

    def _tell(self, order: dict[str, object]) -> None:
        assert self._supervisor
        _write(self._supervisor, json.dumps(order).encode() + b"\n")


def _write(supervisor: subprocess.Popen[bytes], line: bytes) -> None:
    assert supervisor.stdin
    with suppress(BrokenPipeError):  # it is gone already; what it said last tells why
        supervisor.stdin.write(line)


def _listen(supervisor: subprocess.Popen[bytes], timeout: float) -> None:
    assert supervisor.stdout
    deadline, heard = time.monotonic() + timeout, b""
    with selectors.DefaultSelector() as selector:
        selector.register(supervisor.stdout, selectors.EVENT_READ)
        while selector.select(max(0.0, deadline - time.monotonic())):
            said = os.read(supervisor.stdout.fileno(), 65536)
            heard += said
            if heard == b"ready\n":
                return
            if not said:
                lines = heard.decode(errors="replace").splitlines() or ["The local servers were killed."]
                raise LocalServersError(lines[-1])
    raise LocalServersError(f"The local servers were not ready within {timeout:g} seconds.")
