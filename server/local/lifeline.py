"""Knowing that the application has ended, however it ended."""

import os
import select
import signal


class Lifeline:
    """Standard input, a pipe from the application: the kernel closes it even after kill -9, on every system.

    A forked child of the application may hold a copy of the pipe, so the parent's id is looked at as well.
    """

    def __init__(self, parent: int) -> None:
        self._parent = parent
        self._is_told = False
        for request in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(request, self._tell)

    def is_cut(self, patience: float = 0.0) -> bool:
        if not self._is_told and os.getppid() == self._parent:
            self._is_told = bool(select.select([0], [], [], patience)[0])
        else:
            self._is_told = True
        return self._is_told

    def wait(self) -> None:
        while not self.is_cut(patience=0.5):
            pass

    def _tell(self, *_: object) -> None:
        self._is_told = True


class Cut(Exception):  # not an error
    """The application ended while the servers were starting."""
