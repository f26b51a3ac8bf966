"""Writes the function that makes a statement's rows of its records: one expression for all of them.

    lambda records: [row2(v0, members0[v1], row1(v2, v3)) for (v0, v1, v2, v3, ) in records]

A page is twenty posts with their authors, in 25 columns: copied, converted and cut into rows by calls for each
record, it took twice as long. Nothing of a statement is ever run as code: its columns come in as numbers.
"""

from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from typing import Any, TypeAlias, TypeVar, get_type_hints

from sqlalchemy import ColumnElement, Dialect
from sqlalchemy.types import TypeEngine

from db.models.base import Choice

R = TypeVar("R")
Shape: TypeAlias = Callable[[Sequence[Any]], list[R]]


def shape_of(row: type[R], columns: Sequence[ColumnElement[Any]], dialect: Dialect) -> Shape[R]:
    """For records of these columns, which are the fields of the dataclass `row`, in order and by name.

    A field that is a dataclass itself stands for its fields and comes last. For a single column `row` may be a
    plain type. Result conversions of the columns' types are applied.
    """
    _refuse_others(row, [column.key or "" for column in columns])
    code = _Code(dialect)
    values = [code.value(number, column.type) for number, column in enumerate(columns)]
    record = "".join(f"v{number}, " for number in range(len(values)))
    source = f"lambda records: [{code.made(row, values)} for ({record}) in records]"
    function: Shape[R] = eval(source, code.names)  # noqa: S307 # the code is ours, see above
    return function


class _Code:
    """Expressions, and what their names stand for."""

    def __init__(self, dialect: Dialect) -> None:
        self.names: dict[str, Any] = {}
        self._dialect = dialect

    def value(self, number: int, kind: TypeEngine[Any]) -> str:
        """What a row has of the record's value of that number."""
        if isinstance(kind, Choice):
            return f"{self._named('members', kind.members)}[v{number}]"
        convert = kind.dialect_impl(self._dialect).result_processor(self._dialect, None)
        return f"v{number}" if convert is None else f"{self._named('convert', convert)}(v{number})"

    def made(self, row: type[Any], values: list[str]) -> str:
        """A row of these values."""
        if not is_dataclass(row):
            return values[0]
        inner = _inner(row)
        if inner is not None:
            own = len(fields(row)) - 1
            values = [*values[:own], self.made(inner, values[own:])]
        return f"{self._named('row', row)}({', '.join(values)})"

    def _named(self, kind: str, value: Any) -> str:
        name = f"{kind}{len(self.names)}"
        self.names[name] = value
        return name


def _refuse_others(row: type[Any], names: list[str]) -> None:
    if not is_dataclass(row):
        if len(names) != 1:
            raise TypeError(f"{row.__name__} takes one column, not {names}")
    elif (wanted := _wanted(row)) != names:
        raise TypeError(f"{row.__name__} wants {wanted}, the statement gives {names}")


def _wanted(row: type[Any]) -> list[str]:
    names = [field.name for field in fields(row)]
    inner = _inner(row)
    return names if inner is None else names[:-1] + _wanted(inner)


def _inner(row: type[Any]) -> type[Any] | None:
    """The row that is the last field of this one, if it is one."""
    last: type[Any] = get_type_hints(row)[fields(row)[-1].name]
    return last if is_dataclass(last) else None
