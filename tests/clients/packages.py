"""npm packages for tests of clients: installed as a folder's lock file says, once until it changes."""

import fcntl
import hashlib
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from server.local.node import Node, find

_MADE: Final = ("node_modules", "build", "gql")  # what is not in git


@dataclass(frozen=True)
class Packages:
    """A folder with a `package.json` whose packages are there."""

    folder: Path

    def run(self, script: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        """`npm run SCRIPT`; what it said on both channels is its `stdout`."""
        node = find()
        return _run([*node.npm, "run", script], self.folder, {**node.environment, **environment})

    def copied(self, to: Path) -> "Packages":
        """The same in another folder, to write to; its packages are these."""
        shutil.copytree(self.folder, to, ignore=shutil.ignore_patterns(*_MADE, "*.py"))
        (to / "node_modules").symlink_to(self.folder / "node_modules")
        return Packages(to)


def installed(folder: Path) -> Packages:
    """Brings what the lock file says, unless it is there; fails in npm's own words."""
    node = find()
    stamp = folder / "node_modules" / ".in-step"
    with (folder / ".installing").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two workers of a test run may want the same packages
        _install(folder, node, stamp)
    return Packages(folder)


def _install(folder: Path, node: Node, stamp: Path) -> None:
    wanted = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text() != wanted:
        brought = _run([*node.npm, "ci", "--no-audit", "--no-fund"], folder, node.environment)
        assert brought.returncode == 0, brought.stdout
        stamp.write_text(wanted)


def _run(command: list[str], folder: Path, environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
