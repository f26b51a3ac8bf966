"""The driver: awaits what the walk left to wait for, and lets it go on wherever something arrives.

The walk through an answer is synchronous; what it cannot have at once it leaves as waits and batches. One wait
for one thing, while nothing else is on its way, is awaited in place and costs no task. All else runs side by
side, a task for each awaitable, and whichever wait is complete first is resumed first. Where there are only
batches they are called and awaited in place, one after the other, while the process has many requests to answer:
there is enough to do meanwhile. Of what stands below a position that became null meanwhile, tasks are cancelled
and the rest is no longer waited for.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Sequence
from functools import partial
from operator import attrgetter
from types import CoroutineType
from typing import Any, Final

from engine.execution.background import settle
from engine.execution.batches import Batch, call_batches, taken_batches
from engine.execution.failures import Position, failure, is_within
from engine.execution.kinds import GONE, is_awaitable
from engine.execution.request import Request, Wait

# Requests that are answered at once, from which on their own batches need not run side by side.
_MANY: Final = 4
_is_batch: Final = attrgetter("is_batch")
_driving: Final[set[Request]] = set()


async def drive(request: Request) -> None:
    """Until nothing is left to wait for, or the whole answer is null; nothing of it runs any more then."""
    _driving.add(request)
    # Of a crowd's batches those that are called when the ones before are done.
    coming: deque[Batch] = deque()
    try:
        while request.waits or coming:
            wait: Wait
            if coming and not request.waits and not request.nulled:
                wait = coming.popleft()
                value = wait.ask(request)
            else:
                if request.is_void:
                    return
                while coming:
                    coming.popleft().call(request)
                call_batches(request)  # of those that answered at once
                if not request.waits:
                    continue
                if request.nulled or not _can_be_in_place(request.waits):
                    await _SideBySide(request).run()
                    continue
                wait = request.waits.pop(0)
                (value,) = wait.awaitables
            if type(value) is CoroutineType or is_awaitable(value):
                try:
                    # A future may be somebody else's too, who does not give up when this request does.
                    value = await (asyncio.shield(value) if isinstance(value, asyncio.Future) else value)
                except Exception as error:
                    value = error
            wait.resume(request, (value,))
            if request.batches:
                _call(request, coming)
    finally:
        _driving.discard(request)
        abandon(request)


def _call(request: Request, coming: deque[Batch]) -> None:
    """The batches that came up, or leave them to be called in their turn."""
    if request.waits or len(_driving) < _MANY:
        call_batches(request)
    else:
        coming.extend(taken_batches(request))


def abandon(request: Request) -> None:
    """What nobody began to wait for is left to end by itself, but for batches: they do not begin."""
    if request.waits:
        settle(each for wait in request.waits for each in wait.awaitables if not _is_closed(wait, each))


class _Running:
    """A wait while its awaitables are on their way; `values` has a place for each."""

    __slots__ = ("futures", "has_come", "left", "values", "wait")

    def __init__(self, wait: Wait) -> None:
        self.wait = wait
        self.values: list[Any] = [GONE] * len(wait.awaitables)
        self.left = len(wait.awaitables)
        # Has any of them arrived that was still waited for?
        self.has_come = False
        # Those that are on their way, by their index.
        self.futures: dict[int, asyncio.Future[Any]] = {}


class _SideBySide:
    """All that a request waits for, until nothing of it is on its way any more."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._loop = asyncio.get_running_loop()
        self._running: set[_Running] = set()
        self._complete: deque[_Running] = deque()
        self._wake: asyncio.Future[None] | None = None
        # Futures that were made here, and are nobody else's.
        self._own: set[asyncio.Future[Any]] = set()
        # What is no error of a field, and ends the whole execution.
        self._ends_with: BaseException | None = None

    async def run(self) -> None:
        request = self._request
        try:
            while (request.waits or self._running) and not request.is_void:
                if request.has_bubbled:
                    self._let_go()
                waits, request.waits = request.waits, []
                for wait in waits:
                    self._start(wait)
                if not self._complete:
                    self._wake = self._loop.create_future()
                    await self._wake
                self._resume_first()
                call_batches(request)
                if not self._running:
                    return
        finally:
            if self._own:
                await self._stop()

    async def _stop(self) -> None:
        running = [future for future in self._own if not future.done()]
        for future in running:
            future.cancel()
        if running:
            await asyncio.gather(*running, return_exceptions=True)

    def _start(self, wait: Wait) -> None:
        running, nulled = _Running(wait), self._request.nulled
        self._running.add(running)
        for index, awaitable in enumerate(wait.awaitables):
            if nulled and self._is_unneeded(wait, index, nulled):
                if not _is_closed(wait, awaitable):
                    settle([awaitable])
                self._ended(running)
            else:
                self._send(running, index, awaitable)

    def _send(self, running: _Running, index: int, awaitable: Awaitable[Any]) -> None:
        if type(awaitable) is CoroutineType:  # as nearly all are, which need not be asked what they are
            future: asyncio.Future[Any] = self._loop.create_task(awaitable)
        else:
            future = asyncio.ensure_future(awaitable)
        running.futures[index] = future
        if future is not awaitable:
            self._own.add(future)
        future.add_done_callback(partial(self._arrived, running, index))

    def _arrived(self, running: _Running, index: int, future: asyncio.Future[Any]) -> None:
        self._own.discard(future)
        error = None if future.cancelled() else future.exception()
        if running.futures.pop(index, None) is None:
            return  # nobody waits for it any more
        running.has_come = True
        if future.cancelled():
            self._ends_with = asyncio.CancelledError()
        elif error is None:
            running.values[index] = future.result()
        elif isinstance(error, Exception):
            running.values[index] = error
            self._failed(running, index)
        else:
            self._ends_with = error
        self._ended(running)

    def _ended(self, running: _Running) -> None:
        running.left -= 1
        if running.left == 0:
            self._complete.append(running)
        if (running.left == 0 or self._ends_with) and self._wake is not None and not self._wake.done():
            self._wake.set_result(None)

    def _resume_first(self) -> None:
        self._wake = None
        if self._ends_with is not None:
            raise self._ends_with
        running = self._complete.popleft()
        self._running.discard(running)
        if running.has_come:
            running.wait.resume(self._request, running.values)

    def _failed(self, running: _Running, index: int) -> None:
        """What is waited for together with it may be unneeded at once, long before it is resumed."""
        for place, at in running.wait.positions(index):
            found = failure(Exception(), (), place.trail(at), propagates=self._request.propagates)
            if found.bubbles:
                self._let_go_within(running, {found.position})

    def _let_go(self) -> None:
        self._request.has_bubbled = False
        for running in [*self._running]:
            self._let_go_within(running, self._request.nulled)

    def _let_go_within(self, running: _Running, nulled: set[Position]) -> None:
        for index, future in [*running.futures.items()]:
            if not future.done() and self._is_unneeded(running.wait, index, nulled):
                del running.futures[index]
                if future in self._own:
                    future.cancel()
                self._ended(running)

    def _is_unneeded(self, wait: Wait, index: int, nulled: set[Position]) -> bool:
        return all(
            is_within(tuple(step.key for step in place.trail(at)), nulled) for place, at in wait.positions(index)
        )


def _is_closed(wait: Wait, awaitable: Awaitable[Any]) -> bool:
    """Of a batch what never began does nothing any more: it would only read."""
    if not wait.is_batch or type(awaitable) is not CoroutineType:
        return False
    awaitable.close()
    return True


def _can_be_in_place(waits: Sequence[Wait]) -> bool:
    """May the first of them be awaited before the others are begun?"""
    if len(waits[0].awaitables) != 1:
        return False
    return len(waits) == 1 or (len(_driving) >= _MANY and all(map(_is_batch, waits)))
