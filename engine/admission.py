"""How many operations run at once: a fixed number, a short queue behind it, and a clear no beyond that."""

import asyncio
from typing import Final

from engine.codes import ErrorCode
from engine.refusals import Refusal

RUNNING: Final = 64
WAITING: Final = 128
PATIENCE: Final = 1.0  # seconds in the queue


class Admission:
    """One for a process."""

    def __init__(self, running: int = RUNNING, waiting: int = WAITING, patience: float = PATIENCE) -> None:
        self._slots = asyncio.Semaphore(running)
        self._waiting = waiting
        self._patience = patience
        self.queued = 0

    async def enter(self) -> None:
        """Takes a place to run in; raises a 503 where the queue is full or does not move."""
        if self._slots.locked():
            await self._wait()
        else:
            await self._slots.acquire()

    def leave(self) -> None:
        """Gives it back, once."""
        self._slots.release()

    async def _wait(self) -> None:
        if self.queued >= self._waiting:
            raise _busy()
        self.queued += 1
        try:
            async with asyncio.timeout(self._patience):
                await self._slots.acquire()
        except TimeoutError:
            raise _busy() from None
        finally:
            self.queued -= 1


def _busy() -> Refusal:
    return Refusal(
        ErrorCode.UNAVAILABLE,
        "Too much to do just now; try again.",
        status=503,
        is_of_http=True,
    )
