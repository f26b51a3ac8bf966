"""Moments of rows that come by the score: seconds since 1970, of which a datetime is made when one is shown.

The driver takes ten times as long to make a datetime as to read a number, and a page has forty moments, half of
which nobody asks for. PostgreSQL's seconds are the nearest double, which tells every microsecond from 1698 until
2242.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, DateTime, func
from sqlalchemy.types import UserDefinedType


class Seconds(UserDefinedType[float]):
    """As the driver reads them. SQLAlchemy's own number would ask which one this is."""

    def get_col_spec(self, **_: Any) -> str:
        return "double precision"


def in_seconds(column: Any) -> ColumnElement[Any]:
    """The column as such rows have it, under its own name: any other than a moment as it is."""
    if not isinstance(column.type, DateTime):
        return column  # type: ignore[no-any-return] # a column of a model, which mypy does not see
    return func.date_part("epoch", column, type_=Seconds).label(column.key)


def seconds_of(value: Any) -> Any:
    """What `in_seconds` would have made of a value of a model."""
    return value.timestamp() if isinstance(value, datetime) else value
