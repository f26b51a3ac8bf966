"""Levels: the selection of one object type at one position, executed for all its objects at once."""

from collections.abc import Sequence
from typing import Any, Final

from engine.execution.fields import ByDefault, Field, Read
from engine.execution.kinds import are_mappings
from engine.execution.places import Place
from engine.execution.request import Request
from engine.execution.rows import Column, Rows, row_function, width

# Of one-off documents most levels are executed once, for few objects: they do not repay the making of a function.
_WORTH_IT: Final = 32
# Nobody asks for as many, and to compile them takes long.
_COLUMNS_MAX: Final = 200
# Rows in rows that one function reads; what is deeper has functions of its own.
_DEPTH_MAX: Final = 4
# So often may inner objects be what cannot be read before they are left to levels of their own.
_FAILURES_MAX: Final = 4


class _Reading:
    """How a level is read by one function."""

    def __init__(self, fields: Sequence[Field], columns: Sequence[Column], *, of_mappings: bool) -> None:
        self._function = row_function(columns, of_mappings=of_mappings)
        self.left = [field for field, column in zip(fields, columns, strict=True) if column.is_left]
        self.has_inner = any(column.inner for column in columns)
        self._is_flat = not self.left and not self.has_inner
        self.failures = 0

    def rows(self, objects: Sequence[Any]) -> list[dict[str, Any]] | None:
        """None where something is not plain: then everything is resolved field by field."""
        try:
            return _each_once(self._function, objects) if self._is_flat else self._function(objects)
        except Exception:
            self.failures += 1
            return None


class FieldsLevel:
    def __init__(self, fields: Sequence[Field]) -> None:
        self.fields = fields
        self._columns = [field.column for field in fields]
        self._can_be_read = len(fields) <= _COLUMNS_MAX and any(
            not column.is_left or isinstance(field, Read)
            for field, column in zip(fields, self._columns, strict=True)
        )
        self._by_default = any(isinstance(field, ByDefault) for field in fields)
        self._empty = {column.key: column.constant for column in self._columns}
        self._readings: dict[bool, _Reading] = {}
        self._was_met = False

    def execute(self, request: Request, objects: Sequence[Any], place: Place, /) -> Sequence[dict[str, Any]]:
        """A row for each object, in which what is still to come is None."""
        reading = self._reading(objects) if self._can_be_read else None
        rows = None if reading is None else reading.rows(objects)
        if reading is None or rows is None:
            rows = [self._empty.copy() for _ in objects]
            fields = self.fields
        else:
            fields = reading.left
        for field in fields:
            field.resolve(request, objects, place, rows)
        return rows

    def columns(self, depth: int = 0, /) -> Sequence[Column]:
        """With the rows of inner objects, some levels deep, where nothing of them is left to be resolved."""
        if depth == _DEPTH_MAX:
            return self._columns
        columns = [field.with_inner(depth) for field in self.fields]
        return columns if width(columns) <= _COLUMNS_MAX else self._columns

    def inner_columns(self, depth: int, /) -> Sequence[Column]:
        """Those of an object that is read together with the one which it is an attribute of; none where it is not."""
        columns = () if self._by_default else self.columns(depth)
        return () if any(column.is_left for column in columns) else columns

    def _reading(self, objects: Sequence[Any]) -> _Reading | None:
        are_maps = are_mappings(objects) if self._by_default else False
        if are_maps is None:
            return None
        reading = self._readings.get(are_maps)
        if reading is None:
            was_met, self._was_met = self._was_met, True
            if was_met or len(objects) >= _WORTH_IT:
                reading = self._readings[are_maps] = _Reading(self.fields, self.columns(), of_mappings=are_maps)
        elif reading.has_inner and reading.failures >= _FAILURES_MAX:
            reading = self._readings[are_maps] = _Reading(self.fields, self._columns, of_mappings=are_maps)
        return reading


def _each_once(function: Rows, objects: Sequence[Any]) -> list[dict[str, Any]]:
    """Where an object stands at several places it is read once, and each has a row of its own."""
    different = {id(each): each for each in objects}
    if len(different) == len(objects):
        return function(objects)
    rows = dict(zip(different, function([*different.values()]), strict=True))
    return [rows[id(each)].copy() for each in objects]
