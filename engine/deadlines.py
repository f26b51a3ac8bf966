"""Ends what the running task does when its time is over or nobody waits for it, without a task for it."""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Final

from starlette.types import Receive

from engine.refusals import Refusal, bad_http

# Seconds within which most queries are answered: to look out for who leaves meanwhile costs more than it saves.
_SOON: Final = 0.05
# Seconds until what does not stop is told to once more.
_AGAIN: Final = 0.1


class Deadline:
    """Around what has so many seconds; after them it is cancelled, and what `late` makes is raised for it.

    It is cancelled until it has ended: a library that is just done waiting may take a cancellation for its own.
    """

    def __init__(self, seconds: float, late: Callable[[], Refusal]) -> None:
        self._seconds = seconds
        self._late = late
        self._loop = asyncio.get_running_loop()
        task = asyncio.current_task(self._loop)
        assert task is not None
        self._task = task
        # How often others wanted the task to end, and how often this did.
        self._by_others = task.cancelling()
        self._by_us = 0
        self._reason: Callable[[], Refusal] | None = None
        self._is_over = False

    def __enter__(self) -> None:
        self._timer = self._first_timer()

    def __exit__(
        self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None
    ) -> None:
        self._is_over = True
        self._timer.cancel()
        if self._reason is None:
            return
        for _time in range(self._by_us):
            self._task.uncancel()
        if not isinstance(error, asyncio.CancelledError) or self._task.cancelling() == self._by_others:
            raise self._reason() from None

    def _first_timer(self) -> asyncio.TimerHandle:
        return self._loop.call_later(self._seconds, self._end, self._late)

    def _end(self, reason: Callable[[], Refusal]) -> None:
        if self._is_over:  # somebody left in the very turn in which the answer came
            return
        self._reason = self._reason or reason
        self._by_us += 1
        self._task.cancel()
        self._timer.cancel()
        self._timer = self._loop.call_later(_AGAIN, self._end, reason)


class Lookout(Deadline):
    """Ends with its client, too: it looks out for who leaves once it is clear that the answer takes a while."""

    def __init__(self, seconds: float, late: Callable[[], Refusal], receive: Receive) -> None:
        super().__init__(seconds, late)
        self._receive = receive
        self._leaving: asyncio.Task[None] | None = None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._leaving is not None:
            self._leaving.cancel()
        super().__exit__(kind, error, traceback)

    def _first_timer(self) -> asyncio.TimerHandle:
        return self._loop.call_later(min(_SOON, self._seconds), self._look_out)

    def _look_out(self) -> None:
        self._leaving = self._loop.create_task(_gone(self._receive))
        self._leaving.add_done_callback(self._left)
        self._timer = self._loop.call_later(max(self._seconds - _SOON, 0), self._end, self._late)

    def _left(self, leaving: "asyncio.Task[None]") -> None:
        if not leaving.cancelled():
            leaving.exception()  # nobody else asks for it, and asyncio would complain
            self._end(gone_away)


async def stopped(task: "asyncio.Task[object]") -> None:
    """Cancelled until it has ended, as above."""
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=_AGAIN)
    if not task.cancelled():
        task.exception()  # nobody else may ask for it, and asyncio would complain


def gone_away() -> Refusal:
    return bad_http("The client went away.", 499)  # for the log; nobody reads it


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
