"""graphql-core's own tests: from the source distribution that the lock file names, brought once and kept."""

import fcntl
import hashlib
import subprocess
import sys
import tarfile
import tomllib
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.servers import ROOT

_KEPT = ROOT / ".plaza" / "graphql-core"


@dataclass(frozen=True)
class Source:
    """One release as its makers packed it."""

    version: str
    sha256: str

    @classmethod
    def locked(cls) -> "Source":
        packages = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
        (core,) = (each for each in packages if each["name"] == "graphql-core")
        return cls(core["version"], core["sdist"]["hash"].removeprefix("sha256:"))

    def folder(self) -> Path:
        """Where it is unpacked, for as long as nobody runs `make clean`."""
        _KEPT.mkdir(parents=True, exist_ok=True)
        with (_KEPT / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # two workers of a test run may want it at once
            if not self._archive.exists() or self._digest() != self.sha256:
                self._download()
            if not self._unpacked.exists():
                self._unpack()
        return self._unpacked

    @property
    def _archive(self) -> Path:
        return _KEPT / f"graphql_core-{self.version}.tar.gz"

    @property
    def _unpacked(self) -> Path:
        return _KEPT / f"graphql_core-{self.version}"

    def _digest(self) -> str:
        return hashlib.sha256(self._archive.read_bytes()).hexdigest()

    def _download(self) -> None:
        wanted = f"graphql-core=={self.version}"
        source_only = ["--no-deps", "--no-binary", "graphql-core", "--dest", str(_KEPT), wanted]
        pip: list[Any] = [sys.executable, "-m", "pip", "download", "--quiet", *source_only]
        ran = subprocess.run(pip, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        assert self._digest() == self.sha256, f"{self._archive} is not what uv.lock names"

    def _unpack(self) -> None:
        with tarfile.open(self._archive) as archive, TemporaryDirectory(dir=_KEPT) as half_done:
            archive.extractall(half_done, filter="data")
            (Path(half_done) / self._unpacked.name).rename(self._unpacked)
