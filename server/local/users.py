"""Whom the servers run as: an existing user without privileges, never root."""

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from server.local.errors import LocalServersError

_UNPRIVILEGED = ("nobody", "daemon")


class User(NamedTuple):
    name: str
    uid: int
    gid: int


def unprivileged() -> User:
    for name in _UNPRIVILEGED:
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return User(name, found.pw_uid, found.pw_gid)
    raise LocalServersError(f"Root cannot run PostgreSQL, and there is no user {' or '.join(_UNPRIVILEGED)}.")


def of(uid: int) -> User:
    try:
        found = pwd.getpwuid(uid)
    except KeyError:
        raise LocalServersError(f"User id {uid} has no line in /etc/passwd, which PostgreSQL requires.") from None
    return User(found.pw_name, uid, found.pw_gid)


def can_enter(user: User, folder: Path) -> bool:
    with _acting_as(user):
        try:
            os.stat(f"{folder}/.")  # needs the right to search this folder, not only its parents
        except PermissionError:
            return False
    return True


def can_run(user: User, program: Path) -> bool:
    with _acting_as(user):
        return os.access(program, os.R_OK | os.X_OK, effective_ids=True)


@contextmanager
def _acting_as(user: User) -> Iterator[None]:
    groups, gid = os.getgroups(), os.getegid()
    os.setgroups([])
    os.setegid(user.gid)
    os.seteuid(user.uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(gid)
        os.setgroups(groups)


def become(user: User) -> None:
    os.chdir("/")
    os.setgroups([])
    os.setgid(user.gid)
    os.setuid(user.uid)
