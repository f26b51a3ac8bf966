"""Tells an observer what the stores do and how long it takes; without an observer none of this is in the way."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Final, Protocol, TypeAlias, TypeVar

from redis.asyncio import ConnectionPool
from redis.exceptions import NoScriptError
from sqlalchemy import event
from sqlalchemy.engine import Connection as SqlConnection
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry

from db.connections import Connection
from db.quick_redis import QuickRedis
from db.reads import PoolReads, Read, SessionReads

R = TypeVar("R")

READS: Final = "reads"
WRITES: Final = "writes"


# Around one batch of a loader: the query's name and how many keys it takes.
Loading: TypeAlias = Callable[[str, int], AbstractContextManager[object]]


class Observer(Protocol):
    """Told in the task that did it; it is quick and never raises. Times are seconds."""

    def waited(self, pool: str, seconds: float) -> None:
        """For a connection of the pool `READS` or `WRITES`, in vain or not."""

    def ran(self, sql: str, seconds: float, error: BaseException | None) -> None:
        """One statement, without its parameters."""

    def asked(self, command: str, seconds: float, error: BaseException | None) -> None:
        """One command to Redis."""

    loading: Loading | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedReads(PoolReads):
    """The pool's reads, told to an observer."""

    observer: Observer

    async def fetch(self, statement: Read[R], **values: Any) -> list[R]:
        arguments = statement.arguments(values)
        asked = perf_counter()
        try:
            connection = await self.pool.take()
        finally:
            self.observer.waited(READS, perf_counter() - asked)
        try:
            return await _fetched(self.observer, connection, statement, arguments)
        finally:
            self.pool.give(connection)


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedSessionReads(SessionReads):
    """A session's reads, told to an observer."""

    observer: Observer

    async def fetch(self, statement: Read[R], **values: Any) -> list[R]:
        return await _fetched(self.observer, self.connection, statement, statement.arguments(values))


async def _fetched(
    observer: Observer, connection: Connection, statement: Read[R], arguments: list[Any]
) -> list[R]:
    begun = perf_counter()
    try:
        records = await connection.fetch(statement.sql, *arguments)
    except BaseException as error:
        observer.ran(statement.sql, perf_counter() - begun, error)
        raise
    observer.ran(statement.sql, perf_counter() - begun, None)
    return statement.shape(records)


class ObservedRedis(QuickRedis):
    """A client whose commands are told to an observer, the wait for a connection included."""

    observer: Observer

    @classmethod
    def over(cls, pool: ConnectionPool, observer: Observer) -> "ObservedRedis":
        client = cls.from_pool(pool)
        assert isinstance(client, cls)
        client.observer = observer
        return client

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        begun = perf_counter()
        try:
            reply = await super().execute_command(*args, **options)
        except NoScriptError:  # an answer like others: the caller sends the script itself
            self.observer.asked(str(args[0]), perf_counter() - begun, None)
            raise
        except BaseException as error:
            self.observer.asked(str(args[0]), perf_counter() - begun, error)
            raise
        self.observer.asked(str(args[0]), perf_counter() - begun, None)
        return reply


def observed_pool(observer: Observer) -> type[AsyncAdaptedQueuePool]:
    """SQLAlchemy's pool, which has no event for the beginning of a wait."""

    class ObservedPool(AsyncAdaptedQueuePool):
        __module__ = AsyncAdaptedQueuePool.__module__  # by which its log lines are told apart from ours

        def _do_get(self) -> ConnectionPoolEntry:
            asked = perf_counter()
            try:
                return super()._do_get()
            finally:
                observer.waited(WRITES, perf_counter() - asked)

    return ObservedPool


def observe_statements(engine: AsyncEngine, observer: Observer) -> None:
    """Tell of every statement that a session sends."""

    def begin(_: SqlConnection, __: Any, ___: str, ____: Any, context: Any, _____: bool) -> None:
        context.begun = perf_counter()

    def end(_: SqlConnection, __: Any, sql: str, ___: Any, context: Any, ____: bool) -> None:
        observer.ran(sql, perf_counter() - context.begun, None)

    def fail(failure: ExceptionContext) -> None:
        begun = getattr(failure.execution_context, "begun", None)
        if begun is not None:
            observer.ran(failure.statement or "", perf_counter() - begun, failure.original_exception)

    event.listen(engine.sync_engine, "before_cursor_execute", begin)
    event.listen(engine.sync_engine, "after_cursor_execute", end)
    event.listen(engine.sync_engine, "handle_error", fail)
