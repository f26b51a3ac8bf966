"""One Plaza at a time for one data folder."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from server.local.errors import LocalServersError
from server.local.lifeline import Cut, Lifeline

_NOTICE = 1.5  # a supervisor knows by then that its application was killed, and has said so
_LEAVING = 40.0


@contextmanager
def locked(file: Path, owner: int, lifeline: Lifeline) -> Iterator[int]:
    """Held by the supervisor and by nobody else; the kernel gives it back even after kill -9."""
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take(descriptor, file, lifeline)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(owner).encode(), 0)
        yield descriptor
    finally:
        os.close(descriptor)


def say_leaving(descriptor: int) -> None:
    os.ftruncate(descriptor, 0)


def _take(descriptor: int, file: Path, lifeline: Lifeline) -> None:
    begun = time.monotonic()
    while not _try(descriptor):
        owner = os.pread(descriptor, 20, 0).decode()
        if time.monotonic() - begun > (_NOTICE if owner else _LEAVING):
            whose = f"process {owner}" if owner else "which is ending"
            raise LocalServersError(f"Another Plaza ({whose}) is using {file.parent}.")
        if lifeline.is_cut(patience=0.02):
            raise Cut


def _try(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
