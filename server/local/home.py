"""The folder where the servers live, and what root prepares before it becomes their user."""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from server.local import users
from server.local.binaries import Binaries
from server.local.copies import within_reach
from server.local.errors import LocalServersError
from server.local.users import User

# Where a home may lie when the servers' user cannot enter the folder that was asked for.
_ELSEWHERE = (Path("/var/lib"), Path("/var/tmp"))  # noqa: S108  # the home gets an unguessable name


class Home(NamedTuple):
    path: Path
    user: User

    @property
    def data(self) -> Path:
        return self.path / "postgres"

    @property
    def unfinished_data(self) -> Path:
        return self.path / "postgres.unfinished"

    @property
    def valkey(self) -> Path:
        return self.path / "valkey"


def move_in(folder: Path, binaries: Binaries) -> tuple[Home, Binaries]:
    """Makes what is missing below `folder` and becomes the servers' user, for good."""
    place = folder / "servers"
    if os.geteuid() != 0:
        home = _own_home(place)
    else:
        with _alone_in(folder):
            home = _home_given_by_root(place)
            binaries = within_reach(binaries, home.path, home.user)
        users.become(home.user)
    os.umask(0o077)
    home.valkey.mkdir(exist_ok=True)
    return home, binaries


def claim(sockets: Path) -> None:
    """Anybody could have made this folder, whose name is known, to read along."""
    try:
        sockets.mkdir(0o700)
    except FileExistsError:
        found = sockets.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
            raise LocalServersError(
                f"{sockets} is where the servers' sockets belong, but somebody else made it: remove it."
            ) from None


def _own_home(place: Path) -> Home:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.mkdir(mode=0o700, exist_ok=True)
    home = Home(place.resolve(), users.of(os.geteuid()))
    if home.path.stat().st_uid != home.user.uid:
        raise LocalServersError(f"{place} belongs to another user: start Plaza as that user, or remove it.")
    return home


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Two first starts at once must not give two homes."""
    os.umask(0o022)
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _home_given_by_root(place: Path) -> Home:
    if not place.exists():
        _furnish(place, users.unprivileged())
    home = Home(place.resolve(), users.of(place.stat().st_uid))
    if home.user.uid == 0:
        raise LocalServersError(f"{place} belongs to root, as whom PostgreSQL refuses to run: remove it.")
    if not users.can_enter(home.user, home.path):
        raise LocalServersError(f"The servers' user, {home.user.name}, can no longer enter {home.path}.")
    return home


def _furnish(place: Path, user: User) -> None:
    place.unlink(missing_ok=True)  # a link to a home that was deleted
    if users.can_enter(user, place.parent):
        _make_owned(place, user)
    else:
        # Parents are not ours to open. The link is the record of where the data went: the
        # choice is made once, and deleting the folder makes Plaza start afresh.
        place.symlink_to(_home_elsewhere(user))


def _home_elsewhere(user: User) -> Path:
    for base in _ELSEWHERE:
        if os.access(base, os.W_OK) and users.can_enter(user, base):
            return _make_owned(base / f"plaza-{os.urandom(6).hex()}", user)
    raise LocalServersError(f"Neither of {', '.join(map(str, _ELSEWHERE))} can hold the servers' data.")


def _make_owned(path: Path, user: User) -> Path:
    """Complete from its first moment: a kill in between must not leave a home of root's."""
    unfinished = path.with_name(f"{path.name}.{os.urandom(4).hex()}")
    unfinished.mkdir(0o700)
    os.chown(unfinished, user.uid, user.gid, follow_symlinks=False)
    return unfinished.rename(path)
