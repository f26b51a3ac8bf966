"""Reads: statements compiled once to SQL text, run straight on asyncpg and shaped into rows.

`read()` does at import time what SQLAlchemy would do at every call. The same statement runs on the pool or on
a session's own connection, so a query function serves a page of a feed and a rule inside a transaction alike.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, Generic, Protocol, TypeAlias, TypeVar, cast

import asyncpg
from sqlalchemy import ARRAY, JSON, BindParameter, ColumnElement, Dialect, Select, literal_column
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import replacement_traverse

from db.connections import Connections
from db.shapes import Shape, shape_of

R = TypeVar("R")
Statement: TypeAlias = Select[*tuple[Any, ...]]
READS_OF_SESSION: Final = "reads"  # where a session's info names what makes its reads, if others than ours
_DIALECT: Dialect = asyncpg_dialect()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Read(Generic[R]):
    """One statement: its SQL, the names of its parameters in order, and how its records become rows."""

    sql: str
    parameters: tuple[str, ...]
    shape: Shape[R]

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        """Values in the statement's order; a missing or surplus name is a `TypeError`."""
        try:
            arguments = [values[name] for name in self.parameters]
        except KeyError:
            arguments = None
        if arguments is None or len(arguments) != len(values):
            raise TypeError(f"parameters {sorted(values)} given, {sorted(self.parameters)} wanted")
        return arguments


class Reads(Protocol):
    """Where a read runs: the pool, or one session's connection."""

    async def fetch(self, statement: Read[R], **values: Any) -> list[R]: ...


@dataclass(frozen=True, slots=True)
class PoolReads:
    """Each read on any connection of the pool; for everything that changes nothing."""

    pool: Connections

    async def fetch(self, statement: Read[R], **values: Any) -> list[R]:
        arguments = statement.arguments(values)
        connection = await self.pool.take()
        try:
            records = await connection.fetch(statement.sql, *arguments)
        finally:
            self.pool.give(connection)
        return statement.shape(records)


@dataclass(frozen=True, slots=True)
class SessionReads:
    """Each read inside a session's transaction; the only source a rule that changes something may use."""

    connection: asyncpg.Connection

    async def fetch(self, statement: Read[R], **values: Any) -> list[R]:
        records = await self.connection.fetch(statement.sql, *statement.arguments(values))
        return statement.shape(records)


async def reads_in(session: AsyncSession) -> SessionReads:
    """Reads that see what `session` has written; it flushes first, so nothing pending is missed."""
    await session.flush()
    connection = await session.connection()
    raw = await connection.get_raw_connection()
    driver = raw.driver_connection
    assert isinstance(driver, asyncpg.Connection)
    kind: Callable[[asyncpg.Connection], SessionReads] = session.info.get(READS_OF_SESSION, SessionReads)
    return kind(driver)


def read(row: type[R], statement: Statement) -> Read[R]:
    """Compile `statement`; its columns are the fields of the dataclass `row`, in order and by name.

    A field that is a dataclass itself stands for its fields and comes last. For a single column `row` may be a
    plain type such as `int`. Result conversions of the columns' types are
    applied; a parameter whose type would need one is refused, so that nothing is ever bound unconverted, and so
    is a column of JSON.
    """
    fixed = cast(Statement, replacement_traverse(statement, {}, _inlined))
    compiled = fixed.compile(dialect=_DIALECT)
    assert isinstance(compiled, SQLCompiler)
    parameters = tuple(compiled.positiontup or ())
    for name in parameters:
        _refuse_conversion(compiled.binds[name])
    return Read(str(compiled), parameters, shape_of(row, _told_alike(statement), _DIALECT))


def columns(model: type[DeclarativeBase], row: type[Any]) -> list[InstrumentedAttribute[Any]]:
    """The model's columns that carry the fields of `row`, in its order."""
    return [getattr(model, field.name) for field in fields(row)]


def _refuse_conversion(bind: BindParameter[Any]) -> None:
    # An array's processor only walks its items: what counts is whether they need one.
    kind = bind.type.item_type if isinstance(bind.type, ARRAY) else bind.type
    if kind.dialect_impl(_DIALECT).bind_processor(_DIALECT) is not None:
        raise TypeError(f"parameter {bind.key!r} of type {bind.type!r} would need a conversion")


def _inlined(element: Any, **_: Any) -> Any:
    # A value our own code wrote into the statement becomes its text: a partial index is matched by
    # `audience = 'PUBLIC'`, never by `audience = $2`.
    if not isinstance(element, BindParameter) or element.required:
        return None
    render = element.type.dialect_impl(_DIALECT).literal_processor(_DIALECT)
    if render is None:
        raise TypeError(f"{element.value!r} cannot be written into a statement")
    return literal_column(render(element.value), element.type)


def _told_alike(statement: Statement) -> list[ColumnElement[Any]]:
    selected = list(statement.selected_columns)
    if any(isinstance(column.type, JSON) for column in selected):
        # SQLAlchemy decodes JSON on its own connections only: the pool would give text where a session gives
        # objects.
        raise TypeError("a column of JSON reads differently from the two sources")
    return selected
