"""The page's statements on asyncpg, on as many connections as others have: lent cheaply, or by its own pool."""

import asyncio
import os
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import asyncpg
from asyncpg.prepared_stmt import PreparedStatement

Statements: TypeAlias = Mapping[str, "PreparedStatement[Any]"]
Opened: TypeAlias = Callable[[], AbstractAsyncContextManager["Database"]]

_TEXTS = {file.stem: file.read_text() for file in Path(__file__).parent.glob("*.sql")}
_SETTINGS = {"jit": "off"}


class Database(Protocol):
    async def fetch(self, name: str, *values: Any) -> list[Any]:
        """The rows of a statement, which is named by its file."""


class Connections:
    """Those that are free; a statement waits for one of them. Nobody gives up here while waiting."""

    def __init__(self) -> None:
        self._free: list[Statements] = []
        self._waiting: deque[asyncio.Future[Statements]] = deque()

    async def fetch(self, name: str, *values: Any) -> list[Any]:
        statements = self._free.pop() if self._free else await self._next()
        try:
            return await statements[name].fetch(*values)
        finally:
            self.put(statements)

    def put(self, statements: Statements) -> None:
        if self._waiting:
            self._waiting.popleft().set_result(statements)
        else:
            self._free.append(statements)

    def _next(self) -> "asyncio.Future[Statements]":
        waiter = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        return waiter


@asynccontextmanager
async def opened(records: Mapping[str, type[asyncpg.Record]] | None = None) -> AsyncIterator[Connections]:
    """`records`, by statement, are the classes of rows that are to be more than tuples."""
    connections = Connections()
    async with AsyncExitStack() as stack:
        for _ in range(_count()):
            connection = await asyncpg.connect(os.environ["DATABASE_URL"], server_settings=_SETTINGS)
            stack.push_async_callback(connection.close)
            connections.put(await _prepared(connection, records or {}))
        yield connections


async def _prepared(
    connection: asyncpg.Connection, records: Mapping[str, type[asyncpg.Record]]
) -> dict[str, "PreparedStatement[Any]"]:
    statements = {
        name: await connection.prepare(text, record_class=records.get(name, asyncpg.Record))
        for name, text in _TEXTS.items()
    }
    # asyncpg leaves it to the next statement to end what preparing began, and the role's timeout runs until then.
    await connection.execute("SELECT")
    return statements


class _Pool:
    """asyncpg's own, as it comes: it resets a connection whenever it is given back."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool

    async def fetch(self, name: str, *values: Any) -> list[Any]:
        rows: list[Any] = await self._pool.fetch(_TEXTS[name], *values)
        return rows


@asynccontextmanager
async def pooled() -> AsyncIterator[_Pool]:
    count = _count()
    async with asyncpg.create_pool(
        os.environ["DATABASE_URL"], min_size=count, max_size=count, server_settings=_SETTINGS
    ) as pool:
        yield _Pool(pool)


def _count() -> int:
    return int(os.environ["CONNECTIONS"])
