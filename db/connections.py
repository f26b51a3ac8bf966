"""Connections for reads: lent for one statement at a time, by a pool that does nothing else.

asyncpg's own pool sets a timer for every acquisition and starts a task for every release; together they cost more
CPU than the statement does. This one sets a timer only where somebody has to wait.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Final, TypeAlias

import asyncpg

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

# Seconds for a cancelled statement to end; then its connection is worth no more waiting.
_CALM: Final = 1.0


class Connections:
    """At most `most` of what `connect` makes; who waits longer than `patience` seconds gets a TimeoutError.

    A connection that was lost, to a restart of PostgreSQL say, is found out when it is next taken, and replaced.
    """

    def __init__(self, connect: Callable[[], Awaitable[Connection]], *, most: int, patience: float = 1.0) -> None:
        self.most = most
        self._connect = connect
        self._patience = patience
        # Open, or about to be.
        self._size = 0
        # The one that was used last is the next one: the others may be closed by whoever runs PostgreSQL.
        self._idle: list[Connection] = []
        # Gets a connection, or None where there is room for another one.
        self._waiting: deque[asyncio.Future[Connection | None]] = deque()
        self._calming: set[asyncio.Task[None]] = set()
        self._is_closed = False

    @property
    def size(self) -> int:
        return self._size

    @property
    def idle(self) -> int:
        return len(self._idle)

    async def take(self) -> Connection:
        """One that nobody else has; it has to be given back once, whatever becomes of it."""
        if self._is_closed:
            raise asyncpg.InterfaceError("the pool is closed")
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                return connection
            self._size -= 1
        if self._size < self.most:
            return await self._another()
        return await self._wait() or await self.take()

    def give(self, connection: Connection) -> None:
        if connection.is_closed():
            self._lose()
        elif self._is_closed or connection.is_in_transaction():
            # Nobody may have it any more, or nobody could do anything with it.
            connection.terminate()
            self._lose()
        elif _protocol(connection)._is_cancelling():
            # What it was asked is still to end, and nobody has to wait for that.
            task = asyncio.ensure_future(self._calm(connection))
            self._calming.add(task)
            task.add_done_callback(self._calming.discard)
        elif not self._hand_on(connection):
            self._idle.append(connection)

    @asynccontextmanager
    async def lent(self) -> AsyncIterator[Connection]:
        connection = await self.take()
        try:
            yield connection
        finally:
            self.give(connection)

    async def close(self) -> None:
        """Those that are lent close as they come back."""
        self._is_closed = True
        if self._calming:
            await asyncio.wait(self._calming)
        while self._idle:
            await self._idle.pop().close(timeout=_CALM)
            self._size -= 1

    async def _another(self) -> Connection:
        self._size += 1
        try:
            return await self._connect()
        except BaseException:
            self._lose()
            raise

    async def _wait(self) -> "Connection | None":
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[Connection | None] = loop.create_future()
        self._waiting.append(waiter)
        timer = loop.call_later(self._patience, _give_up, waiter)
        try:
            return await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                self._return(waiter.result())
            raise
        finally:
            timer.cancel()

    def _return(self, granted: "Connection | None") -> None:
        """What somebody was granted who is gone."""
        if granted is None:
            self._hand_on(None)
        else:
            self.give(granted)

    def _lose(self) -> None:
        self._size -= 1
        self._hand_on(None)

    def _hand_on(self, connection: "Connection | None") -> bool:
        """To whoever waits longest, if anybody waits."""
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(connection)
                return True
        return False

    async def _calm(self, connection: Connection) -> None:
        try:
            await _protocol(connection)._wait_for_cancellation(_CALM)
        except Exception:
            connection.terminate()
        self.give(connection)


def _protocol(connection: Connection) -> Any:
    # What asyncpg's own pool asks when a connection comes back; there is no public way to ask it.
    return connection._protocol  # type: ignore[attr-defined]


def _give_up(waiter: "asyncio.Future[Connection | None]") -> None:
    if not waiter.done():
        waiter.set_exception(TimeoutError("no connection came free"))
